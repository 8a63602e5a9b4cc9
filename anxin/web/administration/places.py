"""Areas: the tree to walk through, one area with its history, and what may be changed of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies
from anxin.kernel.areas import LEVELS, Area, Standing
from anxin.kernel.bodies import Body, Post
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.matters import OPEN, Matter
from anxin.web import drawing, session
from anxin.web.administration import naming, outlines
from anxin.web.administration.proposal import (
    Consequence,
    Proposal,
    day,
    front,
    future,
    history,
    longer,
    note,
    pick,
    propose,
    text,
    tick,
    upload,
    warn,
)

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{1,39}")
ON_A_PAGE = 60


def find(code: str) -> Area:
    """The area with this code, as it stands in its table. Raises NotFound."""
    found = Area.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def path(area: Area | None, on: date | None = None) -> str:
    """The names of an area and what it stands under, from large to small."""
    if area is None:
        return gettext("全市")
    tree = areas.tree()
    chain = tree.chain(area.pk, on or areas.today()) if area.pk in tree.areas else [area.pk]
    names = [tree.areas[pk].name if pk in tree.areas else area.name for pk in reversed(chain)]
    return " › ".join(names[2:] or names[-1:])


def standing(area: Area, on: date) -> bool:
    """Whether an area holds on a day."""
    return area.valid_from <= on and (area.valid_to is None or on < area.valid_to)


def open_matters(area: Area) -> int:
    """How many matters in an area are still open."""
    rows = Matter.objects.filter(state__in=OPEN)
    if area.level in ("province", "city"):
        return rows.count()
    if area.level in ("county", "town", "village", "grid"):
        return rows.filter(**{area.level: area.pk}).count()
    return 0


def below(area: Area) -> set[int]:
    """The ids of an area and of everything that stands under it today."""
    tree, on = areas.tree(), areas.today()
    found = {area.pk}
    for each in tree.areas.values():
        if each.pk not in found and area.pk in tree.chain(each.pk, on):
            found.add(each.pk)
    return found


def by_name(given: str) -> Area | None:
    """The standing area with this code or, where only one is called so, this name."""
    tree, given = areas.tree(), given.strip().split(" ")[0]
    found = tree.by_code.get(given)
    if found is not None:
        return found
    named = [each for each in tree.areas.values() if each.name == given and each.valid_to is None]
    return named[0] if len(named) == 1 else None


def typed(form: Proposal, name: str) -> Area | None:
    """The area somebody typed into a field, by code or name; None for nothing. Says at the field when there is none."""
    given = str(form.said.get(name) or "").strip()
    found = by_name(given) if given else None
    if given and found is None:
        form.wrong(name, gettext("没有这个区域，或同名的不止一个，请填代码"))
    return found


def listed(*levels: str, of: Area | None = None) -> list[tuple[str, str]]:
    """Standing areas of some levels as a list to choose from (code, path)."""
    tree, on = areas.tree(), areas.today()
    rows = [
        each
        for each in tree.areas.values()
        if each.level in levels and each.valid_to is None and (of is None or of.pk in tree.chain(each.pk, on))
    ]
    return [(each.code, f"{path(each)} ({each.code})") for each in sorted(rows, key=lambda each: each.code)]


# ---- pages ------------------------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/areas`: what lies under an area (`under`), or what is called like some words (`q`)."""
    by = session.actor(request)
    access.administer(by, "areas")
    tree, on = areas.tree(), areas.today()
    said = request.GET.get("q", "").strip()[:60]
    under = tree.by_code.get(request.GET.get("under", ""))
    if said:
        low = said.casefold()
        rows = [
            each
            for each in tree.areas.values()
            if low in each.name.casefold()
            or each.code.startswith(said)
            or any(low in a.casefold() for a in each.aliases)
        ]
    elif under is None:
        roots = [each for each in tree.areas.values() if each.level in ("province", "city")]
        rows = [each for each in roots if each.level == "city"] or roots
    else:
        rows = [each for each in tree.areas.values() if tree.parent(each.pk, on) == under.pk]
    children: dict[int, int] = {}
    for each in tree.areas.values():
        above = tree.parent(each.pk, on)
        if above is not None and each.valid_to is None:
            children[above] = children.get(above, 0) + 1
    rows.sort(key=lambda each: (LEVELS.index(each.level), each.valid_to is not None, each.code))
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    crumbs = [tree.areas[pk] for pk in reversed(tree.chain(under.pk, on))] if under else []
    listing = [
        {"area": each, "level": naming.level(each.level), "path": path(each), "children": children.get(each.pk, 0)}
        for each in shown
    ]
    context = {"rows": listing, "shown": shown, "under": under, "crumbs": crumbs, "q": said, "section": "areas"}
    return render(request, "administration/areas.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/areas/<code>`: an area with its map, its standings, its bodies and its history."""
    by = session.actor(request)
    access.administer(by, "areas")
    area, on = find(code), areas.today()
    context = {
        "area": area,
        "level": naming.level(area.level),
        "path": path(area),
        "standings": area.standings.select_related("parent").order_by("-valid_from"),
        "picture": outlines.draw(area),
        "size": outlines.size_words(outlines.square_metres(areas.geometry(area))) if area.boundary else "",
        "bodies": Body.objects.filter(area=area).exclude(valid_to__lte=on).order_by("code")[:40],
        "children": Standing.objects.filter(parent=area, valid_from__lte=on).exclude(valid_to__lte=on).count(),
        "open": open_matters(area),
        "ended": area.valid_to is not None and area.valid_to <= on,
        "history": history("area", area.code),
        "section": "areas",
    }
    return render(request, "administration/area.html", context)


def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """`/desk/administration/areas/<code>/<name>`: change one area."""
    if name not in ACTS:
        raise NotFound
    area = find(code)
    return propose(request, ACTS[name], area, back=front("area", code))


# ---- changes ----------------------------------------------------------------------------------------------------


class OfAnArea(Proposal):
    """A change of one area."""

    what, about = "areas", "area"
    subject: Area

    def where(self) -> int | None:
        """The area itself."""
        return self.subject.pk


class Rename(OfAnArea):
    """Another name, other aliases."""

    title = _("改名称和别名")
    name = text(_("名称"), most=60)
    aliases = longer(_("别名"), required=False, hint=_("一行一个；人们在来电和短信里怎么叫它"), rows=4)

    def prepare(self) -> None:
        """As they are."""
        self.begin(name=self.subject.name, aliases="\n".join(self.subject.aliases))

    def examine(self) -> None:
        """Not too long a list."""
        if len(self._aliases()) > 100 or any(len(each) > 60 for each in self._aliases()):
            self.wrong("aliases", gettext("最多 100 个别名，每个不超过 60 字"))

    def _aliases(self) -> list[str]:
        lines = (each.strip() for each in self.said["aliases"].splitlines())
        return list(dict.fromkeys(each for each in lines if each))

    def before(self) -> Mapping[str, Any]:
        """Name and aliases."""
        return {"name": self.subject.name, "aliases": list(self.subject.aliases)}

    def after(self) -> Mapping[str, Any]:
        """Name and aliases."""
        return {"name": self.said["name"].strip(), "aliases": self._aliases()}

    def consequences(self) -> list[Consequence]:
        """Who shows the name, who else is called so."""
        found = [
            note(
                gettext("以后的页面、工单和统计都显示新名称；代码 %(code)s 不变，以前的统计不变。")
                % {"code": self.code()}
            )
        ]
        names = {self.said["name"].strip(), *self._aliases()}
        twins = [
            path(each)
            for each in areas.tree().areas.values()
            if each.pk != self.subject.pk
            and each.valid_to is None
            and each.level == self.subject.level
            and names & {each.name, *each.aliases}
        ]
        if twins:
            found.append(warn(gettext("同一层级还有同名的区域，识别地点时会请人选择："), lines=twins[:10]))
        gone = set(self.subject.aliases) - set(self._aliases())
        if gone:
            found.append(warn(gettext("删去的别名，来电中再提到时将不再识别："), lines=sorted(gone)[:20]))
        return found

    def apply(self) -> None:
        """Into the tree."""
        Area.objects.filter(pk=self.subject.pk).update(**self.after())
        areas.TREE.changed()


class Move(OfAnArea):
    """Another parent, from a day on."""

    title = _("划归另一上级")
    parent = pick(_("新的上级"))
    day = day(_("自哪天起"))

    def prepare(self) -> None:
        """The areas of the level above."""
        above = self.subject.level
        upper = LEVELS[LEVELS.index(above) - 1] if LEVELS.index(above) else above
        self.choose("parent", [("", gettext("请选择")), *listed(upper)])
        self.begin(day=areas.today())

    def examine(self) -> None:
        """A day to come; another parent than now."""
        future(self, "day")
        if self.said["parent"] == self._now():
            self.wrong("parent", gettext("现在就在这一上级之下"))
        last = self.subject.standings.order_by("-valid_from").first()
        if last is not None and self.said.get("day") and self.said["day"] <= last.valid_from:
            self.wrong("day", gettext("须晚于现有归属的起始日 %(day)s") % {"day": last.valid_from})

    def _now(self) -> str:
        last = self.subject.standings.filter(valid_to=None).select_related("parent").first()
        return last.parent.code if last else ""

    def before(self) -> Mapping[str, Any]:
        """The parent."""
        return {"parent": self._said(self._now())}

    def after(self) -> Mapping[str, Any]:
        """The parent."""
        return {"parent": self._said(self.said["parent"])}

    def _said(self, code: str) -> str:
        area = areas.tree().by_code.get(code)
        return f"{code} {area.name}" if area else code

    def consequences(self) -> list[Consequence]:
        """Open matters, posts and bodies in it; statistics of past days stay."""
        inside = below(self.subject)
        count, posts = open_matters(self.subject), Post.objects.filter(area__in=inside).count()
        rooms = Body.objects.filter(area__in=inside).exclude(valid_to__lte=areas.today())
        upper = areas.tree().by_code.get(self.said["parent"])
        found = [
            note(
                ngettext(
                    "其中现有 %(n)d 件未办结事项，仍留在受理当天所属的上级和原承办单位；如需改派，请逐件办理。",
                    "其中现有 %(n)d 件未办结事项，仍留在受理当天所属的上级和原承办单位；如需改派，请逐件办理。",
                    count,
                )
                % {"n": count}
            ),
            note(
                gettext("%(day)s 起受理的事项归 %(upper)s，由其单位承办；在此之前的统计不变。")
                % {"day": self.said["day"], "upper": upper.name if upper else ""}
            ),
            note(
                gettext("%(posts)d 个岗位、%(bodies)d 个单位随之划转：上级的指挥室从这天起看得到这里的事项。")
                % {"posts": posts, "bodies": rooms.count()}
            ),
        ]
        outline = areas.geometry(self.subject)
        if outline is not None and upper is not None and upper.boundary:
            outside = outlines.square_metres(outline.difference(areas.geometry(upper)))
            if outside > outlines.SLIVER:
                found.append(
                    warn(
                        gettext("边界有 %(size)s 平方米不在新上级的边界之内，请随后更新新旧上级的边界。")
                        % {"size": f"{outside:,.0f}"}
                    )
                )
        under = [
            f"{each.name}（{each.parent}）" for each in rooms.filter(parent__isnull=False).select_related("parent")
        ]
        if under:
            found.append(warn(gettext("这些单位的上级单位需要另行调整："), lines=under[:10]))
        return found

    def apply(self) -> None:
        """A new standing from the day on."""
        areas.move_under(self.subject, find(self.said["parent"]), self.said["day"])


class Close(OfAnArea):
    """It ends on a day; nothing is deleted."""

    title, danger = _("停用"), True
    day = day(_("自哪天起停用"))
    successor = text(
        _("并入（代码或名称）"), required=False, most=60, hint=_("哪个区域接替它；只作记录，边界须另行更新")
    )

    def examine(self) -> None:
        """A day to come, a successor that stands."""
        future(self, "day")
        if self.said["successor"] and (heir := by_name(self.said["successor"])) is None:
            self.wrong("successor", gettext("没有这个区域，或同名的不止一个，请填代码"))
        elif self.said["successor"] and heir is not None and heir.pk == self.subject.pk:
            self.wrong("successor", gettext("不能并入自己"))
        if self.subject.valid_to is not None:
            self.wrong(None, gettext("已定于 %(day)s 停用") % {"day": self.subject.valid_to})

    def before(self) -> Mapping[str, Any]:
        """When it ends."""
        return {"valid_to": None, "successor": ""}

    def after(self) -> Mapping[str, Any]:
        """When it ends, and who takes its place."""
        heir = by_name(self.said["successor"]) if self.said["successor"] else None
        return {"valid_to": self.said["day"].isoformat(), "successor": naming.coded(heir)}

    def consequences(self) -> list[Consequence]:
        """What still lies in it."""
        tree, on = areas.tree(), self.said["day"]
        children = [
            each.name
            for each in tree.areas.values()
            if each.valid_to is None and tree.parent(each.pk, on) == self.subject.pk
        ]
        found = []
        if children:
            listing = [*children[:12], *(["…"] if len(children) > 12 else [])]
            found.append(
                Consequence(
                    grade="stop",
                    text=gettext("那天还有 %(n)d 个下级区域归它，请先划归别处或停用：") % {"n": len(children)},
                    lines=listing,
                )
            )
        count = open_matters(self.subject)
        if count and self.subject.level == "grid":
            told = gettext("网格里还有 %(n)d 件未办结事项，不能停用：请先办结，或申请并入相邻网格，经审批移交。")
            found.append(Consequence(grade="stop", text=told % {"n": count}))
        else:
            found.append(note(gettext("%(n)d 件未办结事项仍留在这里，由原单位办完；以前的统计不变。") % {"n": count}))
        if self.subject.level == "grid":
            found.append(warn(gettext("这天起，落在原边界内的定位不属于任何网格，除非相邻网格的边界已经扩过来。")))
        rooms = list(
            Body.objects.filter(area=self.subject).exclude(valid_to__lte=on).values_list("name", flat=True)[:12]
        )
        if rooms:
            found.append(warn(gettext("这些单位还在这个区域，请一并停用或改区域："), lines=rooms))
        posts = Post.objects.filter(area=self.subject, holdings__valid_to=None, holdings__isnull=False).distinct()
        names = [str(post) for post in posts.select_related("body")[:12]]
        if names:
            found.append(warn(gettext("这些岗位只管这个区域且有人在任："), lines=names))
        return found

    def apply(self) -> None:
        """The area and its standing end on the day."""
        on = self.said["day"]
        Area.objects.filter(pk=self.subject.pk).update(valid_to=on)
        for last in Standing.objects.filter(area=self.subject, valid_to=None):
            last.valid_to = max(on, last.valid_from)
            last.save(update_fields=["valid_to"])
        areas.TREE.changed()


class Boundary(OfAnArea):
    """Another boundary, from a GeoJSON file."""

    title = _("导入边界")
    file = upload(_("GeoJSON 文件"), ".geojson,.json,application/geo+json")
    geojson = longer(
        _("或粘贴 GeoJSON"), required=False, most=2_000_000, rows=6,
        hint=_("WGS-84 经纬度，先经度后纬度；Polygon 或 MultiPolygon，或只含一个要素"),
    )  # fmt: skip
    surveyed = tick(_("经过测绘，不是示意"))

    def examine(self) -> None:
        """A sound shape within the city."""
        given = self.take_file("file", "geojson")
        if not given.strip():
            if not self.errors:
                self.wrong("geojson", gettext("请选择文件或粘贴内容"))
            return
        try:
            self.outline = outlines.read(given)
        except BadInput as error:
            self.wrong("geojson", error.message)
            return
        self.found = outlines.look(self.subject, self.outline)
        if self.found.outside_city:
            self.wrong(
                "geojson",
                gettext("有 %(size)s 平方米在本市范围之外，请核对坐标系（须是 WGS-84，不是 GCJ-02 或 BD-09）。")
                % {"size": f"{self.found.outside_city:,.0f}"},
            )

    def before(self) -> Mapping[str, Any]:
        """The size of the boundary; the shape itself is too long for a page."""
        old = areas.geometry(self.subject)
        return {"boundary": self._said(old), "approximate": self.subject.approximate, "geojson": self.subject.boundary}

    def after(self) -> Mapping[str, Any]:
        """The size of the new one."""
        return {
            "boundary": self._said(self.outline),
            "approximate": not self.said["surveyed"],
            "geojson": outlines.stored(self.outline),
        }

    def _said(self, outline: Any) -> str:
        if outline is None:
            return ""
        points = sum(
            len(each.coords) for part in drawing.polygons(outline) for each in (part.exterior, *part.interiors)
        )
        size = f"{outlines.square_metres(outline):,.0f}"
        return gettext("%(size)s 平方米，%(points)d 个点") % {"size": size, "points": points}

    def drawing(self) -> Any:
        """The new boundary over the old, with gaps and overlaps."""
        return outlines.draw(self.subject, new=self.outline, found=self.found)

    def consequences(self) -> list[Consequence]:
        """Overlaps and gaps in square metres; who belongs where from now on."""
        found = [note(gettext("面积 %(size)s 平方米。") % {"size": f"{self.found.size:,.0f}"})]
        if self.found.overlaps:
            lines = [
                gettext("%(name)s：%(size)s 平方米") % {"name": area.name, "size": f"{size:,.0f}"}
                for area, size in self.found.overlaps[:12]
            ]
            found.append(warn(gettext("与相邻区域重叠；重叠处的定位归先建立的那个："), lines=lines))
        if self.found.gap:
            found.append(
                warn(
                    gettext("上级区域之内留下 %(size)s 平方米不属于任何同级区域的空隙。")
                    % {"size": f"{self.found.gap:,.0f}"}
                )
            )
        if self.found.outside_parent:
            found.append(
                warn(
                    gettext("有 %(size)s 平方米在上级区域的边界之外。") % {"size": f"{self.found.outside_parent:,.0f}"}
                )
            )
        if self.subject.level == "grid":
            found.append(note(gettext("今后的定位按新边界归网格；已受理的事项不变。")))
        return found

    def apply(self) -> None:
        """Boundary and middle."""
        middle = self.outline.representative_point()
        Area.objects.filter(pk=self.subject.pk).update(
            boundary=outlines.stored(self.outline), lat=middle.y, lon=middle.x, approximate=not self.said["surveyed"]
        )
        areas.TREE.changed()


class NewBelow(OfAnArea):
    """A new area under this one."""

    title = _("新建下级区域")
    new_code = text(_("代码"), most=40, hint=_("区划代码或自定代码，以后不能改；数字、字母、点和横线"))
    name = text(_("名称"), most=60)
    level = pick(_("层级"))
    day = day(_("自哪天起"))

    def prepare(self) -> None:
        """Levels below this one; a code that begins like its own."""
        levels = LEVELS[LEVELS.index(self.subject.level) + 1 :]
        self.choose("level", [(each, naming.level(each)) for each in levels])
        self.begin(new_code=self.subject.code, day=areas.today())

    def examine(self) -> None:
        """A code nobody has."""
        future(self, "day")
        if not CODE.fullmatch(self.said["new_code"]):
            self.wrong("new_code", gettext("只用数字、字母、点和横线，2 到 40 位"))
        elif Area.objects.filter(code=self.said["new_code"]).exists():
            self.wrong("new_code", gettext("这个代码已经有了"))

    def where(self) -> int | None:
        """Under this one."""
        return self.subject.pk

    def after(self) -> Mapping[str, Any]:
        """All of it."""
        said = self.said
        return {
            "code": said["new_code"],
            "name": said["name"].strip(),
            "level": said["level"],
            "parent": naming.coded(self.subject),
            "valid_from": said["day"].isoformat(),
        }

    def consequences(self) -> list[Consequence]:
        """No boundary yet, no bodies yet."""
        found = [note(gettext("代码 %(code)s 以后不能改，也不会重复使用。") % {"code": self.code()})]
        found.append(note(gettext("新区域还没有边界：随后在它的页面导入；没有边界的网格接不到定位。")))
        if self.said["level"] in ("town", "village"):
            found.append(note(gettext("还没有单位：随后在“单位”里为它新建，否则事项由上级单位承办。")))
        return found

    def apply(self) -> None:
        """The area with its standing."""
        said = self.said
        new = Area.objects.create(
            code=said["new_code"], name=said["name"].strip(), level=said["level"], valid_from=said["day"]
        )
        Standing.objects.create(area=new, parent=self.subject, valid_from=said["day"])
        areas.TREE.changed()


ACTS: Mapping[str, type[Proposal]] = {
    "rename": Rename,
    "move": Move,
    "close": Close,
    "boundary": Boundary,
    "new": NewBelow,
}


@require_safe
def geojson(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/areas/<code>/boundary.geojson`: the boundary, to be worked on elsewhere."""
    access.administer(session.actor(request), "areas")
    area = find(code)
    feature = {"type": "Feature", "properties": {"code": area.code, "name": area.name}, "geometry": area.boundary}
    answer = HttpResponse(json.dumps(feature, ensure_ascii=False), content_type="application/geo+json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{area.code}.geojson"'
    return answer


def in_charge(kind_role: str, area: int, without: int | None = None) -> str:
    """The name of the body that would be asked for a role at an area, one body left out; empty when nobody would."""
    directory = bodies.directory()
    rest = [body for body in directory.by_id.values() if body.pk != without]
    found = bodies.Directory(rest).find(kind_role, areas.tree().place(area, areas.today()))
    return directory.by_id[found].name if found is not None else ""
