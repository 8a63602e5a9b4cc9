"""`/sixsystems/`: grids with their gaps on a map and in a list; a grid with its posts, what is open, its meetings."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin import tables
from anxin.kernel import areas, clock, registry, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import BadInput, NotFound
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import grids
from anxin.programmes.sixsystems.models import Dissolution, Door, Duty, Meeting
from anxin.programmes.sixsystems.pages.serving import looked_at
from anxin.web import asking, drawing, session
from anxin.web.asking import Act, serve
from anxin.web.paging import paged

SIZE = 60
DOORS = tuple(
    tables.Column(code, title, required=True)
    for code, title in (("code", "编码"), ("title", "地址"), ("lat", "纬度"), ("lon", "经度"))
)
ROLES = {"grid_head": "网格长", "grid_worker": "专职网格员", "auxiliary_police": "网格辅警"}
GAPS = {"none": "未设岗", "vacant": "缺员", "many": "多于一名"}


@require_http_methods(["GET", "HEAD", "POST"])
def front(request: HttpRequest) -> HttpResponse:
    """The grids of an area: by town for a county, one by one below; `?gap=` lists those where a role is missing."""
    by, area = looked_at(request)
    if area.level == "grid":
        return HttpResponseRedirect(reverse("sixsystems:grid", args=[area.code]))
    day, gap = areas.today(), request.GET.get("gap", "")
    inside = figures.grids_under(area)
    staff = figures.staff(inside, day)
    wide = area.level in ("city", "county")
    parts = figures.children(area) if wide else inside
    rows = [_part(each, staff) for each in parts] if wide else []
    missing = {role: sum(role in each.gaps for each in staff.values()) for role in ROLES}
    listed = [each for each in inside if gap in staff[each.pk].gaps] if gap in ROLES else [] if wide else inside
    shown = paged(request, listed, SIZE)
    doors = dict(Door.objects.filter(grid__in=[each.pk for each in shown]).values_list("grid").annotate(Count("pk")))
    villages = {each.pk: _above(each) for each in shown}
    numbers = {each["area"].pk: each["gaps"] for each in rows} or {pk: len(each.gaps) for pk, each in staff.items()}
    acts: dict[str, Act | None] = {"doors": None}
    if area.level == "town" and rights.entitled(by, "sixsystems.book", area=area.pk):
        fields = {"file": asking.upload(_("地址表（xlsx、csv：编码、地址、纬度、经度）"))}
        acts["doors"] = Act(_("导入地址"), fields, lambda by, file: _take_in(file, area, by))
    context = {
        "area": area, "tab": "grids", "rows": rows, "count": len(inside), "gap": gap, "pages": shown,
        "total": len(listed), "up": _up(area, by.area),
        "missing": [(role, _(title), missing[role]) for role, title in ROLES.items()],
        "whole": sum(not each.gaps for each in staff.values()), "map": drawing.ground(area, parts, numbers),
        "grids": [
            {"area": each, "village": villages[each.pk], "doors": doors.get(each.pk, 0), "staff": _row(staff[each.pk])}
            for each in shown
        ],
        "norm": registry.norm("sixsystems.staffing", day),
    }  # fmt: skip
    return serve(request, by, "sixsystems/grids.html", context, acts, f"?area={area.code}")


def _take_in(file: Any, area: Area, by: Actor) -> None:
    """Take in a table of addresses: all of it, or nothing and what is wrong in which line."""
    found = tables.read(file.name, file.read(), DOORS)
    if found.wrong:
        raise BadInput("；".join(str(each) for each in found.wrong[:20]))
    rows = [(each.values["code"], each.values["title"], *map(float, (each.values["lat"], each.values["lon"])))
            for each in found.rows]  # fmt: skip
    grids.register(rows, area, by)


def _part(area: Area, staff: dict[int, figures.Staff]) -> dict[str, Any]:
    inside = [staff[pk] for pk in areas.tree().under(area.pk, areas.today()) if pk in staff]
    return {"area": area, "grids": len(inside), "gaps": sum(bool(each.gaps) for each in inside),
            "by": [sum(role in each.gaps for each in inside) for role in ROLES]}  # fmt: skip


def _row(staff: figures.Staff) -> list[tuple[int, str, str]]:
    gap = staff.gaps
    return [(staff.held.get(role, 0), gap.get(role, ""), _(GAPS[gap[role]]) if role in gap else "") for role in ROLES]


def _above(area: Area) -> Area | None:
    above = areas.tree().parent(area.pk, areas.today())
    return areas.tree().areas[above] if above is not None else None


def _up(area: Area, own: int | None) -> Area | None:
    return _above(area) if area.pk != own and area.level != "city" else None


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: HttpRequest, code: str) -> HttpResponse:
    """A grid: who serves it, what is missing, what is open in it, its meetings; who keeps the book changes it here."""
    by, found = session.actor(request), areas.tree().by_code.get(code)
    if found is None or found.level != "grid":
        raise NotFound
    rights.enter(by, "sixsystems.view", view="sixsystems.view", area=found.pk)
    day, now = areas.today(), clock.now()
    keeps = found.valid_to is None and rights.entitled(by, "sixsystems.book", area=found.pk)
    staff = figures.staff([found], day)[found.pk]
    posts = Post.objects.filter(area=found, role__in=ROLES).annotate(n=Count("holdings")).order_by("code")
    duties = list(Duty.objects.filter(grid=found, valid_to=None).select_related("post__body"))
    asked = Dissolution.objects.filter(grid=found, decided_at=None).select_related("into").first()
    village = _above(found)
    beside = [each for each in figures.grids_under(village) if each.pk != found.pk] if village else []
    acts: dict[str, Act | None] = dict.fromkeys(("assign", "release", "end", "decide"))
    if keeps:
        near = Post.objects.filter(body__area__in=areas.tree().chain(found.pk, day)[:3]).exclude(area=found)
        serving = {post.pk: post for post in near.select_related("body").order_by("body__code", "code")[:120]}
        acts["assign"] = Act(_("安排兼职力量"), {
            "post": asking.pick(_("岗位"), [(pk, str(post)) for pk, post in serving.items()], to=int),
            "duty": asking.pick(_("身份"), asking.named(rules.DUTIES)), "since": asking.day(_("自")),
        }, lambda by, post, duty, since: grids.assign(found, serving[post], duty, since, by))  # fmt: skip
        if duties:
            listed = [(each.pk, f"{_(rules.DUTIES[each.duty])} {each.post}") for each in duties]
            fields = {"duty": asking.pick(_("身份"), listed, to=int), "on": asking.day(_("至"))}
            acts["release"] = Act(_("结束任职"), fields, lambda by, duty, on: grids.release(duty, on, by))
        acts["end"] = Act(_("申请撤销网格"), {
            "into": asking.pick(_("并入网格（有未办结事项或地址时必选）"), [(each.code, each.name) for each in beside],
                               required=False),
            "reason": asking.text(_("理由"), rows=2, most=500),
        }, lambda by, into, reason: grids.ask_to_end(found, reason, by, _chosen(into)))  # fmt: skip
    if asked is not None and rights.entitled(by, "sixsystems.approve", area=found.pk) and by.post != asked.asked_post:
        fields = {"approve": asking.pick(_("审批"), [("yes", _("同意撤并并移交")), ("no", _("不同意"))])}
        acts["decide"] = Act(_("审批"), fields, lambda by, approve: grids.decide_end(asked.pk, approve == "yes", by))
    rows = figures.still_open(found).select_related("lead").order_by("due_at")
    context = {
        "area": found, "tab": "grids", "village": village, "staff": staff, "now": now, "asked": asked, "duties": duties,
        "posts": [(each, _(ROLES[each.role]), each.n) for each in posts],
        "gaps": [(_(ROLES.get(role, role)), _(GAPS[what])) for role, what in staff.gaps.items()],
        "doors": Door.objects.filter(grid=found).count(), "open": list(rows[:20]), "total": rows.count(),
        "meetings": list(Meeting.objects.filter(area=found).order_by("-begins_at")[:5]),
        "next": figures.next_meeting(found, now), "microgrids": len(figures.children(found)), "names": rules.DUTIES,
        "map": drawing.ground(village or found, [found, *beside], {}, found.pk),
    }  # fmt: skip
    return serve(request, by, "sixsystems/grid.html", context, acts, reverse("sixsystems:grid", args=[code]))


def _chosen(code: str | None) -> Area | None:
    return areas.tree().by_code.get(code) if code else None
