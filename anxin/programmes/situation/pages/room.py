"""`/situation/`: the room of a town, or the towns and counties side by side for who looks over several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.matters import Matter
from anxin.maps import points
from anxin.maps.points import Spot, Tone
from anxin.programmes.situation.actions import drills
from anxin.programmes.situation.figures import arrivals, room, spots
from anxin.programmes.situation.figures.kept import kept
from anxin.programmes.situation.models import Alarm
from anxin.programmes.situation.pages import drawings, naming
from anxin.programmes.situation.rules import entry, platforms
from anxin.programmes.situation.rules.usual import Usual
from anxin.understanding import advice
from anxin.web import session, timeleft, understood, words

HOT, SPOTS = 6, 8


def town_of(code: str) -> Area:
    """The town with this code, as it stands today. Raises NotFound."""
    found = areas.tree().by_code.get(code)
    if found is None or found.level != "town":
        raise NotFound
    return found


def enter(request: HttpRequest, code: str, what: str = "view") -> tuple[Actor, Area]:
    """The reader and the town, if the reader may do there what is asked. Raises NotAllowed, NotFound."""
    by, town = session.actor(request), town_of(code)
    entry.enter_room(by, what, town.pk)
    return by, town


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """`/situation/`: straight to the room of the reader's own town; who looks over more sees them side by side."""
    by = session.actor(request)
    if not entry.in_room(by, "view"):
        if entry.in_room(by, "answer") and drills.running(by):
            return HttpResponseRedirect(reverse("situation:drills"))
        raise NotAllowed
    own = areas.tree().areas.get(by.area or 0)
    if own is not None and by.area_level == "town":
        return _room(request, by, own)
    return _several(request, by, own)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/situation/<code>`: the room of a town."""
    by, town = enter(request, code)
    return _room(request, by, town)


# ---- several side by side -------------------------------------------------------------------------------------


def _several(request: HttpRequest, by: Actor, own: Area | None) -> HttpResponse:
    now, tree = clock.now(), areas.tree()
    top = own if own is not None else next((a for a in tree.areas.values() if a.level == "city"), None)
    wanted = request.GET.get("county", "")
    if wanted:
        county = tree.by_code.get(wanted)
        if county is None or county.level != "county" or (by.area_level != "city" and county.pk != by.area):
            raise NotFound
        top = county
    if top is None:
        raise NotFound
    came = kept(("below", top.pk), 20, lambda: arrivals.below(top, now))
    open_ = kept(("below open", top.pk), 5, lambda: room.below(top, now))
    alarms: dict[int, int] = {}
    for town in Alarm.objects.filter(ended_at=None, noted_at=None).values_list("town", flat=True):
        for each in tree.chain(town, areas.today()):
            alarms[each] = alarms.get(each, 0) + 1
    tiles = [_tile(each, came, open_, alarms) for each in arrivals.children(top)]
    most = max([tile["open"] for tile in tiles] or [1]) or 1
    for tile in tiles:
        tile["share"] = round(tile["open"] / most * 100)
    context = {
        "top": top, "tiles": tiles, "standing": room.standing(top, now), "now": now, "towns": top.level == "county",
        "usual": _usual(room.standing(top, now).arrived), "up": bool(wanted) and by.area_level == "city",
        "drills": drills.running(by),
    }  # fmt: skip
    return render(request, "situation/several.html", context)


def _tile(
    area: Area, came: Mapping[int, Any], open_: Mapping[int, Mapping[str, int]], alarms: Mapping[int, int]
) -> dict[str, Any]:
    count, usual = came.get(area.pk, (0, None))
    row = open_.get(area.pk, {})
    middle, low, high = (usual.middle, usual.low, usual.high) if usual else (0.0, 0.0, 0.0)
    scale = max(count, high, 1)
    return {
        "area": area, "open": row.get("open", 0), "overdue": row.get("overdue", 0),
        "emergencies": row.get("emergencies", 0), "count": count, "alarms": alarms.get(area.pk, 0),
        "tone": usual.tone(count) if usual else "within", "usual": naming.usual_words(usual or Usual(0, 0, 0)),
        "bar": round(count / scale * 200), "low": round(low / scale * 200),
        "spread": max(round((high - low) / scale * 200), 2), "middle": round(middle / scale * 200),
        "url": reverse("situation:town", args=[area.code]) if area.level == "town" else f"?county={area.code}",
    }  # fmt: skip


def _usual(came: arrivals.Arrived) -> str:
    return naming.usual_words(came.usual)


# ---- a town -----------------------------------------------------------------------------------------------------


def _room(request: HttpRequest, by: Actor, town: Area) -> HttpResponse:
    now = clock.now()
    grids = kept(("grids", town.pk), 2, lambda: room.grids(town, now))
    standing = room.standing(town, now)
    counts = {each.area.code: each.open for each in grids}
    pressing = kept(("pressing", town.pk), 2, lambda: room.pressing(town, now))
    context = {
        "by": by, "town": town, "now": now, "standing": standing, "cards": cards(town, standing, now),
        "grids": grids, "drawing": drawings.grids(town, counts), "most": max([*counts.values(), 1]),
        "hours": drawings.hours(standing.arrived.hours), "arrived": standing.arrived,
        "queues": queues(town, now), "states": [naming.state(code) for code in naming.STATES],
        "plan": platforms.plan(), "pressing": [_clock(each, now) for each in pressing],
        "listed": listed(town, now), "duty": duty(town, now), "handovers": handovers(town),
        "alarms": alarms(town, by), "hot": hot(by, town), "spots": spots_of(town, now, by),
        "drill": room.drill(town), "towns": drills.towns(by) if by.area_level != "town" else [],
        "may": {what: entry.in_room(by, what, town.pk) for what in entry.ROOM},
    }  # fmt: skip
    response = render(request, "situation/room.html", context)
    response["Cache-Control"] = "no-store"
    return response


def cards(town: Area, standing: room.Standing, now: datetime) -> list[dict[str, Any]]:
    """The figures of the top row: name, number, tone, a sentence, and a line of the last day."""
    from django.utils.translation import gettext as _

    pulse = kept(("pulse", town.pk), 60, lambda: room.pulse(town, now))
    came = standing.arrived
    share = f"{round(standing.solved / standing.asked * 100)}%" if standing.asked else "–"
    return [
        {"code": "arrived", "title": _("今日到件"), "number": came.count, "tone": came.usual.tone(came.count),
         "said": _usual(came), "spark": drawings.spark([each.count for each in came.hours if each.count is not None])},
        {"code": "open", "title": _("未办结"), "number": standing.open, "tone": "",
         "said": _("其中特急 %(n)s") % {"n": standing.emergencies}, "spark": drawings.spark([p.open for p in pulse])},
        {"code": "soon", "title": _("1 小时内到期"), "number": standing.soon, "tone": "soon" if standing.soon else "",
         "said": _("整件时限"), "spark": drawings.spark([p.soon for p in pulse])},
        {"code": "overdue", "title": _("已超时"), "number": standing.overdue,
         "tone": "late" if standing.overdue else "good", "said": _("整件时限"),
         "spark": drawings.spark([p.overdue for p in pulse])},
        {"code": "unsigned", "title": _("超 1 分钟待签收"), "number": standing.unsigned,
         "tone": "late" if standing.unsigned else "good", "said": _("工单"),
         "spark": drawings.spark([p.unsigned for p in pulse])},
        {"code": "word", "title": _("诉求人说解决了"), "number": share, "tone": "",
         "said": _("近14天：%(solved)s / %(asked)s 人") % {"solved": standing.solved, "asked": standing.asked},
         "spark": ""},
    ]  # fmt: skip


def queues(town: Area, now: datetime) -> list[dict[str, Any]]:
    """The platforms with their queues by state and the oldest that waits."""
    found = kept(("queues", town.pk), 2, lambda: room.queues(town, now))
    most = max([each.total for each in found] or [1]) or 1
    shown = []
    for each in found:
        x, parts = 0.0, []
        for code, count in each.states.items():
            width = round(count / most * 300, 1)
            parts.append({"code": code, "name": naming.state(code), "count": count, "x": round(x, 1), "width": width})
            x += width
        shown.append({
            "platform": naming.platform(each.platform), "code": each.platform.code, "parts": parts, "total": each.total,
            "overdue": each.overdue, "oldest": timeleft.span(now - each.oldest) if each.oldest else "",
            "kinds": words.listed([words.kind(kind) for kind in each.platform.kinds]),
        })  # fmt: skip
    return shown


def _clock(each: Any, now: datetime) -> dict[str, Any]:
    read = timeleft.brief([each], now)
    return {"matter": each.matter, "step": words.rule(each.code), "left": read, "kind": words.kind(each.matter.kind)}


def _tone(matter: Matter, now: datetime) -> Tone:
    if matter.due_at is None:
        return "still"
    if matter.due_at < now:
        return "late"
    whole = (matter.due_at - matter.reported_at).total_seconds() or 1
    return "soon" if (now - matter.reported_at).total_seconds() / whole >= timeleft.SOON else "good"


def listed(town: Area, now: datetime) -> list[dict[str, Any]]:
    """Open matters with a point: the list beside the map, most urgent first."""
    rows = kept(("points", town.pk), 2, lambda: room.open_points(town))
    order = {"late": 0, "soon": 1, "good": 2, "still": 3}
    shown = [{"matter": each, "tone": _tone(each, now), "left": _left(each, now)} for each in rows]
    return sorted(shown, key=lambda row: order[row["tone"]])[:200]  # type: ignore[index]


def _left(matter: Matter, now: datetime) -> str:
    from django.utils.translation import gettext as _

    if matter.due_at is None:
        return ""
    span = timeleft.span(matter.due_at - now)
    return (_("超时 %(span)s") if matter.due_at < now else _("还剩 %(span)s")) % {"span": span}


@require_safe
def points_of(request: HttpRequest, code: str) -> HttpResponse:
    """`/situation/<code>/points.json`: open matters of a town for the map, coloured by time left."""
    _, town = enter(request, code)
    now = clock.now()
    rows = kept(("points", town.pk), 2, lambda: room.open_points(town))
    found = [
        Spot(
            id=each.number, lat=each.lat or 0.0, lon=each.lon or 0.0, title=each.title or each.number,
            text=f"{words.kind(each.kind)} · {words.state(each.state)} · {_left(each, now)}", tone=_tone(each, now),
            url=reverse("desk:matter", args=[each.number]),
        )
        for each in rows
    ]  # fmt: skip
    return points.answer(request, points.geojson(found))


def duty(town: Area, now: datetime) -> list[dict[str, Any]]:
    """Who is on duty today, the present shift marked. A post, the account that holds it; never a number."""
    day = clock.local_day(now)
    begin = arrivals.midnight(day)
    end = begin.replace(hour=23, minute=59)
    return [
        {
            "duty": naming.duty(each.duty), "platform": naming.platform_of(each.platform) if each.platform else "",
            "post": each.post.title, "body": each.post.body.name, "login": each.account.login if each.account else "",
            "begins": each.begins, "ends": each.ends, "now": each.begins <= now < each.ends,
        }
        for each in room.on_duty(town, begin, end)
        if each.ends > now or each.begins >= begin
    ]  # fmt: skip


def handovers(town: Area) -> list[dict[str, Any]]:
    """The last notes from shift to shift, with who left them."""
    rows = room.handed_over(town)
    names = naming.posts([*(each.post for each in rows), *(each.taken_post for each in rows)])
    return [
        {"note": each, "post": names.get(each.post or 0, ""), "taken": names.get(each.taken_post or 0, "")}
        for each in rows
    ]


def alarms(town: Area, by: Actor) -> list[dict[str, Any]]:
    """The standing warnings, the new ones first, with their numbers and matters."""
    rows = room.alarms(town)
    ids = {pk for each in rows for pk in each.matters[:8]}
    seen = {m.pk: m for m in access.seen_among(by, Matter.objects.filter(pk__in=ids)).defer("narrative")}
    names = naming.posts(each.noted_post for each in rows)
    return [
        {
            "alarm": each, "rule": naming.rule(each.code), "spot": naming.spot(each.spot),
            "why": naming.reasons(each), "to": words.listed([_role(role) for role in each.to]),
            "matters": [seen[pk] for pk in each.matters[:8] if pk in seen], "more": max(len(each.matters) - 8, 0),
            "post": names.get(each.noted_post or 0, ""), "grown": each.grown_at != each.raised_at,
        }
        for each in rows
    ]  # fmt: skip


def _role(code: str) -> str:
    from django.utils.translation import gettext

    return gettext(naming.ROLES.get(code, code))


def hot(by: Actor, town: Area) -> list[dict[str, Any]]:
    """Hot issues that understanding has found, of which some matter lies in the town."""
    issues = kept(("hot",), 20, advice.hot)
    if not issues:
        return []
    rows = Matter.objects.filter(hot_in__issue__in=issues, town=town).values_list("hot_in__issue", "pk")
    here: dict[int, int] = {}
    for issue, _ in rows:
        here[issue] = here.get(issue, 0) + 1
    return [
        {"issue": each, "here": here[each.pk], "place": each.place, "words": words.listed(list(each.words)[:5])}
        for each in issues
        if each.pk in here
    ][:HOT]


def spots_of(town: Area, now: datetime, by: Actor | None = None) -> list[dict[str, Any]]:
    """Hot spots by rule with their numbers; with a reader, the matters behind them."""
    found = kept(("spots", town.pk), 60, lambda: spots.found(town, now, most=SPOTS))
    ids = [pk for each in found for pk in each.matters[:6]]
    seen: dict[int, Matter] = {}
    if by is not None:
        seen = {m.pk: m for m in access.seen_among(by, Matter.objects.filter(pk__in=ids)).defer("narrative")}
    tree = areas.tree()
    shown = []
    for each in found:
        grid = tree.areas.get(each.grid or 0)
        address = next((understood.place_name(seen[pk]) for pk in each.matters if pk in seen), "")
        shown.append({
            "spot": each, "kind": words.kind(each.kind), "grid": grid.name if grid else "", "place": address,
            "matters": [seen[pk] for pk in each.matters[:6] if pk in seen],
            "limit": round(each.usual.limit, 1) if each.usual else None,
            "mean": round(each.usual.mean, 1) if each.usual else None,
            "deviation": round(each.usual.deviation, 1) if each.usual else None,
        })  # fmt: skip
    return shown


def area_choice(towns: Sequence[Area]) -> list[tuple[str, str]]:
    """Towns to choose from."""
    return [(each.code, each.name) for each in towns]
