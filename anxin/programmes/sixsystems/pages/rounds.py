"""Meetings, the board of the closed loop, and what is open by age and level."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin.kernel import access, areas, bodies, clock, registry, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.errors import NotFound
from anxin.kernel.matters import LEVELS, OPEN, Matter, Report
from anxin.kernel.orders import Check
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import loop, meetings, reviews
from anxin.programmes.sixsystems.kinds import EVENTS
from anxin.programmes.sixsystems.models import Decision, Meeting
from anxin.programmes.sixsystems.pages.serving import looked_at
from anxin.web import asking, drawing, session, words
from anxin.web.asking import Act, serve
from anxin.web.paging import paged

CARDS = 10
STATES = {"planned": "待召开", "held": "会议中", "closed": "已归档"}


@require_http_methods(["GET", "HEAD", "POST"])
def meetings_list(request: HttpRequest) -> HttpResponse:
    """The meetings of an area and below, newest first, with the day by which it has to meet again."""
    by, area = looked_at(request)
    inside = areas.tree().under(area.pk, areas.today())
    rows = Meeting.objects.select_related("area", "chair").defer("area__boundary").order_by("-begins_at")
    now = clock.now()
    due = figures.next_meeting(area, now)
    acts: dict[str, Act | None] = {"plan": None}
    if due is not None and rights.entitled(by, "sixsystems.meet", area=area.pk):
        acts["plan"] = Act(_("排定例会"), {"begins_at": asking.moment(_("时间"))}, lambda by, begins_at: reverse(
            "sixsystems:meeting", args=[meetings.plan(area, begins_at, by).pk]))  # fmt: skip
    listed = [
        (each, _(STATES[each.state]), words.say(LEVELS, each.level)) for each in rows.filter(area__in=inside)[:30]
    ]
    context = {"area": area, "tab": "meetings", "rows": listed, "due": due, "today": areas.today(),
               "norm": registry.norm("sixsystems.rhythm", areas.today())}  # fmt: skip
    return serve(request, by, "sixsystems/meetings.html", context, acts)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """A meeting: before, the agenda as it would be now; from its opening on, as it stood; then what was decided."""
    by = session.actor(request)
    row = Meeting.objects.select_related("area", "chair").filter(pk=pk).first()
    if row is None:
        raise NotFound
    rights.enter(by, "sixsystems.view", view="sixsystems.view", area=row.area_id)
    now = clock.now()
    if row.state == "planned":
        items = [(each.matter, each.why) for each in figures.agenda(row.area, now)]
    else:
        known = figures.listed(Matter.objects.all()).in_bulk([matter for matter, _why in row.agenda])
        items = [(known[matter], why) for matter, why in row.agenda]
    posts = Post.objects.select_related("body").in_bulk(row.expected)
    expected = (
        [posts[each] for each in row.expected] if row.state != "planned" else list(meetings.expected(row.area)[:60])
    )
    told = row.decisions.select_related("matter", "task", "body").order_by("pk")
    leads = rights.entitled(by, "sixsystems.meet", area=row.area_id)
    context = {
        "area": row.area, "tab": "meetings", "meeting": row, "state": _(STATES[row.state]), "now": now,
        "level": words.say(LEVELS, row.level), "minutes": row.minutes,
        "items": [(matter, [_(rules.WHY[each]) for each in why], words.kind(matter.kind)) for matter, why in items],
        "expected": [(post, post.pk in row.present) for post in expected],
        "decisions": [(each, _told(each, now)) for each in told],
        "earlier": [(each, _told(each, now)) for each in figures.earlier(row.area, row.begins_at)],
    }  # fmt: skip
    acts = _acts(row, by, [matter for matter, _why in items], expected) if leads else {}
    return serve(request, by, "sixsystems/meeting.html", context, acts, reverse("sixsystems:meeting", args=[pk]))


def _told(decision: Decision, now: datetime) -> tuple[str, str]:
    found = figures.outcome(decision, now)
    return found, _(rules.OUTCOMES[found])


def _acts(row: Meeting, by: Actor, items: list[Matter], expected: list[Post]) -> dict[str, Act | None]:
    if row.state == "planned":
        return {"begin": Act(_("开会（固定议程）"), {}, lambda by: meetings.begin(row.pk, by))}
    listed = {each.number: each for each in items}
    choices = [(number, f"{number} {each.title[:30]}") for number, each in listed.items()]
    review = Act(_("开微复盘"), {"matter": asking.pick(_("事项"), choices)}, lambda by, matter: reverse(
        "sixsystems:review", args=[reviews.begin(listed[matter], by, row).pk]))  # fmt: skip
    if row.state == "closed":
        return {"review": review} if choices else {}
    bodies_ = _bodies(row.area, by)
    present = [(each.pk, str(each)) for each in expected]
    return {
        "attend": Act(_("记出席"), {"present": asking.several(_("到会"), present)},
                      lambda by, present: meetings.attend(row.pk, present, by)),
        "decide": Act(_("记决定"), {
            "what": asking.text(_("决定做什么"), rows=2), "matter": asking.pick(_("所议事项"), choices, required=False),
            "body": asking.pick(_("责任单位"), [(pk, each.name) for pk, each in bodies_.items()], to=int),
            "due_on": asking.day(_("完成日期")), "options": asking.text(_("备选方案"), rows=2, required=False),
        }, lambda by, what, matter, body, due_on, options: meetings.decide(
            row.pk, what, bodies_[body], due_on, by, listed.get(matter or ""), options)),
        "review": review if choices else None,
        "close": Act(_("归档会议"), {"minutes": asking.text(_("纪要"), rows=6, most=8000)},
                     lambda by, minutes: meetings.close(row.pk, minutes, by)),
    }  # fmt: skip


def _bodies(area: Area, by: Actor) -> dict[int, Body]:
    """The bodies a meeting may ask: its own committee; where it may order, those of its town and county, too."""
    chain = areas.tree().chain(area.pk, areas.today())
    found = [each for each in bodies.directory().by_id.values() if each.area_id in chain]
    if by.role not in access.VERBS["dispatch"]:
        own = bodies.directory().find("committee", areas.tree().place(area.pk, areas.today()))
        found = [each for each in found if each.pk == own]
    below = {each.pk for each in figures.children(area)} if area.level == "town" else set()
    found += [each for each in bodies.directory().by_id.values() if each.area_id in below and each.kind == "committee"]
    return {each.pk: each for each in sorted(found, key=lambda each: each.code)}


@require_http_methods(["GET", "HEAD", "POST"])
def loop_board(request: HttpRequest) -> HttpResponse:
    """The loop of an area: what stands at which step, newest first, and what is watched; an event is taken in here."""
    by, area = looked_at(request)
    now, still = clock.now(), figures.still_open(area)
    counts = dict(still.order_by().values_list("state").annotate(Count("pk")))
    columns: list[dict[str, Any]] = []
    for state in OPEN:
        rows = figures.listed(still.filter(state=state)).order_by("-reported_at")[:CARDS]
        columns.append({"title": words.state(state), "count": counts.get(state, 0), "rows": [_card(m) for m in rows]})
    watched = Check.objects.filter(done_at=None, due_on__lte=areas.today() + timedelta(days=7), matter__state="closed")
    watched = watched.filter(**{f"matter__{name}": pk for name, pk in figures.scope(area).items()})
    tree = areas.tree()
    inside = figures.grids_under(area) if area.level in ("grid", "village", "town") else []
    where = {each.code: each for each in inside}
    acts: dict[str, Act | None] = {"take": None}
    if by.role in access.VERBS["report"] and where:
        grades = [(code, pair[int(words.english())]) for code, pair in rules.GRADES.items() if code != rules.EMERGENCY]
        villages = {
            code: tree.areas[tree.place(each.pk, areas.today()).village or each.pk].name for code, each in where.items()
        }
        named = [(code, f"{villages[code]} {each.name}") for code, each in where.items()]
        acts["take"] = Act(_("上报"), {
            "kind": asking.pick(_("类别"), [(code, words.kind(code)) for code in EVENTS]),
            "grid": asking.pick(_("网格"), named),
            "title": asking.text(_("什么事"), most=100),
            "narrative": asking.text(_("经过"), rows=3, required=False, most=4000),
            "grade": asking.pick(_("建议分级"), grades, required=False),
            "urgent": asking.tick(_("紧急（先拨打110、119、120）")),
            "result": asking.text(_("自办结果（I级必填）"), rows=2, required=False),
        }, _take)  # fmt: skip
    context = {"area": area, "tab": "loop", "columns": columns, "now": now,
               "watched": list(watched.select_related("matter").order_by("due_on")[:CARDS])}  # fmt: skip
    return serve(request, by, "sixsystems/loop.html", context, acts)


def _card(matter: Matter) -> tuple[Matter, str, str]:
    return matter, words.kind(matter.kind), words.say(LEVELS, matter.level)


def _take(by: Actor, **told: Any) -> str:
    spot = areas.tree().by_code[told["grid"]]
    shape = areas.geometry(spot)
    lat, lon = (shape.representative_point().y, shape.representative_point().x) if shape is not None else (None, None)
    what = Report(
        kind=told["kind"], title=told["title"], narrative=told["narrative"], channel="grid", lat=lat, lon=lon,
        urgency="emergency" if told["urgent"] else "ordinary",
    )  # fmt: skip
    return reverse("desk:matter", args=[loop.take(what, told["grade"] or "", by, told["result"]).number])


@require_safe
def still_open(request: HttpRequest) -> HttpResponse:
    """What is open in an area, by level and age, overdue apart from not due; the list, and the two rates of 30 days."""
    by, area = looked_at(request)
    now = clock.now()
    table = figures.unresolved(area, now)
    bands = [f"{low}–{high}" if high is not None else f"≥{low}" for low, high in table.bands]
    level, rows = request.GET.get("level", ""), figures.listed(figures.still_open(area)).order_by("reported_at")
    if level in LEVELS:
        rows = rows.filter(level=level)
    if (only := request.GET.get("only", "")) in ("overdue", "waiting"):
        rows = rows.filter(due_at__lt=now) if only == "overdue" else rows.exclude(due_at__lt=now)
    shown = paged(request, rows)
    sums = [[sum(row[n][late] for row in table.rows.values()) for late in (0, 1)] for n in range(len(bands))]
    since = now - timedelta(days=30)
    context = {
        "area": area, "tab": "open", "table": table, "bands": bands, "bars": _bars(bands, sums), "level": level,
        "only": only, "now": now, "rows": [_card(each) for each in shown], "pages": shown,
        "levels": [(code, words.say(LEVELS, code), table.rows[code], sum(map(sum, table.rows[code])))
                   for code in LEVELS if code in table.rows],
        "rates": figures.rates(area, since, now, now), "since": since,
    }  # fmt: skip
    return serve(request, by, "sixsystems/open.html", context, {})


def _bars(bands: list[str], sums: list[list[int]]) -> list[tuple[drawing.Bar, drawing.Bar]]:
    """Two bars for each band: what is overdue, and above it what is not due."""
    most = max(map(sum, sums), default=0)
    both = ([each[part] for each in sums] for part in (1, 0))
    late, waiting = (drawing.bars(each, bands, width=600, height=130, gap=8, most=most) for each in both)
    return [(low, replace(high, y=round(low.y - high.height, 1))) for low, high in zip(late, waiting, strict=True)]
