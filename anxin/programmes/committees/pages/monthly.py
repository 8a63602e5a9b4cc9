"""`/committees/return`: the monthly return, computed; printed, taken away as a table or a paper, and sent."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin import papers, tables
from anxin.kernel import areas, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import NotAllowed
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import sweeps
from anxin.programmes.committees.figures import returns
from anxin.programmes.committees.models import BANDS, MonthlyReturn
from anxin.programmes.committees.pages.overview import enter
from anxin.web import said, words

ROWS = {"found": "排查数", "taken": "调处数", "taken_rate": "调处率", "settled": "成功数", "settled_rate": "成功率"}
COLUMNS = {"county": "县级", "town": "镇级", "village": "村级", "subtotal": "小计", "year": "本年累计"}


def _area(by: Actor) -> Area:
    """The county the reader's post lies in, or its town. Raises NotAllowed."""
    tree = areas.tree()
    chain = [tree.areas[pk] for pk in tree.chain(by.area, areas.today())] if by.area else []
    for level in ("county", "town"):
        for each in chain:
            if each.level == level:
                return each
    raise NotAllowed


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The return of a month (`?month=2026-10`; the last one that is over); `?form=docx|pdf|xlsx` takes it away."""
    by = enter(request)
    area, asked = _area(by), request.GET.get("month", "")
    try:
        month = date.fromisoformat(f"{asked}-01").replace(year=min(max(int(asked[:4]), 2000), 2100))
    except ValueError:
        month = returns.month_before(areas.today())
    back = f"{reverse('committees:return')}?month={month:%Y-%m}"
    acts = {"send": lambda form: sweeps.send_return(area, month, form.by) and _("已报送")}
    error = said.attempt(request, by, acts, back) if request.method == "POST" else None
    if isinstance(error, HttpResponse):
        return error
    found = returns.monthly(area, month)
    rows = [(_(title), [getattr(found.columns[c], row) for c in COLUMNS]) for row, title in ROWS.items()]
    name = "title_en" if words.english() else "title"
    sorts = [(rules.CLASSES[code][name], cell) for code, cell in found.classes.items()]
    bands = [(_(title), found.bands.get(band, 0)) for band, title in BANDS.items()]
    title = _("%(area)s %(month)s 矛盾纠纷排查调处月报表") % {"area": area.name, "month": f"{month:%Y-%m}"}
    heads = [_("项目"), *(_(each) for each in COLUMNS.values())]
    lines = [[label, *map(str, values)] for label, values in rows]
    if (form := request.GET.get("form", "")) in papers.FORMS:
        classes = [[label, c.found, c.taken, c.taken_rate, c.settled, c.settled_rate] for label, c in sorts]
        parts: list[papers.Part] = [
            papers.Table(heads, lines),
            papers.Heading(_("分类")), papers.Table([_("类别"), *(_(each) for each in ROWS.values())], classes),
            papers.Heading(_("涉及人数")), papers.Table([_("人数"), _("件数")], bands),
            papers.Line(_("重大纠纷（百人以上）"), str(found.large)),
            papers.Line(_("报送期限"), f"{found.due:%Y-%m-%d}"),
        ]  # fmt: skip
        return papers.answer(request, papers.Paper(title, parts=parts), f"return-{area.code}-{month:%Y-%m}")
    if form:
        columns = [tables.Column(f"c{place}", head) for place, head in enumerate(heads)]
        every = [*lines, *([label, "", "", "", str(c.found), ""] for label, c in sorts)]
        return tables.answer(request, title, columns, every)
    most = max([cell.found for _label, cell in sorts] + [1])
    context = {
        "title": title, "month": month, "found": found, "rows": rows, "heads": heads, "bands": bands, "error": error,
        "sorts": [(label, cell, round(cell.found * 200 / most, 1), n * 18) for n, (label, cell) in enumerate(sorts)],
        "high": len(sorts) * 18, "sent": MonthlyReturn.objects.filter(area=area, month=month).order_by("-edition"),
        "over": months_after(month, 1) <= areas.today(), "key": said.key(), "back": back,
        "may": rights.entitled(by, "committees.return", area=area.pk) and area.level == "county",
        "late": areas.today() > found.due, "row_titles": [_(each) for each in ROWS.values()],
    }  # fmt: skip
    return render(request, "committees/return.html", context, status=error.status if error else 200)
