"""The queue: what waits for the reader's post, narrowed down by the address, fifty lines at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from anxin.kernel import areas, clock, queue, registry
from anxin.kernel.areas import Tree
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import COLOURS, STATES, URGENCIES
from anxin.kernel.orders import Clock
from anxin.kernel.queue import Line, Wanted
from anxin.web import drawing, session, timeleft, words
from anxin.web.timeleft import TimeLeft

NAMES = ("state", "kind", "channel", "town", "urgency", "colour", "number", "sort")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line as it is shown."""

    number: str
    title: str
    kind: str
    place: str
    lead: str
    state: str
    state_code: str
    order: str
    order_code: str
    role: str
    urgency: str
    colour: str
    colour_code: str
    police: bool
    voices: int
    reported_at: datetime
    left: TimeLeft | None
    check: str


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
    clocks, moment = queue.running(lines), clock.now()
    counts = queue.waiting(by)
    kept = {name: value for name, value in asked.items() if value and name not in ("after", "tab")}
    kept |= {"overdue": "1"} if wanted.overdue else {}
    kept.pop("sort") if asked["sort"] == "new" else None
    whole = next((tab for tab in tabs if tab.code == "all"), None)
    hours = queue.arrivals(by) if whole is not None and wanted.tab in ("open", "all") and not asked["after"] else []
    shown = {
        "tabs": [
            (tab.code, gettext(tab.title), counts.get(tab.code), "?" + urlencode({"tab": tab.code})) for tab in tabs
        ],
        "wanted": wanted,
        "rows": [_row(line, clocks.get(line.matter.pk, []), moment) for line in lines],
        "next": "?" + urlencode({"tab": wanted.tab, **kept, "after": after}) if after else "",
        "first": "?" + urlencode({"tab": wanted.tab, **kept}) if wanted.after else "",
        "by_due": "?" + urlencode({"tab": wanted.tab, **kept, "sort": "due"}),
        "by_new": "?" + urlencode({"tab": wanted.tab, **{k: v for k, v in kept.items() if k != "sort"}}),
        "filtered": any(name != "sort" for name in kept),
        "lists": _lists(by),
        "today": sum(hours),
        "bars": drawing.bars(hours) if any(hours) else [],
        "many": queue.MANY,
    }
    return render(request, "desk/queue.html", shown)


def _row(line: Line, clocks: list[Clock], moment: datetime) -> Row:
    m, order = line.matter, line.order
    tree = areas.tree().areas
    places = [tree[pk].name for pk in (m.town_id, m.grid_id or m.village_id) if pk and pk in tree]
    return Row(
        number=m.number,
        title=m.title or m.narrative[:40],
        kind=words.kind(m.kind),
        place=" ".join(places) or (tree[m.county_id].name if m.county_id and m.county_id in tree else ""),
        lead=m.lead.name if m.lead else "",
        state=words.state(m.state),
        state_code=m.state,
        order=words.order_state(order.state) if order else "",
        order_code=order.state if order else "",
        role=words.say(words.ROLES, order.role) if order else "",
        urgency=gettext(URGENCIES[m.urgency]) if m.urgency != "ordinary" else "",
        colour=gettext(COLOURS[m.colour]) if m.colour else "",
        colour_code=m.colour,
        police=bool(m.police),
        voices=m.voices,
        reported_at=m.reported_at,
        left=timeleft.pressing(clocks, moment, order.pk if order else None),
        check=gettext("%(count)d 个月跟踪") % {"count": line.check.months} if line.check else "",
    )


def _lists(by: Actor) -> Mapping[str, list[tuple[str, str]]]:
    """What can be chosen in each filter."""
    return {
        "state": [(code, gettext(said)) for code, said in STATES.items()],
        "kind": [(code, words.kind(code)) for code in registry.kinds()],
        "channel": [(code, words.channel(code)) for code in (*registry.channels(), "desk")],
        "urgency": [(code, gettext(said)) for code, said in URGENCIES.items()],
        "colour": [(code, gettext(said)) for code, said in COLOURS.items() if code],
        "town": towns(by),
    }


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
