"""Which column of a file says what: guessed from the names, shown to the clerk, overridable, and applied row by row.

A column that is not understood is not loaded, and said so. What a column says about persons goes into the person's
particulars and nowhere else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from anxin.kernel import areas, bodies, registry
from anxin.kernel.bodies import Body
from anxin.kernel.errors import BadInput, InTheFuture, UnknownBody, UnknownKind
from anxin.kernel.form import TOLERANCE
from anxin.kernel.matters import NATURES, SATISFACTION, URGENCIES, Report
from anxin.kernel.people import Particulars
from anxin.loading.lives import MOMENTS, Told
from anxin.loading.wrong import WrongColumn, WrongPlace
from anxin.maps import gcj
from anxin.tables.cells import moment_of, plain_name, text_of, truth_of
from anxin.tables.sources import Source
from anxin.tables.wrong import WrongMoment
from anxin.understanding.suggest import suggest


@dataclass(frozen=True, slots=True)
class Field:
    """Something a file may say: what it is called for the clerk, and the column names it is known by."""

    title: str
    names: tuple[str, ...]


def _field(title: str, names: str) -> Field:
    return Field(title, tuple(names.split("/")))


FIELDS: Mapping[str, Field] = {
    "title": _field("标题", "留言主题/诉求标题/工单标题/事项标题/标题/主题/题目/title/subject/headline/summary"),
    "narrative": _field(
        "正文",
        "留言详情/留言内容/诉求内容/工单内容/事件描述/问题描述/反映内容/诉求描述/内容/正文/详情/描述/留言"
        "/narrative/detail/details/description/content/body text/text/message",
    ),
    "reported_at": _field(
        "受理时间",
        "留言时间/受理时间/来电时间/登记时间/上报时间/诉求时间/反映时间/提交时间/创建时间/时间"
        "/reported_at/reported at/reported/created/created_at/created date/date/time/timestamp",
    ),
    "occurred_at": _field("发生时间", "发生时间/事发时间/occurred_at/occurred at/incident date"),
    "kind": _field(
        "类别",
        "一级分类/一级标签/事项类别/诉求类别/问题类别/事件类别/问题领域/类别/分类/标签/kind/label/category/type",
    ),
    "nature": _field("诉求类型", "诉求类型/诉求性质/工单类型/问题类型/留言类型/性质/nature/request type"),
    "urgency": _field("紧急程度", "紧急程度/紧急级别/缓急/优先级/urgency/priority"),
    "address": _field(
        "地址", "事发地址/事发地点/详细地址/发生地址/诉求地址/地址/位置/地点/address/location/incident address"
    ),
    "area": _field("网格或镇街", "网格编码/网格名称/所属网格/网格/所属镇街/镇街/街道/乡镇/社区/area/grid/town"),
    "lat": _field("纬度", "纬度/lat/latitude/y坐标"),
    "lon": _field("经度", "经度/lon/lng/longitude/x坐标"),
    "name": _field("来电人", "来电人/诉求人/反映人/联系人/姓名/来电人姓名/诉求人姓名/caller/name/person.name/reporter"),
    "phone": _field(
        "电话", "联系电话/来电号码/电话号码/手机号码/手机号/手机/电话/联系方式/phone/telephone/mobile/person.phone"
    ),
    "email": _field("电子邮箱", "电子邮箱/邮箱/email/e-mail/person.email"),
    "home": _field("住址", "家庭住址/联系地址/住址/home address/person.address"),
    "source_ref": _field(
        "来源编号",
        "工单编号/工单号/受理编号/留言编号/诉求编号/事项编号/流水号/编号/source_ref/case number/ticket/id/row",
    ),
    "channel": _field("渠道", "来源渠道/受理渠道/诉求渠道/渠道/channel"),
    "confidential": _field("保密", "是否保密/保密/confidential"),
    "body": _field("承办单位", "承办单位/主办单位/办理单位/责任单位/答复单位/处置单位/部门/body/agency/department"),
    "dispatched_at": _field("派单时间", "派单时间/派遣时间/交办时间/转办时间/dispatched_at/dispatched at"),
    "signed_at": _field("签收时间", "签收时间/接单时间/signed_at/signed at/accepted at"),
    "contacted_at": _field("联系时间", "联系时间/联系群众时间/contacted_at/contacted at"),
    "arrived_at": _field("到场时间", "到场时间/到达时间/arrived_at/arrived at"),
    "finished_at": _field("办结时间", "处置时间/办理时间/办结反馈时间/反馈时间/完成时间/finished_at/finished at"),
    "result": _field(
        "办理结果", "办理结果/办理情况/处置结果/处理结果/处置情况/result/resolution/resolution description"
    ),
    "replied_at": _field("答复时间", "答复时间/回复时间/replied_at/replied at/reply time"),
    "reply": _field("答复", "答复意见/答复内容/回复内容/回复意见/公开答复内容/答复/回复/reply/answer"),
    "called_back_at": _field("回访时间", "回访时间/called_back_at/called back at/callback time"),
    "reached": _field("是否联系上", "是否联系上/是否接通/reached"),
    "solved": _field("是否解决", "是否解决/解决情况/solved/resolved"),
    "satisfied": _field("满意度", "满意度/满意情况/满意程度/是否满意/satisfied/satisfaction"),
    "comment": _field("回访意见", "回访意见/回访内容/评价内容/comment/feedback"),
    "closed_at": _field("结案时间", "结案时间/归档时间/办结归档时间/办结时间/closed_at/closed at/closed/closed date"),
    "explained": _field("未解决的依据", "未解决原因/不能解决的依据/explained"),
}
PERSONAL = frozenset({"name", "phone", "email", "home"})
"""What goes into the particulars of a person; samples of it are not shown on a terminal."""


def _words(table: str) -> dict[str, str]:
    """`code: word word; code: word` as word -> code."""
    rows = (row.partition(":") for row in table.split(";"))
    return {word: code.strip() for code, _, words in rows for word in words.split()}


LABELS: Mapping[str, str] = _words(
    "construction: 城乡建设 城建; environment: 环境保护 环保 生态环境; transport: 交通运输 交通;"
    "education: 教育文体 教育; labour: 劳动和社会保障 劳动保障 人社; market: 商贸旅游 市场监管;"
    "health: 卫生计生 卫生 医疗; rural: 农村农业 三农; sanitation: 市容环卫; safety: 安全生产; welfare: 民政;"
    "tourism_culture: 文体 旅游; housing: 房产; quarrel: 矛盾纠纷; fire: 消防隐患; parking: 交通停车;"
    "facility: 公共设施; consumer: 市场消费"
)
"""Labels of other catalogues and the last word of our kind; a kind that is not installed is passed over."""
_NATURES = _words(
    "consult: 咨询; help: 求助; complaint: 投诉 投诉/求助; report: 举报; suggestion: 建议 建言 意见 表扬 感谢"
)
_URGENCIES = _words(
    "ordinary: 一般 普通 正常 低 中 low normal; urgent: 紧急 加急 高 high; emergency: 特急 特别紧急 critical"
)
_SATISFIED = _words("satisfied: 满意 非常满意 很满意 是; fairly: 基本满意 一般; dissatisfied: 不满意 非常不满意 否")
_CHANNELS = _words("hotline: 12345 热线 电话 来电; police: 110; grid: 网格 网格上报; web: 网络 网站 微信 app")
_SENTENCE = re.compile(r"[。！？!?；;\n]")


@cache
def _known() -> Mapping[str, str]:
    return {plain_name(name): code for code, each in FIELDS.items() for name in (code, *each.names)}


def field_of(column: str) -> str | None:
    """The field a column name stands for, or None."""
    return _known().get(plain_name(re.sub(r"[（(].*?[)）]", "", column)))


def recognised(columns: Sequence[str]) -> int:
    """How well a row of names is understood as a header: 2 for each field, 3 more for what is the matter."""
    found = {name for column in columns if column and (name := field_of(str(column)))}
    return 2 * len(found) + 3 * bool(found & {"title", "narrative"})


@dataclass(frozen=True)
class Plan:
    """Field -> column, field -> constant, label -> kind; how coordinates are meant."""

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    coordinates: str = "wgs84"
    unused: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        """The mapping as text, always the same for the same mapping: part of what a load is known by."""
        parts = [sorted(self.columns.items()), sorted(self.constants.items()), sorted(self.kinds.items())]
        return msgspec.json.encode([*parts, self.coordinates]).decode()


def guess(
    source: Source, given: Iterable[str] = (), constants: Iterable[str] = (), *, kinds: Path | None = None,
    coordinates: str = "wgs84",
) -> Plan:  # fmt: skip
    """The mapping of a source: guessed from its column names; `given` ("title=留言主题") and `constants` win.

    `title=` takes a guessed column away. Raises WrongColumn, UnknownKind.
    """
    columns: dict[str, str] = {}
    for wanted, each in FIELDS.items():
        ranks = [plain_name(name) for name in (wanted, *each.names)]
        fitting = [column for column in source.columns if field_of(column) == wanted]
        if fitting:
            columns[wanted] = min(fitting, key=lambda c: ranks.index(plain_name(re.sub(r"[（(].*?[)）]", "", c))))
    for name, column in _pairs(given):
        if column and column not in source.columns:
            raise WrongColumn(f"文件中没有列“{column}”；有：{'、'.join(source.columns)}")
        columns.pop(name, None)
        if column:
            columns[name] = column
    fixed = dict(_pairs(constants))
    for name in fixed:
        columns.pop(name, None)
    if not {"title", "narrative"} & (columns.keys() | fixed.keys()):
        raise WrongColumn(f"没有找到标题或正文列；文件中有：{'、'.join(source.columns)}")
    if coordinates not in gcj.DATUMS:
        raise WrongColumn(f"坐标系须为 {'、'.join(gcj.DATUMS)}")
    used = set(columns.values())
    unused = tuple(column for column in source.columns if column not in used)
    return Plan(columns, fixed, labels_from(kinds), coordinates, unused)


def _pairs(said: Iterable[str]) -> Iterable[tuple[str, str]]:
    for each in said:
        name, sign, value = each.partition("=")
        name = name.strip()
        if not sign or name not in FIELDS:
            raise WrongColumn(f"“{each}”：字段须为 {'、'.join(FIELDS)} 之一")
        yield name, value.strip()


def labels_from(place: Path | None) -> dict[str, str]:
    """The kinds of labels, from a TOML file ([kinds] label = "code"; "*" for all others).

    Raises WrongColumn, UnknownKind.
    """
    if place is None:
        return {}
    try:
        table = tomllib.loads(place.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise WrongColumn(f"{place.name}：{error}") from error
    labels = {str(label): str(code) for label, code in table.get("kinds", table).items()}
    for code in labels.values():
        registry.kind(code)
    return labels


# ---- values -----------------------------------------------------------------------------------------------------


def _one_of(value: str, words: Mapping[str, str], codes: Iterable[str], name: str, *, default: str) -> str:
    said = value.lower()
    if not said:
        return default
    if said in codes:
        return said
    if said in words:
        return words[said]
    raise BadInput(f"“{value[:20]}”", fields={name: "、".join(words)})


@dataclass(frozen=True, slots=True)
class Read:
    """One row understood: the report, when it was made, what is told of its life, and how its kind was found."""

    report: Report
    reported_at: datetime | None
    told: Told
    how: str


HOW = {"given": "来源给出", "label": "类别对照", "text": "按文字推断", "catalogue": "类别近似", "other": "归入其他"}
"""How the kind of a row was found."""


class Reader:
    """Applies a mapping to rows. Made once for a load; keeps what it looked up."""

    def __init__(self, mapping: Plan, now: datetime) -> None:
        self.mapping, self.now = mapping, now
        self._titles = {
            name: kind.code for kind in registry.kinds().values() for name in (kind.title, kind.title_en.lower())
        }
        self._rest = next((kind.code for kind in registry.kinds().values() if not kind.words), "")
        self._areas: dict[str, str] = {}
        self._bodies: dict[str, Body] = {}

    def read(self, row: Mapping[str, Any]) -> Read:
        """What a row says. Raises the BadInput that tells the clerk what is wrong with it."""
        has = {name: row.get(column) for name, column in self.mapping.columns.items()} | dict(self.mapping.constants)
        said = {name: text_of(value) for name, value in has.items()}
        narrative, title = said.get("narrative", ""), said.get("title", "")
        kind, how = self._kind(said.get("kind", ""), f"{title}\n{narrative}")
        lat, lon = self._point(said)
        area = "" if lat is not None else self._area(said.get("area", ""), said.get("address", ""))
        particulars = Particulars(
            name=said.get("name", ""),
            phone=said.get("phone", ""),
            address=said.get("home", ""),
            email=said.get("email", ""),
        )
        report = Report(
            kind=kind, title=title or short(narrative), narrative=narrative,
            channel=self._channel(said.get("channel", "")),
            nature=_one_of(said.get("nature", ""), _NATURES, NATURES, "nature", default="help"),
            urgency=_one_of(said.get("urgency", ""), _URGENCIES, URGENCIES, "urgency", default="ordinary"),
            source_ref=said.get("source_ref", ""), person=None if particulars == Particulars() else particulars,
            confidential=bool(truth_of(has.get("confidential"), "confidential")), lat=lat, lon=lon, area=area,
            address=said.get("address", ""), occurred_at=self._moment(has, "occurred_at"),
        )  # fmt: skip
        return Read(report, self._moment(has, "reported_at"), self._told(has, said), how)

    def _told(self, has: Mapping[str, Any], said: Mapping[str, str]) -> Told:
        moments = {name: self._moment(has, name) for name in MOMENTS}
        if not any(moments.values()):
            return Told()
        satisfied = said.get("satisfied", "")
        body = self._body(said.get("body", ""))
        return Told(
            **moments, body=body, result=said.get("result", ""), reply=said.get("reply", ""),
            reached=truth_of(has.get("reached"), "reached"), solved=truth_of(has.get("solved"), "solved"),
            satisfied=_one_of(satisfied, _SATISFIED, SATISFACTION, "satisfied", default=""),
            comment=said.get("comment", ""), explained=said.get("explained", ""),
        )  # fmt: skip

    def _moment(self, has: Mapping[str, Any], name: str) -> datetime | None:
        try:
            moment = moment_of(has.get(name))
        except WrongMoment as wrong:
            raise WrongMoment(wrong.detail, fields={name: wrong.detail}) from None
        if moment is not None and moment > self.now + TOLERANCE:
            raise InTheFuture(fields={name: str(moment)})
        return moment

    def _kind(self, label: str, text: str) -> tuple[str, str]:
        kinds, labels = registry.kinds(), self.mapping.kinds
        if label in labels:
            return labels[label], "label"
        if label in kinds or label.lower() in self._titles:
            return label if label in kinds else self._titles[label.lower()], "given"
        if labels:
            if "*" not in labels:
                raise UnknownKind(f"“{label[:20]}”", fields={"kind": label[:40]})
            return labels["*"], "other"
        if (found := suggest(text).kind) is not None:
            return found, "text"
        word = LABELS.get(label, "")
        near = next((code for code in kinds if word and code.split(".")[-1] == word), None)
        if near is not None:
            return near, "catalogue"
        if not self._rest:
            raise UnknownKind(f"“{label[:20]}”", fields={"kind": label[:40]})
        return self._rest, "other"

    def _channel(self, said: str) -> str:
        if said in registry.channels() or not said:
            return said or "hotline"
        return _one_of(said, _CHANNELS, registry.channels(), "channel", default="hotline")

    def _point(self, said: Mapping[str, str]) -> tuple[float | None, float | None]:
        if not said.get("lat") and not said.get("lon"):
            return None, None
        try:
            lat, lon = float(said.get("lat", "")), float(said.get("lon", ""))
        except ValueError:
            raise WrongPlace(fields={"lat": said.get("lat", ""), "lon": said.get("lon", "")}) from None
        return gcj.back(self.mapping.coordinates, lat, lon)

    def _area(self, area: str, address: str) -> str:
        """The code of an area by code or name; else what the address names, when it is clear."""
        if area and areas.tree().by_code.get(area):
            return area
        if not (area or address):
            return ""
        text = f"{area} {address}"
        if text not in self._areas:
            self._areas[text] = suggest(text).area or ""
        return self._areas[text]

    def _body(self, said: str) -> Body | None:
        """A body by code or full name. Raises UnknownBody."""
        if not said:
            return None
        if said not in self._bodies:
            directory = bodies.directory()
            found = directory.by_code.get(said) or next((b for b in directory.by_id.values() if b.name == said), None)
            if found is None:
                raise UnknownBody(f"“{said[:30]}”", fields={"body": said[:30]})
            self._bodies[said] = found
        return self._bodies[said]


def short(narrative: str) -> str:
    """A title for a message that has none: its first sentence, cut."""
    first = next((part for part in _SENTENCE.split(narrative) if part.strip()), "").strip()
    return first if len(first) <= 40 else first[:39] + "…"


def clipped(text: str, most: int = 24) -> str:
    """A sample, cut for the terminal."""
    return text if len(text) <= most else text[: most - 1] + "…"
