"""The papers of a dispute, from `papers.toml`: names and numbers are opened for the paper only, each time on record."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anxin.kernel import areas, clock, money, rights
from anxin.kernel.bodies import Actor, Body, Holding
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.papers import Box, Heading, Line, PageBreak, Paper, Part, Signatures, Table, Text, answer
from anxin.programmes.mediation import forms, rules
from anxin.programmes.mediation.actions import acting
from anxin.programmes.mediation.models import Dispute, Mediator
from anxin.programmes.mediation.pages import one
from anxin.web import session
from anxin.web.declared import half

KNOWN: Mapping[str, Any] = tomllib.loads((Path(__file__).parent.parent / "papers.toml").read_text("utf-8"))
SIDES = {"a": "甲方（申请方）", "b": "乙方（被申请方）"}
LABELS = {"name": "姓名", "id_number": "证件号码", "address": "住址", "phone": "电话"}
RIGHT = "mediation.papers"


def possible(d: Dispute) -> list[tuple[str, str]]:
    """The papers that can be made now, with their titles."""
    found, sorts = rules.current(d), set(d.records.values_list("sort", flat=True))
    now = {
        "application": bool(d.accepted_on), "notice": bool(d.accepted_on), "record": "meeting" in sorts,
        "written": found is not None and found.form == "written", "spoken": found is not None and found.form == "oral",
        "agreement": found is not None, "ended": "ending" in sorts, "closed": d.ended_on is not None,
        "performed": d.performed_on is not None, "police": d.police_at is not None,
    }  # fmt: skip
    return [(code, half(row["title"])) for code, row in KNOWN.items() if now.get(row["when"], row["when"] in sorts)]


@require_safe
def page(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One paper as a Word document or a PDF (`?form=docx|pdf`). Raises NotFound, NotAllowed."""
    by = session.actor(request)
    d, m = one.find(by, number)
    if not acting.entitled(by, m, RIGHT):
        raise NotAllowed(right=RIGHT)
    if code not in dict(possible(d)):
        raise NotFound
    row, filled = KNOWN[code], _Filled(d, m, by, KNOWN[code]["opens"])
    parts = [part for each in row["parts"] for part in filled.parts(each)]
    title = rules.said(row["title"])
    paper = Paper(title=title, number=d.file_number or m.number, parts=parts, footer=filled.words["body"])
    return answer(request, paper, f"{title}-{m.number}")


def _on(day: date | datetime | None) -> str:
    if isinstance(day, datetime):
        return f"{day.astimezone(clock.TZ):%Y年%m月%d日 %H:%M}"
    return f"{day:%Y年%m月%d日}" if day else "—"


def _zh(listed: str, code: str) -> str:
    return rules.said(forms.LISTS[listed].get(code, ""))


class _Filled:
    """The words and lists of a dispute for its papers; whatever is not known is left empty."""

    def __init__(self, d: Dispute, m: Matter, by: Actor, opens: list[str]) -> None:
        self.d, self.m, self.by, self.agreement = d, m, by, rules.current(d)
        self.parties = [(each, self._open(each.person_id, opens)) for each in d.parties.order_by("side", "pk")]
        found, ending = self.agreement, d.records.filter(sort="ending").order_by("-pk").first()
        told, asked = ending.facts.get("routes", ()) if ending else (), d.confirmations.order_by("-pk").first()
        law = rules.norm("confirmation", clock.local_day(found.effective_at) if found else None)
        risk = rules.norm("risk").value["factors"]
        days = ("accepted_on", "ended_on", "filed_on", "performed_on", "police_at")
        self.words: dict[str, str] = defaultdict(str, {
            **{name: _zh(f"{name}s", getattr(d, name)) for name in ("source", "form", "sort")},
            **{name.rpartition("_")[0]: _on(getattr(d, name)) for name in days}, "police_at": _on(d.police_at),
            "kept": _zh("kept", d.kept), "number": m.number, "file": d.file_number, "title": m.title,
            "narrative": m.narrative or m.title, "people": str(d.people), "today": _on(areas.today()),
            "amount": f"{money.yuan(d.amount)} 元" if d.amount is not None else "—",
            "body": Body.objects.get(pk=d.body_id).name if d.body_id else "",
            "verdict": "受理" if d.accepted_on else "—", "public": "公开" if d.in_public else "不公开",
            "told": _on(max((p.told_at for p, _name in self.parties if p.told_at), default=None)),
            "receipt": d.receipt or _on(d.receipt_at), "copies": str(len(self.parties) + 1),
            "factors": "、".join(rules.said(risk[each]["title"]) for each in d.factors if each in risk),
            "ending": ending.text if ending else "", "routes": "、".join(_zh("routes", each) for each in told),
            "court": asked.court if asked else "__________人民法院", "law": f"{law.value['article']}（{law.source}）",
            "result": _zh("stages", d.stage) + (f"：{found.content}" if found else ""),
        })  # fmt: skip
        if found is not None:
            self.words |= {name: getattr(found, name) for name in ("happened", "issues", "duty", "content", "manner")}
            self.words["effective"] = _on(clock.local_day(found.effective_at))
            self.words["confirm_until"] = _on(clock.last_day(rules.confirm_until(found)))

    def _open(self, token: Any, fields: list[str]) -> dict[str, str]:
        if token is None or not fields:
            return {}
        opened = rights.open_person(self.by, token, right=RIGHT, body=self.by.body, purpose="papers", fields=fields)
        return {name: getattr(opened, name) for name in fields}

    def parts(self, said: str) -> Sequence[Part]:
        """The parts a line of the table stands for."""
        if said.startswith("@"):
            return LISTS[said[1:]](self)
        if said.startswith("sign:"):
            return [Signatures([(who.strip(), "") for who in said[5:].split(",")])]
        if said.startswith("# "):
            return [Heading(said[2:])]
        if said in ("---", "[stamp]"):
            return [PageBreak() if said == "---" else Box("人民调解委员会（印章）")]
        label, sep, value = said.partition("|")
        text = (value if sep else said).format_map(self.words)
        return [Line(label, text)] if sep else [Text(text)] if text.strip() else []

    def whole(self) -> list[Part]:
        """The parties with all that was opened of them."""
        return [
            Line(SIDES[p.side], "，".join(filter(None, [p.title, *(f"{LABELS[k]}：{v}" for k, v in n.items() if v)])))
            for p, n in self.parties
        ]

    def mediators(self) -> list[Part]:
        """Who mediates, and of which committee."""
        rows = self.d.mediators.filter(left_at=None).select_related("post__body").order_by("pk")
        return [Line("人民调解员", f"{self._name(e)}（{e.post.body.name if e.post else e.title}）") for e in rows]

    def _name(self, each: Mediator) -> str:
        day = clock.local_day(each.since)
        held = Holding.objects.filter(post=each.post_id, valid_from__lte=day).exclude(valid_to__lte=day)
        token = each.person_id or held.values_list("account__person", flat=True).first()
        return self._open(token, ["name"]).get("name", "")

    def guests(self) -> list[Part]:
        """Who was invited, and as what."""
        rows = self.d.invited.order_by("pk")
        return [
            Line("受邀参加", f"{self._open(e.person_id, ['name'])['name']}（{_zh('guests', e.sort)}）") for e in rows
        ]

    def told(self, sort: str, title: str) -> list[Part]:
        """Records of a sort, one after the other."""
        found: list[Part] = []
        for n, each in enumerate(self.d.records.filter(sort=sort).order_by("pk"), 1):
            found += [
                Heading(f"{title}{n}", 2),
                Line("时间", _on(each.at)),
                Line("地点", each.place or "—"),
                Text(each.text),
            ]
        return found

    def revisits(self) -> list[Part]:
        """The revisits as a table."""
        names, yes = {p.pk: p.title or n.get("name", "") for p, n in self.parties}, ("否", "是")
        rows = [
            (_on(each.at), names.get(each.party_id or 0, ""), _zh("performing", each.facts.get("performing", "")),
             _zh("satisfied", each.facts.get("satisfied", "")), yes[bool(each.facts.get("lawsuit"))],
             yes[bool(each.facts.get("relapse"))], f"{each.text} {each.facts.get('measures', '')}")
            for each in self.d.records.filter(sort="revisit").order_by("pk")
        ]  # fmt: skip
        return [Table(("时间", "回访对象", "履行情况", "是否满意", "是否起诉", "反复迹象", "情况和措施"), rows)]

    def terms(self) -> list[Part]:
        """What is to be done, by when, and when it was."""
        rows = [
            (n, each.what, money.yuan(each.fen) if each.fen is not None else "—", _on(each.due_on), _on(each.done_on))
            for n, each in enumerate(self.agreement.terms.order_by("pk") if self.agreement else (), 1)
        ]
        return [Table(("序号", "履行事项", "金额（元）", "履行期限", "实际履行"), rows, (1, 5, 2, 2.5, 2.5))]

    def leaves(self) -> list[Part]:
        """The directory of the file."""
        found = enumerate(rules.leaves(self.d), 1)
        rows = [(n, rules.said(leaf.title), "有" if leaf.there else "缺", "") for n, leaf in found]
        return [Table(("序号", "文书材料名称", "有无", "页次"), rows, (1, 6, 1.5, 1.5))]

    def events(self) -> list[Part]:
        """What was done when."""
        notes = Entry.objects.filter(matter=self.m, verb="note").order_by("seq").values_list("at", "data__facts__about")
        told = [(at, str(about).removeprefix("mediation.")) for at, about in notes]
        rows = [(_on(at), rules.said(forms.KNOWN[code]["title"])) for at, code in told if code in forms.KNOWN]
        return [Table(("时间", "办理"), rows, (2, 3))]


LISTS: Mapping[str, Callable[[_Filled], Sequence[Part]]] = {
    "parties": _Filled.whole,
    "names": lambda f: [Line(SIDES[p.side], p.title or names.get("name", "")) for p, names in f.parties],
    "mediators": _Filled.mediators,
    "invited": _Filled.guests,
    "meetings": lambda f: f.told("meeting", "调解会"),
    "investigations": lambda f: f.told("investigation", "调查"),
    "revisits": _Filled.revisits,
    "terms": _Filled.terms,
    "leaves": _Filled.leaves,
    "events": _Filled.events,
}
