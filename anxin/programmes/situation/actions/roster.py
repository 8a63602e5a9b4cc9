"""Who is on duty when: shifts planned, taken back, copied from last week, taken in from a table; hand-over notes."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anxin.kernel import areas, changes, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Holding, Post
from anxin.kernel.errors import BadInput, NotFound, NothingSaid, TextTooLong
from anxin.kernel.rows import writable
from anxin.programmes.situation.models import DUTIES, HandOver, Shift
from anxin.programmes.situation.rules import entry, platforms
from anxin.understanding import redaction

LONGEST, NOTE_LENGTH, KEPT = timedelta(hours=36), 1000, timedelta(days=90)
"""A shift lasts no longer; a note has no more letters, and its text goes after that time [INF]."""
MOST_ROWS = 500
COLUMNS = ("begins", "ends", "duty", "post", "platform")
HEADINGS = {
    "开始": "begins", "结束": "ends", "值班": "duty", "岗位": "post", "平台": "platform", "begins": "begins",
    "ends": "ends", "duty": "duty", "post": "post", "platform": "platform",
}  # fmt: skip


class Overlaps(BadInput):
    """与已有值班重叠：同一岗位、同一账号不能同时值两班，同一时间只有一名值班领导。"""

    code = "overlaps"


class TableNotTakenIn(BadInput):
    """值班表没有导入，请按行修改后重新导入；一行有错则全部不导入。"""

    code = "table_not_taken_in"

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        self.lines = list(lines)
        super().__init__("；".join(_("第 {line} 行：{what}").format(line=line, what=what) for line, what in lines[:20]))


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift as it is asked for."""

    post: Post
    duty: str
    begins: datetime
    ends: datetime
    platform: str = ""


def posts(town: Area) -> list[Post]:
    """The posts that may be on duty in a town: those of its bodies and of the bodies of its villages, by name."""
    tree, day = areas.tree(), areas.today()
    rows = Post.objects.select_related("body__area", "area").exclude(body__valid_to__lte=day)
    inside = [pk for pk in tree.areas if tree.place(pk, day).town == town.pk]
    found = list(rows.filter(body__area__in=inside))
    first = {"town_command": 0, "team": 1, "police": 2}
    return sorted(found, key=lambda each: (first.get(each.body.kind, 3), each.body.code, each.code))


def holder(post: int, day: date) -> int | None:
    """Who holds a post on a day."""
    held = Holding.objects.filter(post=post, valid_from__lte=day).exclude(valid_to__lte=day)
    return held.values_list("account", flat=True).first()


def check(town: Area, wanted: Planned) -> None:
    """Raise BadInput, with its field, for what cannot be a shift of a town."""
    if wanted.duty not in DUTIES:
        raise BadInput(fields={"duty": _("没有这种值班")})
    if wanted.ends <= wanted.begins:
        raise BadInput(fields={"ends": _("结束须晚于开始")})
    if wanted.ends - wanted.begins > LONGEST:
        raise BadInput(fields={"ends": _("一班最长 36 小时")})
    if wanted.platform and wanted.platform not in {each.code for each in platforms.plan().platforms}:
        raise BadInput(fields={"platform": _("没有这个平台")})
    if wanted.duty == "platform" and not wanted.platform:
        raise BadInput(fields={"platform": _("平台值班须写明哪个平台")})


@transaction.atomic
def plan(town: Area, wanted: Planned, by: Actor) -> Shift:
    """Put a post on duty. Raises Overlaps, BadInput, NotAllowed. Harmless when sent twice under one key."""
    entry.enter_room(by, "roster", town.pk)
    check(town, wanted)
    if changes.repeated(by, "shift"):
        return Shift.objects.get(town=town, post=wanted.post, begins=wanted.begins, withdrawn_at=None)
    return _keep(town, wanted, by)


def _keep(town: Area, wanted: Planned, by: Actor) -> Shift:
    try:
        with transaction.atomic():
            made = Shift.objects.create(
                town=town, post=wanted.post, account_id=holder(wanted.post.pk, clock.local_day(wanted.begins)),
                duty=wanted.duty, platform=wanted.platform if wanted.duty == "platform" else "",
                begins=wanted.begins, ends=wanted.ends, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Overlaps(fields={"begins": _("与已有值班重叠")}) from error
    after = {
        "town": town.code, "post": wanted.post.code, "duty": made.duty, "begins": made.begins.isoformat(),
        "ends": made.ends.isoformat(), "platform": made.platform,
    }  # fmt: skip
    changes.record(by, "shift", str(made.pk), {}, after)
    return made


@transaction.atomic
def withdraw(shift: int, by: Actor) -> None:
    """Take a shift back; it stays on record. Harmless when repeated. Raises NotFound, NotAllowed."""
    row = Shift.objects.select_for_update(of=("self",)).select_related("post").filter(pk=shift).first()
    if row is None:
        raise NotFound
    entry.enter_room(by, "roster", row.town_id)
    if row.withdrawn_at is None:
        now = clock.now()
        Shift.objects.filter(pk=shift).update(withdrawn_at=now)
        changes.record(by, "shift", str(shift), {"withdrawn": False}, {"withdrawn": True})


@transaction.atomic
def copy_week(town: Area, monday: date, by: Actor) -> tuple[int, int]:
    """Plan a week as the one before it; what would overlap is left out. Answers how many were planned and left out."""
    entry.enter_room(by, "roster", town.pk)
    begin = datetime.combine(monday, datetime.min.time(), clock.TZ)
    week = timedelta(days=7)
    rows = Shift.objects.filter(
        town=town, withdrawn_at=None, begins__gte=begin - week, begins__lt=begin
    ).select_related("post")
    made = left = 0
    for each in rows.order_by("begins", "pk"):
        wanted = Planned(each.post, each.duty, each.begins + week, each.ends + week, each.platform)
        try:
            _keep(town, wanted, by.under(None))
            made += 1
        except Overlaps:
            left += 1
    return made, left


def read_table(town: Area, text: str) -> list[Planned]:
    """The shifts of a table (CSV with a line of headings). Raises TableNotTakenIn, saying what is wrong line by line.

    Moments as 2026-11-24 08:00 in the city's time; a post by its code or as it is called on the page.
    """
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff").strip(), newline="")))
    except csv.Error as error:
        raise TableNotTakenIn([(1, _("不是 CSV 表：{why}").format(why=str(error)[:100]))]) from None
    if not rows:
        raise TableNotTakenIn([(1, _("空表"))])
    heads = [HEADINGS.get(cell.strip().lower(), "") for cell in rows[0]]
    if missing := [each for each in COLUMNS[:4] if each not in heads]:
        named = {code: head for head, code in HEADINGS.items() if not head.isascii()}
        raise TableNotTakenIn([(1, _("缺少列：{columns}").format(columns="、".join(named[each] for each in missing)))])
    known: dict[str, Post] = {}
    for post in posts(town):
        known |= {post.code: post, str(post): post, post.title: known.get(post.title, post)}
    duties = {**{code: code for code in DUTIES}, **{title: code for code, title in DUTIES.items()}}
    there = {name: each.code for each in platforms.plan().platforms for name in (each.code, each.title, each.title_en)}
    found: list[Planned] = []
    wrong: list[tuple[int, str]] = []
    if len(rows) > MOST_ROWS:
        raise TableNotTakenIn([(MOST_ROWS + 1, _("最多 {most} 行").format(most=MOST_ROWS))])
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {head: cell.strip() for head, cell in zip(heads, row, strict=False) if head}
        try:
            found.append(_planned(town, cells, known, duties, there))
        except BadInput as error:
            wrong.append((line, "、".join(error.fields.values()) or error.message))
    wrong += _doubled(found, rows)
    if wrong:
        raise TableNotTakenIn(sorted(wrong))
    return found


def _doubled(found: Sequence[Planned], rows: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Lines that overlap with an earlier one of the same table."""
    wrong = []
    for place, each in enumerate(found):
        for other in found[:place]:
            same = each.post.pk == other.post.pk or each.duty == other.duty == "leader"
            if same and each.begins < other.ends and other.begins < each.ends:
                wrong.append((place + 2, _("与表中前面的值班重叠")))
                break
    return wrong


def _planned(
    town: Area, cells: dict[str, str], known: dict[str, Post], duties: dict[str, str], there: dict[str, str]
) -> Planned:
    post = known.get(cells.get("post", ""))
    if post is None:
        raise BadInput(fields={"post": _("没有岗位“{post}”").format(post=cells.get("post", "")[:40])})
    duty = duties.get(cells.get("duty", ""), "")
    if not duty:
        raise BadInput(fields={"duty": _("没有这种值班：“{duty}”").format(duty=cells.get("duty", "")[:40])})
    platform = cells.get("platform", "")
    if platform and platform not in there:
        raise BadInput(fields={"platform": _("没有这个平台：“{name}”").format(name=platform[:40])})
    moments = {name: moment(cells.get(name, "")) for name in ("begins", "ends")}
    wanted = Planned(post, duty, moments["begins"], moments["ends"], there.get(platform, ""))
    check(town, wanted)
    return wanted


def moment(said: str) -> datetime:
    """A moment as it is typed (2026-11-24 08:00, in the city's time). Raises BadInput."""
    try:
        read = datetime.fromisoformat(said.strip().replace("/", "-").replace("T", " "))
    except ValueError:
        raise BadInput(fields={"begins": _("时间看不懂：“{said}”").format(said=said[:40])}) from None
    if not 2000 <= read.year <= 2100:
        raise BadInput(fields={"begins": _("时间看不懂：“{said}”").format(said=said[:40])})
    return read.replace(tzinfo=clock.TZ) if read.tzinfo is None else read


@transaction.atomic
def take_in(town: Area, text: str, by: Actor) -> int:
    """Plan all shifts of a table, or none. Raises TableNotTakenIn."""
    entry.enter_room(by, "roster", town.pk)
    if changes.repeated(by, "shift_table"):
        return 0
    found = read_table(town, text)
    for line, each in enumerate(found, 2):
        try:
            _keep(town, each, by.under(None))
        except Overlaps as error:
            raise TableNotTakenIn([(line, error.fields["begins"])]) from error
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    changes.record(by, "shift_table", town.code, {}, {"shifts": len(found), "digest": digest})
    return len(found)


@transaction.atomic
def hand_over(town: Area, text: str, by: Actor) -> HandOver:
    """Tell the next shift something. What is personal in it is covered before it is kept. Raises NothingSaid."""
    entry.enter_room(by, "roster", town.pk)
    said = text.strip()
    if not said or not writable(said):
        raise NothingSaid(fields={"text": _("请写明交接内容")})
    if len(said) > NOTE_LENGTH:
        raise TextTooLong(fields={"text": _("不超过 {most} 字").format(most=NOTE_LENGTH)})
    if changes.repeated(by, "handover"):
        return HandOver.objects.filter(town=town).latest("pk")
    made = HandOver.objects.create(town=town, at=clock.now(), post=by.post, text=redaction.redact(said))
    changes.record(by, "handover", str(made.pk), {}, {"town": town.code, "digest": fingerprint(made.text)})
    return made


@transaction.atomic
def take_over(note: int, by: Actor) -> None:
    """Say that a hand-over note was read. Harmless when repeated. Raises NotFound, NotAllowed."""
    row = HandOver.objects.select_for_update().filter(pk=note).first()
    if row is None:
        raise NotFound
    entry.enter_room(by, "roster", row.town_id)
    if row.taken_at is None:
        HandOver.objects.filter(pk=note).update(taken_at=clock.now(), taken_post=by.post)
        changes.record(by, "handover", str(note), {"taken": False}, {"taken": True})


def forget(moment: datetime) -> int:
    """The text of old notes goes; that there was one stays. Returns how many."""
    return HandOver.objects.filter(at__lt=moment - KEPT).exclude(text="").update(text="")


def fingerprint(text: str) -> str:
    """What the book of changes keeps of free words."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
