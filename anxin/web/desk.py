"""The queue: what waits for the reader's post, narrowed down by the address, fifty lines at a time, kept up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies, clock, queue, registry
from anxin.kernel.areas import Tree
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput
from anxin.kernel.matters import COLOURS, MERGED, REFUSED, STATES, URGENCIES, Matter
from anxin.kernel.orders import Clock
from anxin.kernel.queue import Line, Wanted
from anxin.maps import points as spots
from anxin.understanding.models import Advice, HotMember
from anxin.web import bulk, drawing, saved, session, timeleft, understood, words

LINE = (
    '<li class="line {}" id="l-{}" data-id="{}" data-seen="{}"><input class="tick" type="checkbox" name="m" '
    'form="bulk" value="{}~{}" aria-label="{}"><a class="title" href="{}">{}</a><span class="chips">{}</span>'
    '<span class="meta"><span class="number">{}</span>{} <time>{}</time></span>{}</li>'
)
LEFT = (
    '<span class="left {}"><span class="words">{}</span><svg class="bar" viewBox="0 0 100 6" aria-hidden="true" '
    'preserveAspectRatio="none"><rect class="all" width="100" height="6"/><rect class="used" width="{}" height="6"/>'
    "</svg></span>"
)
TEXTS = ("state", "kind", "channel", "town", "urgency", "colour", "lead", "number")
DAYS = ("due", "begin", "end")
NUMBERS = ("voices", "still")
FILTERS = (*TEXTS, *DAYS, *NUMBERS, "overdue", "photos")
LABELS = {
    "state": _("状态"), "kind": _("类别"), "channel": _("来源"), "town": _("镇街"), "urgency": _("紧急程度"),
    "colour": _("督办"), "lead": _("主办"), "number": _("编号"), "due": _("到期不晚于"), "begin": _("登记不早于"),
    "end": _("登记不晚于"), "voices": _("附议不少于"), "still": _("无进展天数"), "overdue": _("只看超时"),
    "photos": _("有照片"),
}  # fmt: skip
TONES: dict[str, spots.Tone] = {"good": "good", "soon": "soon", "late": "late"}
MOST_AT_ONCE = 60
"""Lines a page may ask anew in one question."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands beside a line that is no column of it: how many twins the reader may see, and whether it is hot."""

    twins: int = 0
    hot: bool = False


PLAIN = Mark()


# ---- the page ---------------------------------------------------------------------------------------------------


@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    """`/desk/`: the heaps of the reader's post. With `part=lines` only the lines, for a page that unrolls."""
    by = session.actor(request)
    tabs = queue.tabs(by)
    if not tabs:
        return render(request, "desk/queue.html", {"tabs": [], "rows": []})
    if request.GET.get("part") == "lines":
        return _more(request, by)
    views = saved.views(by)
    if not request.GET and (own := next((each for each in views if each.own and each.standard), None)) is not None:
        return HttpResponseRedirect(f"?{own.query}")
    wanted = asked_for(request.GET, tabs[0].code)
    on_map = request.GET.get("view") == "map"
    size = queue.LONGEST if on_map else _whole_number(request.GET.get("shown", ""), queue.LONGEST)
    lines, after = queue.page(by, wanted, size)
    kept, here = address_of(wanted), reverse("desk:queue")
    counts = queue.waiting(by)
    narrowed = {name for name in kept if name in FILTERS}
    hours = queue.arrivals(by) if _arrives(tabs, wanted) and not narrowed and not wanted.after else []
    tab = next(each for each in tabs if each.code == wanted.tab)
    pressing = wanted.overdue or wanted.due is not None or tab.pressing
    shown = {
        "tabs": [(each.code, gettext(each.title), counts.get(each.code), f"?tab={each.code}") for each in tabs],
        "title": gettext(tab.title),
        "wanted": wanted,
        "rows": rows_html(by, lines),
        "next": _link(kept, after=after) if after else "",
        "first": _link(kept) if wanted.after else "",
        "by_due": _link(kept, sort="due"),
        "by_new": _link(kept, sort=""),
        "pressing": pressing,
        "sorts": tab.code not in ("track", "finished") and not pressing,
        "filtered": bool(narrowed),
        "filters": len(narrowed),
        "chosen": _chosen(wanted, kept),
        "lists": _lists(by, wanted),
        "today": sum(hours),
        "bars": drawing.bars(hours, [f"{n:02d}:00" for n in range(24)], width=288, height=48) if any(hours) else [],
        "many": queue.MANY,
        "query": urlencode(kept),
        "here": here,
        "views": [(each, f"?{each.query}", each.query == urlencode(kept)) for each in views],
        "verbs": bulk.offered(by),
        "dense": request.COOKIES.get("dense") == "1",
        "plain": not narrowed and wanted.sort == "new" and not wanted.after and not tab.pressing,
        "on_map": on_map,
        "as_map": _link(kept, view="map"),
        "as_list": _link(kept),
        "said": _said(),
    }
    return render(request, "desk/queue.html", shown)


def _more(request: HttpRequest, by: Actor) -> HttpResponse:
    """The next lines, and where those after them begin."""
    wanted = asked_for(request.GET, queue.tabs(by)[0].code)
    lines, after = queue.page(by, wanted)
    response = HttpResponse(mark_safe("".join(rows_html(by, lines))))
    if after:
        response.headers["X-Next"] = _link(address_of(wanted), after=after)
    return response


@require_safe
def lines_now(request: HttpRequest) -> HttpResponse:
    """`/desk/lines?<address of the queue>&numbers=a,b`: those of some lines that belong to the heap as it is now."""
    by = session.actor(request)
    wanted = asked_for(request.GET, "")
    numbers = [each for each in request.GET.get("numbers", "").split(",") if each][:MOST_AT_ONCE]
    return HttpResponse(mark_safe("".join(rows_html(by, queue.lines(by, wanted, numbers)))))


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """`/desk/points?<address of the queue>`: where the first 500 of the heap lie, for the map beside it."""
    by = session.actor(request)
    lines, _after = queue.page(by, asked_for(request.GET, queue.tabs(by)[0].code), queue.LONGEST)
    clocks, moment = queue.running(lines), clock.now()
    return spots.answer(
        request, spots.geojson(_spot(line, clocks[line.matter.pk], moment) for line in lines if line.matter.lat)
    )


def _spot(line: Line, clocks: Sequence[Clock], moment: datetime) -> spots.Spot:
    m, left = line.matter, timeleft.brief(clocks, moment)
    return spots.Spot(
        id=m.number,
        lat=m.lat or 0.0,
        lon=m.lon or 0.0,
        title=m.title or m.number,
        text=" · ".join([words.state(m.state), words.kind(m.kind), *([left.words] if left else [])]),
        tone=TONES.get(left.tone, "still") if left else "still",
        url=f"{_desk()}matters/{m.number}",
    )


@require_safe
def counts_now(request: HttpRequest) -> JsonResponse:
    """`/desk/counts`: how much is in each heap and in each saved view, up to a hundred."""
    by = session.actor(request)
    wanted = {view.pk: asked_for(dict(parse_qsl(view.query)), "") for view in saved.views(by)}
    return JsonResponse({"tabs": queue.waiting(by), "views": queue.counts(by, wanted)})


def _arrives(tabs: Sequence[queue.Tab], wanted: Wanted) -> bool:
    return any(tab.code == "all" for tab in tabs) and wanted.tab in ("open", "all")


def _said() -> dict[str, str]:
    """What the page's script says."""
    return {
        "new": gettext("%(n)s 条新事项"),
        "show": gettext("显示 %(n)s 条新事项"),
        "gone": gettext("已离开此列表"),
        "chosen": gettext("已选 %(n)s 件"),
        "most": gettext("一次最多选 200 件"),
        "end": gettext("已到末尾"),
        "full": gettext("已显示 5000 条，请用筛选缩小范围"),
        "failed": gettext("没有送达，请检查网络后重试"),
        "undo": gettext("撤销"),
        "undone": gettext("已撤销"),
        "none": gettext("没有可预览的事项"),
        "down": gettext("下一条"),
        "up": gettext("上一条"),
        "open": gettext("打开"),
        "look": gettext("预览"),
        "tick": gettext("选中或取消"),
        "ticks": gettext("向下连续选择"),
        "ticksup": gettext("向上连续选择"),
        "all": gettext("选中本页全部"),
        "clear": gettext("取消选择、关闭"),
        "nomatch": gettext("当前没有这个操作"),
    }


# ---- the address ------------------------------------------------------------------------------------------------


def asked_for(said: Mapping[str, str], tab: str) -> Wanted:
    """What an address of the queue asks for. Raises BadInput for a day that is none."""
    texts: dict[str, Any] = {name: str(said.get(name, "")).strip()[:60] for name in (*TEXTS, "tab", "after")}
    texts["tab"] = texts["tab"] or tab
    days: dict[str, Any] = {name: _day(name, str(said.get(name, "")).strip()) for name in DAYS}
    numbers: dict[str, Any] = {name: _whole_number(str(said.get(name, "")), 9999) for name in NUMBERS}
    return Wanted(
        **texts,
        **days,
        **numbers,
        sort="due" if said.get("sort") == "due" else "new",
        overdue=said.get("overdue") == "1",
        photos=said.get("photos") == "1",
    )


def _day(name: str, said: str) -> date | None:
    if not said:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise BadInput(fields={name: said[:20]}) from None
    if not 2000 <= day.year <= 2100:
        raise BadInput(fields={name: said[:20]})
    return day


def _whole_number(said: str, most: int) -> int:
    return min(int(said), most) if said.isascii() and said.isdecimal() and len(said) < 9 else 0


def address_of(wanted: Wanted) -> dict[str, str]:
    """The same as the parts of an address, in one fixed order; where a page begins is left out."""
    kept = {"tab": wanted.tab}
    for name in FILTERS:
        value = getattr(wanted, name)
        if value:
            kept[name] = "1" if value is True else str(value)
    if wanted.sort == "due":
        kept["sort"] = "due"
    return kept


def _link(kept: Mapping[str, str], **more: str) -> str:
    return "?" + urlencode({name: value for name, value in {**kept, **more}.items() if value})


# ---- a line -----------------------------------------------------------------------------------------------------


def rows_html(by: Actor, lines: Sequence[Line]) -> list[SafeString]:
    """Lines as HTML, with what runs for them and what is marked beside them; the same few questions for any number."""
    clocks, marks, moment = queue.running(lines), marks_of(by, lines), clock.now()
    return [line_html(each, clocks[each.matter.pk], moment, marks.get(each.matter.pk, PLAIN)) for each in lines]


def line_html(line: Line, clocks: Sequence[Clock], moment: datetime | None = None, mark: Mark = PLAIN) -> SafeString:
    """One line of the queue as HTML (`<li>`), in the language of now; `clocks`: what runs for it (`queue.running`).

    Written here and not in the template, where fifty lines took half of the time of a page.
    """
    moment = moment or clock.now()
    reported = line.matter.reported_at.astimezone(clock.TZ)
    m, order = line.matter, line.order
    chips = [(order.state, words.order_state(order.state))] if order else [(m.state, words.state(m.state))]
    if order is not None:
        chips.append(("plain", words.say(words.ROLES, order.role)))
    if m.urgency != "ordinary":
        chips.append(("urgent", gettext(URGENCIES[m.urgency])))
    if m.colour:
        chips.append((m.colour, gettext(COLOURS[m.colour])))
    if m.police:
        chips.append(("plain", "110"))
    if line.check is not None:
        chips.append(("plain", gettext("%(count)d 个月跟踪") % {"count": line.check.months}))
    if m.voices:
        chips.append(("plain", gettext("附议 %(n)s") % {"n": m.voices}))
    if mark.twins:
        chips.append(("twin", ngettext("疑似重复 %(n)s", "疑似重复 %(n)s", mark.twins) % {"n": mark.twins}))
    if mark.hot:
        chips.append(("hot", gettext("热点")))
    about = [words.kind(m.kind), understood.place_name(m), m.lead.name if m.lead else ""]
    return format_html(
        LINE,
        m.colour,
        m.number,
        m.number,
        m.entries,
        m.number,
        m.entries,
        gettext("选择 %(number)s") % {"number": m.number},
        f"{_desk()}matters/{m.number}",
        m.title or m.narrative[:40] or m.number,
        format_html_join("", '<span class="chip {}">{}</span>', chips),
        m.number,
        format_html_join("", " <span>{}</span>", ((each,) for each in about if each)),
        f"{reported:%m-%d %H:%M}" if reported.year == moment.astimezone(clock.TZ).year else f"{reported:%Y-%m-%d}",
        format_html(LEFT, left.tone, left.words, left.share) if (left := timeleft.brief(clocks, moment)) else "",
    )


@lru_cache(maxsize=1)
def _desk() -> str:
    return reverse("desk:queue")


def marks_of(by: Actor, lines: Sequence[Line]) -> dict[int, Mark]:
    """Twins and heat of the matters of a page. A twin the reader may not see is not counted."""
    ids = [line.matter.pk for line in lines]
    if not ids:
        return {}
    said = Advice.objects.filter(matter__in=ids).exclude(twins=[]).values_list("matter_id", "twins")
    twins = {pk: [each[0] for each in found] for pk, found in said}
    hot: set[int] = set()
    if by.role in session.SITUATION:
        hot = set(HotMember.objects.filter(matter__in=ids, issue__current=True).values_list("matter_id", flat=True))
    named = {each for found in twins.values() for each in found}
    if named:
        standing = Matter.objects.filter(pk__in=named).exclude(state__in=(MERGED, REFUSED))
        there = set(access.seen_among(by, standing).values_list("pk", flat=True))
        twins = {pk: [each for each in found if each in there] for pk, found in twins.items()}
    return {pk: Mark(len(twins.get(pk, ())), pk in hot) for pk in {*twins, *hot}}


# ---- filters ----------------------------------------------------------------------------------------------------


def _chosen(wanted: Wanted, kept: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each filter in words, and the address without it."""
    return [
        (_in_words(name, wanted), _link({key: value for key, value in kept.items() if key != name}))
        for name in FILTERS
        if name in kept
    ]


def _in_words(name: str, wanted: Wanted) -> str:
    value, label = getattr(wanted, name), gettext(LABELS[name])
    match name:
        case "overdue" | "photos":
            return label
        case "state":
            said = words.state(value)
        case "kind":
            said = words.kind(value)
        case "channel":
            said = words.channel(value)
        case "town":
            said = area.name if (area := areas.tree().by_code.get(value)) else value
        case "lead":
            said = body.name if (body := bodies.directory().by_code.get(value)) else value
        case "urgency":
            said = words.say(URGENCIES, value)
        case "colour":
            said = words.say(COLOURS, value)
        case _:
            said = str(value)
    return gettext("%(label)s：%(value)s") % {"label": label, "value": said}


def _lists(by: Actor, wanted: Wanted) -> list[tuple[str, str, SafeString]]:
    """The filters with a list: name, label, and what can be chosen, as HTML with the present choice marked."""
    lists = {
        "state": [(code, gettext(said)) for code, said in STATES.items()],
        "kind": [(code, words.kind(code)) for code in registry.kinds()],
        "channel": [(code, words.channel(code)) for code in (*registry.channels(), "desk")],
        "town": towns(by),
        "urgency": [(code, gettext(said)) for code, said in URGENCIES.items()],
        "colour": [(code, gettext(said)) for code, said in COLOURS.items() if code],
        "lead": leads(by),
    }
    return [
        (name, gettext(LABELS[name]), _options((("", gettext("全部")), *choices), getattr(wanted, name)))
        for name, choices in lists.items()
        if choices
    ]


@lru_cache(maxsize=512)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    marked = ((code, mark_safe(" selected") if code == chosen else "", said) for code, said in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)


def towns(by: Actor) -> list[tuple[str, str]]:
    """The towns within the reader's area (none where it is no larger than a town)."""
    if by.area is None or by.area_level not in ("city", "county"):
        return []
    return _towns(areas.tree(), by.area, areas.today())


@lru_cache(maxsize=32)
def _towns(tree: Tree, area: int, day: date) -> list[tuple[str, str]]:
    return sorted(
        (each.code, each.name)
        for each in tree.areas.values()
        if each.level == "town" and each.valid_to is None and area in tree.chain(each.pk, day)
    )


def leads(by: Actor) -> list[tuple[str, str]]:
    """The bodies that may lead a matter within the reader's area or above it; none for who reads its orders only."""
    if by.area is None or by.role not in access.AREAWORK | access.CITYWIDE:
        return []
    return _leads(areas.tree(), bodies.directory(), by.area, areas.today())


@lru_cache(maxsize=64)
def _leads(tree: Tree, directory: bodies.Directory, area: int, day: date) -> list[tuple[str, str]]:
    above = set(tree.chain(area, day))
    levels = ("town", "county", "city")
    return sorted(
        (each.code, each.name)
        for each in directory.by_id.values()
        if each.area.level in levels and (each.area_id in above or area in tree.chain(each.area_id, day))
    )
