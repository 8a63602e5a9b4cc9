"""Bodies and posts as one table (CSV): taken out, worked on elsewhere, taken in again with every wrong line named.

A line is a body, or a post in a body. Taking in creates what is new and renames what is known; it ends nothing, moves
nothing and changes no role: those are changes of their own, with consequences of their own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies, changes
from anxin.kernel.areas import Area
from anxin.kernel.bodies import ROLES, Actor, Body, Post
from anxin.kernel.rows import writable
from anxin.tables.cells import safe, unsafe
from anxin.web import session
from anxin.web.administration import naming
from anxin.web.administration.bodies_in_charge import FUNCTION
from anxin.web.administration.posts import CODE
from anxin.web.administration.proposal import Consequence, Proposal, front, longer, note, propose, upload, warn

COLUMNS = ("body", "body_name", "kind", "function", "area", "parent", "post", "post_title", "role", "post_area")
CHINESE = ("单位代码", "单位名称", "类型", "职能", "区域", "上级单位", "岗位代码", "岗位名称", "角色", "岗位区域")
MOST_ROWS = 5000
MOST_SHOWN = 40


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/bodies.csv`: every standing body and its posts."""
    access.administer(session.actor(request), "bodies")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="bodies-{areas.today()}.csv"'
    answer.write("\ufeff")
    out = csv.writer(answer, lineterminator="\r\n")
    out.writerow(COLUMNS)
    rows = Body.objects.exclude(valid_to__lte=areas.today()).select_related("area", "parent").order_by("code")
    posts: dict[int, list[Post]] = {}
    for post in Post.objects.select_related("area").order_by("code"):
        posts.setdefault(post.body_id, []).append(post)
    for body in rows:
        own = (body.code, body.name, body.kind, body.function, body.area.code, body.parent.code if body.parent else "")
        out.writerow([safe(cell) for cell in (*own, "", "", "", "")])
        for post in posts.get(body.pk, ()):
            of = (post.code, post.title, post.role, post.area.code if post.area else "")
            out.writerow([safe(cell) for cell in (body.code, "", "", "", "", "", *of)])
    return answer


def take_in(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/bodies/import`: take a table in."""
    return propose(request, TakeIn, None, back=front("bodies"))


@dataclass(slots=True, kw_only=True)
class Line:
    """One line that can be taken in: what it makes or renames."""

    number: int
    about: str
    code: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    values: dict[str, Any]
    body: str = ""
    new: bool = False


class Reader:
    """Reads a table line by line against what there is."""

    def __init__(self) -> None:
        self.bodies = {body.code: body for body in Body.objects.select_related("area", "parent")}
        self.posts = {post.code: post for post in Post.objects.select_related("body")}
        self.areas = areas.tree().by_code
        self.coming: dict[str, str] = {}
        self.seen: dict[str, int] = {}
        self.lines: list[Line] = []
        self.errors: list[str] = []
        self.same = 0

    def read(self, text: str) -> None:
        """All of it; what is wrong goes to `errors` with its line."""
        try:
            rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True))
        except csv.Error as error:
            self.errors.append(gettext("不是 CSV 文件：%(why)s") % {"why": str(error)[:100]})
            return
        if not rows or not any(cell.strip() for cell in rows[0]):
            self.errors.append(gettext("文件是空的"))
            return
        head = [dict(zip(CHINESE, COLUMNS, strict=True)).get(cell.strip(), cell.strip()) for cell in rows[0]]
        if missing := [name for name in ("body", "post") if name not in head]:
            said = gettext("第 1 行须是表头，缺少：%(names)s；全部列：%(all)s")
            self.errors.append(said % {"names": "、".join(missing), "all": ",".join(COLUMNS)})
            return
        if len(rows) > MOST_ROWS + 1:
            self.errors.append(gettext("一次最多 %(n)d 行") % {"n": MOST_ROWS})
            return
        for number, row in enumerate(rows[1:], 2):
            if not any(cell.strip() for cell in row):
                continue
            cells = dict.fromkeys(COLUMNS, "")
            cells |= {name: unsafe(cell.strip()) for name, cell in zip(head, row, strict=False) if name in cells}
            why = self._line(number, cells) if len(row) <= len(head) else gettext("列数多于表头")
            if why:
                self.errors.append(gettext("第 %(n)d 行：%(why)s") % {"n": number, "why": why})

    def _line(self, number: int, cells: dict[str, str]) -> str:
        code = cells["post"] or cells["body"]
        if not writable("".join(cells.values())):
            return gettext("含有不可识别的字符")
        if not cells["body"]:
            return gettext("缺少单位代码")
        if not CODE.fullmatch(code):
            return gettext("代码只用数字、字母、点和横线：%(code)s") % {"code": code[:40]}
        if code in self.seen:
            return gettext("代码 %(code)s 与第 %(n)d 行重复") % {"code": code, "n": self.seen[code]}
        if max(map(len, cells.values())) > 100:
            return gettext("有一格超过 100 字")
        why = self._post(number, cells) if cells["post"] else self._body(number, cells)
        if not why:
            self.seen[code] = number
        return why

    def _body(self, number: int, c: dict[str, str]) -> str:
        old = self.bodies.get(c["body"])
        if old is not None:
            if old.valid_to is not None and old.valid_to <= areas.today():
                return gettext("单位已停用，代码不再使用")
            fixed = {
                "kind": (old.kind, c["kind"]),
                "function": (old.function, c["function"]),
                "area": (old.area.code, c["area"]),
            }
            for name, (now, given) in fixed.items():
                if given and given != now:
                    return gettext("导入不能改 %(name)s（现为 %(now)s）") % {"name": naming.label(name), "now": now}
            if not c["body_name"] or c["body_name"] == old.name:
                self.same += 1
                return ""
            self._add(number, "body", old.code, {"name": old.name}, {"name": c["body_name"]}, {"name": c["body_name"]})
            return ""
        if not c["body_name"]:
            return gettext("新单位须有名称")
        if c["kind"] not in naming.BODY_KINDS:
            return gettext("类型须是 %(all)s 之一") % {"all": "、".join(naming.BODY_KINDS)}
        if c["function"] and not FUNCTION.fullmatch(c["function"]):
            return gettext("职能只用小写字母、数字和下划线")
        area = self._area(c["area"])
        if area is None:
            return gettext("没有区域 %(code)s") % {"code": c["area"][:40] or "-"}
        if c["parent"] and c["parent"] not in self.bodies and c["parent"] not in self.coming:
            return gettext("没有上级单位 %(code)s（须写在它的前面）") % {"code": c["parent"][:40]}
        after = {
            "code": c["body"],
            "name": c["body_name"],
            "kind": c["kind"],
            "function": c["function"],
            "area": naming.coded(area),
            "parent": c["parent"],
        }
        values = {"name": c["body_name"], "kind": c["kind"], "function": c["function"], "area_id": area.pk}
        self.coming[c["body"]] = area.code
        self._add(number, "body", c["body"], {}, after, values, body=c["parent"], new=True)
        return ""

    def _post(self, number: int, c: dict[str, str]) -> str:
        old = self.posts.get(c["post"])
        if old is not None:
            if old.body.code != c["body"]:
                return gettext("岗位属于单位 %(code)s，导入不能改") % {"code": old.body.code}
            if c["role"] and c["role"] != old.role:
                return gettext("导入不能改角色（现为 %(now)s）") % {"now": old.role}
            if not c["post_title"] or c["post_title"] == old.title:
                self.same += 1
                return ""
            self._add(
                number, "post", old.code, {"title": old.title}, {"title": c["post_title"]}, {"title": c["post_title"]}
            )
            return ""
        owner = self.bodies.get(c["body"])
        if owner is None and c["body"] not in self.coming:
            return gettext("没有单位 %(code)s（须写在岗位前面）") % {"code": c["body"][:40]}
        if not c["post_title"]:
            return gettext("新岗位须有名称")
        if c["role"] not in ROLES:
            return gettext("角色须是 %(all)s 之一") % {"all": "、".join(ROLES)}
        area = self._area(c["post_area"]) if c["post_area"] else None
        if c["post_area"] and area is None:
            return gettext("没有区域 %(code)s") % {"code": c["post_area"][:40]}
        within = owner.area_id if owner else self.areas[self.coming[c["body"]]].pk
        if area is not None and within not in areas.tree().chain(area.pk, areas.today()):
            return gettext("岗位区域不在单位的区域之内")
        after = {
            "code": c["post"],
            "title": c["post_title"],
            "role": c["role"],
            "body": c["body"],
            "area": naming.coded(area),
        }
        values = {"title": c["post_title"], "role": c["role"], "area_id": area.pk if area else None}
        self._add(number, "post", c["post"], {}, after, values, body=c["body"], new=True)
        return ""

    def _area(self, code: str) -> Area | None:
        found = self.areas.get(code)
        return found if found is not None and found.valid_to is None else None

    def _add(
        self,
        number: int,
        about: str,
        code: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        values: dict[str, Any],
        *,
        body: str = "",
        new: bool = False,
    ) -> None:
        line = Line(
            number=number, about=about, code=code, before=before, after=after, values=values, body=body, new=new
        )
        self.lines.append(line)


class TakeIn(Proposal):
    """A table of bodies and posts is taken in: all of it, or its good lines."""

    what, about, title, submit = "bodies", "table", _("导入单位和岗位"), _("确认导入")
    file = upload(_("CSV 文件"), ".csv,text/csv")
    table = longer(_("或粘贴表格"), required=False, most=2_000_000, rows=8, hint=_("第一行是表头；可先导出，再改"))
    which = forms.ChoiceField(
        label=_("有错误的行时"), initial="all", widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        choices=[("all", _("全部不导入，改好再来")), ("good", _("只导入没有错误的行"))],
    )  # fmt: skip

    def examine(self) -> None:
        """Read; with "all" every error stops it."""
        given = self.take_file("file", "table")
        if not given.strip():
            if not self.errors:
                self.wrong("table", gettext("请选择文件或粘贴内容"))
            return
        self.reader = Reader()
        self.reader.read(given)
        wrong = self.reader.errors
        if wrong and (self.said["which"] == "all" or not self.reader.lines):
            for sentence in wrong[:MOST_SHOWN]:
                self.wrong("table", sentence)
            if len(wrong) > MOST_SHOWN:
                self.wrong("table", gettext("……共 %(n)d 处错误") % {"n": len(wrong)})
        elif not self.reader.lines:
            self.wrong("table", gettext("没有要新建或改名的行（%(n)d 行与现有相同）") % {"n": self.reader.same})

    def code(self) -> str:
        """One book for all tables."""
        return "bodies"

    def after(self) -> Mapping[str, Any]:
        """How many lines."""
        return {gettext(name): count for name, count in self._counts().items() if count}

    def _counts(self) -> dict[str, int]:
        rows = self.reader.lines
        return {
            "新建单位": sum(row.new and row.about == "body" for row in rows),
            "新建岗位": sum(row.new and row.about == "post" for row in rows),
            "单位改名": sum(not row.new and row.about == "body" for row in rows),
            "岗位改名": sum(not row.new and row.about == "post" for row in rows),
        }

    def effective(self) -> date | None:
        """From today."""
        return areas.today()

    def consequences(self) -> list[Consequence]:
        """What is made, what is renamed, what is left out."""
        rows, found = self.reader.lines, []
        if self.reader.errors:
            listing = self.reader.errors[:MOST_SHOWN]
            found.append(warn(gettext("%(n)d 行有错误，不导入：") % {"n": len(self.reader.errors)}, lines=listing))
        for new, said in ((True, gettext("新建：")), (False, gettext("改名："))):
            lines = [
                f"{row.code} {row.after.get('name') or row.after.get('title')}"
                + ("" if new else f" ← {row.before.get('name') or row.before.get('title')}")
                for row in rows
                if row.new is new
            ]
            if lines:
                more = [f"…… {len(lines)}"] if len(lines) > MOST_SHOWN else []
                found.append(note(said, lines=[*lines[:MOST_SHOWN], *more]))
        found.append(note(gettext("%(n)d 行与现有相同，不变。表里没有的单位和岗位也不变。") % {"n": self.reader.same}))
        if any(row.new and row.about == "body" for row in rows):
            found.append(warn(gettext("新单位立即参加自动派单：同区域、同类型、同职能的，代码在前的优先。")))
        return found

    def write_down(self, by: Actor) -> None:
        """The table as one line, then each subject in its own history."""
        super().write_down(by)
        for row in self.reader.lines:
            changes.record(
                by.under(None), row.about, row.code, row.before, row.after, self.said["reason"], areas.today()
            )

    def apply(self) -> None:
        """Make and rename, in the order of the lines."""
        known = {body.code: body.pk for body in self.reader.bodies.values()}
        for row in self.reader.lines:
            if row.about == "body" and row.new:
                parent = known.get(row.body)
                made = Body.objects.create(code=row.code, parent_id=parent, valid_from=areas.today(), **row.values)
                known[row.code] = made.pk
            elif row.about == "body":
                Body.objects.filter(code=row.code).update(**row.values)
            elif row.new:
                Post.objects.create(code=row.code, body_id=known[row.body], **row.values)
            else:
                Post.objects.filter(code=row.code).update(**row.values)
        bodies.DIRECTORY.changed()

    def to(self) -> str:
        """The list."""
        return front("bodies")

    def told(self) -> str:
        """How many."""
        return gettext("已导入 %(n)d 行。") % {"n": len(self.reader.lines)}
