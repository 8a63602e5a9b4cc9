"""The queue: what waits for the reader's post, narrowed down by the address, fifty lines at a time."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from anxin.kernel import areas, clock, queue, registry
from anxin.kernel.areas import Tree
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import COLOURS, STATES, URGENCIES
from anxin.kernel.orders import Clock
from anxin.kernel.queue import Line, Wanted
from anxin.web import drawing, session, timeleft, words

LINE = (
    '<li class="{}"><a class="title" href="{}">{}</a><span class="chips">{}</span>'
    '<span class="meta"><span class="number">{}</span>{} <time>{}</time></span>{}</li>'
)
LEFT = (
    '<span class="left {}"><span class="words">{}</span><svg class="bar" viewBox="0 0 100 6" aria-hidden="true" '
    'preserveAspectRatio="none"><rect class="all" width="100" height="6"/><rect class="used" width="{}" height="6"/>'
    "</svg></span>"
)
NAMES = ("state", "kind", "channel", "town", "urgency", "colour", "number", "sort")


@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    """`/desk/`: the heaps of the reader's post."""
    by = session.actor(request)
    tabs = queue.tabs(by)
    if not tabs:
        return render(request, "desk/queue.html", {"tabs": [], "rows": []})
    asked = {name: request.GET.get(name, "").strip()[:60] for name in (*NAMES, "tab", "after")}
    asked["tab"] = asked["tab"] or tabs[0].code
    asked["sort"] = asked["sort"] if asked["sort"] == "due" else "new"
    wanted = Wanted(overdue=request.GET.get("overdue") == "1", **asked)
    lines, after = queue.page(by, wanted)
    clocks, moment, here = queue.running(lines), clock.now(), reverse("desk:queue")
    counts = queue.waiting(by)
    kept = {name: value for name, value in asked.items() if value and name not in ("after", "tab")}
    kept |= {"overdue": "1"} if wanted.overdue else {}
    kept.pop("sort") if asked["sort"] == "new" else None
    whole = next((tab for tab in tabs if tab.code == "all"), None)
    plain = not kept and not asked["after"]
    hours = queue.arrivals(by) if whole is not None and wanted.tab in ("open", "all") and plain else []
    shown = {
        "tabs": [
            (tab.code, gettext(tab.title), counts.get(tab.code), "?" + urlencode({"tab": tab.code})) for tab in tabs
        ],
        "wanted": wanted,
        "rows": [_line(line, clocks[line.matter.pk], moment, here) for line in lines],
        "next": "?" + urlencode({"tab": wanted.tab, **kept, "after": after}) if after else "",
        "first": "?" + urlencode({"tab": wanted.tab, **kept}) if wanted.after else "",
        "by_due": "?" + urlencode({"tab": wanted.tab, **kept, "sort": "due"}),
        "by_new": "?" + urlencode({"tab": wanted.tab, **{k: v for k, v in kept.items() if k != "sort"}}),
        "filtered": any(name != "sort" for name in kept),
        "lists": _lists(by, wanted),
        "today": sum(hours),
        "bars": drawing.bars(hours) if any(hours) else [],
        "many": queue.MANY,
    }
    return render(request, "desk/queue.html", shown)


def _line(line: Line, clocks: list[Clock], moment: datetime, here: str) -> SafeString:
    """One line as HTML. Written here and not in the template, where fifty lines took half of the time of a page."""
    reported = line.matter.reported_at.astimezone(clock.TZ)
    m, order, tree = line.matter, line.order, areas.tree().areas
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
    places = [tree[pk].name for pk in (m.town_id or m.county_id, m.grid_id or m.village_id) if pk and pk in tree]
    about = [words.kind(m.kind), " ".join(places), m.lead.name if m.lead else ""]
    return format_html(
        LINE,
        m.colour,
        f"{here}matters/{m.number}",
        m.title or m.narrative[:40],
        format_html_join("", '<span class="chip {}">{}</span>', chips),
        m.number,
        format_html_join("", " <span>{}</span>", ((each,) for each in about if each)),
        f"{reported:%m-%d %H:%M}" if reported.year == moment.year else f"{reported:%Y-%m-%d}",
        format_html(LEFT, left.tone, left.words, left.share) if (left := timeleft.brief(clocks, moment)) else "",
    )


def _lists(by: Actor, wanted: Wanted) -> list[tuple[str, str, SafeString]]:
    """The filters: name, label, and what can be chosen, as HTML with the present choice marked."""
    lists = {
        "state": (gettext("状态"), [(code, gettext(said)) for code, said in STATES.items()]),
        "kind": (gettext("类别"), [(code, words.kind(code)) for code in registry.kinds()]),
        "channel": (gettext("来源"), [(code, words.channel(code)) for code in (*registry.channels(), "desk")]),
        "town": (gettext("镇街"), towns(by)),
        "urgency": (gettext("紧急程度"), [(code, gettext(said)) for code, said in URGENCIES.items()]),
        "colour": (gettext("督办"), [(code, gettext(said)) for code, said in COLOURS.items() if code]),
    }
    return [
        (name, label, _options((("", gettext("全部")), *choices), getattr(wanted, name)))
        for name, (label, choices) in lists.items()
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
