"""The papers of a dispute, from `papers.toml`: names and numbers are opened for the paper only, each time on record."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anxin.kernel import areas, clock, money, rights
from anxin.kernel.bodies import Actor, Body, Holding
from anxin.kernel.errors import NotFound
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.papers import Box, Heading, Line, PageBreak, Paper, Part, Signatures, Table, Text, answer
from anxin.programmes.mediation import forms, rules
from anxin.programmes.mediation.models import Dispute, Mediator, Record
from anxin.programmes.mediation.pages import one
from anxin.web import session

KNOWN: Mapping[str, Any] = tomllib.loads((Path(__file__).parent.parent / "papers.toml").read_text("utf-8"))
SIDES = {"a": "甲方（申请方）", "b": "乙方（被申请方）"}
LABELS = {"name": "姓名", "id_number": "证件号码", "address": "住址", "phone": "电话"}


def possible(d: Dispute) -> list[tuple[str, str]]:
    """The papers that can be made now, with their titles."""
    found, sorts = rules.current(d), set(d.records.values_list("sort", flat=True))
    now = {
        "application": bool(d.accepted_on), "notice": bool(d.accepted_on), "record": "meeting" in sorts,
        "written": found is not None and found.form == "written", "spoken": found is not None and found.form == "oral",
        "agreement": found is not None, "ended": "ending" in sorts, "closed": d.ended_on is not None,
        "performed": d.performed_on is not None, "police": d.police_at is not None,
    }  # fmt: skip
    return [(code, row["title"]) for code, row in KNOWN.items() if now.get(row["when"], row["when"] in sorts)]


@require_safe
def page(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One paper as a Word document or a PDF (`?form=docx|pdf`). Raises NotFound, NotAllowed."""
    by = session.actor(request)
    d, m = one.find(by, number)
    if code not in dict(possible(d)):
        raise NotFound
    return answer(request, paper(d, m, by, code), f"{KNOWN[code]['title']}-{m.number}")


def paper(d: Dispute, m: Matter, by: Actor, code: str) -> Paper:
    """A paper, filled in. Raises NotAllowed for a post that makes none."""
    row, filled = KNOWN[code], _Filled(d, m, by, KNOWN[code]["opens"])
    parts = [part for each in row["parts"] for part in filled.parts(each)]
    return Paper(title=row["title"], number=d.file_number or m.number, parts=parts, footer=filled.words["body"])


def _on(day: date | datetime | None) -> str:
    if isinstance(day, datetime):
        return f"{day.astimezone(clock.TZ):%Y年%m月%d日 %H:%M}"
    return f"{day:%Y年%m月%d日}" if day else "—"


def _zh(listed: str, code: str) -> str:
    return rules.said(forms.LISTS[listed].get(code, ""))


class _Filled:
    """The words of a dispute for its papers; whatever is not known is left empty."""

    def __init__(self, d: Dispute, m: Matter, by: Actor, opens: list[str]) -> None:
        self.d, self.m, self.by = d, m, by
        rights.enter(by, "mediation.papers", area=m.village_id or m.town_id or m.county_id, body=self._body())
        self.parties = [(each, self._open(each.person_id, opens)) for each in d.parties.order_by("side", "pk")]
        self.agreement = found = rules.current(d)
        ending = d.records.filter(sort="ending").order_by("-pk").first()
        told = ending.facts.get("routes", ()) if ending else ()
        asked = d.confirmations.order_by("-pk").first()
        law = rules.norm("confirmation", clock.local_day(found.effective_at) if found else None)
        risk = rules.norm("risk").value["factors"]
        zh = {name: _zh(f"{name}s", getattr(d, name)) for name in ("source", "form", "sort")}
        self.words: dict[str, str] = defaultdict(str, {
            **zh, "kept": _zh("kept", d.kept), "number": m.number, "file": d.file_number, "title": m.title,
            "narrative": m.narrative or m.title,
            "people": str(d.people), "amount": f"{money.yuan(d.amount)} 元" if d.amount is not None else "—",
            "body": Body.objects.get(pk=d.body_id).name if d.body_id else "", "accepted": _on(d.accepted_on),
            "verdict": "受理" if d.accepted_on else "—", "public": "公开" if d.in_public else "不公开",
            "told": _on(max((p.told_at for p, _name in self.parties if p.told_at), default=None)),
            "ended": _on(d.ended_on), "filed": _on(d.filed_on), "performed": _on(d.performed_on),
            "today": _on(areas.today()), "police_at": _on(d.police_at), "receipt": d.receipt or _on(d.receipt_at),
            "factors": "、".join(rules.said(risk[each]["title"]) for each in d.factors if each in risk),
            "copies": str(len(self.parties) + 1), "ending": ending.text if ending else "",
            "routes": "、".join(_zh("routes", each) for each in told),
            "court": asked.court if asked else "__________人民法院", "law": f"{law.value['article']}（{law.source}）",
            "result": _zh("stages", d.stage) + (f"：{found.content}" if found else ""),
        })  # fmt: skip
        if found is not None:
            self.words |= {name: getattr(found, name) for name in ("happened", "issues", "duty", "content", "manner")}
            self.words["effective"] = _on(clock.local_day(found.effective_at))
            self.words["confirm_until"] = _on(clock.last_day(rules.confirm_until(found)))

    def _body(self) -> int | None:
        ordered = self.m.orders.filter(body=self.by.body).exists()
        return self.by.body if ordered else self.m.lead_id

    def _open(self, token: Any, fields: list[str]) -> dict[str, str]:
        if token is None or not fields:
            return {}
        area = self.m.village_id or self.m.town_id or self.m.county_id
        opened = rights.open_person(
            self.by, token, right="mediation.papers", area=area, body=self._body(), purpose="papers", fields=fields
        )
        return {name: getattr(opened, name) for name in fields}

    def parts(self, said: str) -> list[Part]:
        """The parts a line of the table stands for."""
        if said.startswith("@"):
            return getattr(self, f"_{said[1:]}")()  # type: ignore[no-any-return]
        if said.startswith("sign:"):
            return [Signatures([(who.strip(), "") for who in said[5:].split(",")])]
        if said.startswith("# "):
            return [Heading(said[2:])]
        plain: dict[str, Callable[[], Part]] = {"---": PageBreak, "[stamp]": lambda: Box("人民调解委员会（印章）")}
        if said in plain:
            return [plain[said]()]
        label, sep, value = said.partition("|")
        if sep:
            return [Line(label, value.format_map(self.words))]
        text = said.format_map(self.words)
        return [Text(text)] if text.strip() else []

    def _parties(self) -> list[Part]:
        return [
            Line(SIDES[p.side], "，".join(filter(None, [p.title, *(f"{LABELS[k]}：{v}" for k, v in n.items() if v)])))
            for p, n in self.parties
        ]

    def _names(self) -> list[Part]:
        return [Line(SIDES[p.side], p.title or names.get("name", "")) for p, names in self.parties]

    def _mediators(self) -> list[Part]:
        rows = self.d.mediators.filter(left_at=None).select_related("post__body").order_by("pk")
        return [
            Line("人民调解员", f"{self._named(each)}（{each.post.body.name if each.post else each.title}）")
            for each in rows
        ]

    def _named(self, each: Mediator) -> str:
        day = clock.local_day(each.since)
        held = Holding.objects.filter(post=each.post_id, valid_from__lte=day).exclude(valid_to__lte=day)
        token = each.person_id or held.values_list("account__person", flat=True).first()
        return self._open(token, ["name"]).get("name", "")

    def _invited(self) -> list[Part]:
        return [
            Line(
                "受邀参加",
                f"{self._open(each.person_id, ['name'])['name']}（{_zh('guests', each.sort)}）",
            )
            for each in self.d.invited.order_by("pk")
        ]

    def _records(self, sort: str) -> list[Record]:
        return list(self.d.records.filter(sort=sort).select_related("party").order_by("pk"))

    def _told(self, sort: str, title: str) -> list[Part]:
        return [
            part
            for n, each in enumerate(self._records(sort), 1)
            for part in (
                Heading(f"{title}{n}", 2),
                Line("时间", _on(each.at)),
                Line("地点", each.place or "—"),
                Text(each.text),
            )
        ]

    def _meetings(self) -> list[Part]:
        return self._told("meeting", "调解会")

    def _investigations(self) -> list[Part]:
        return self._told("investigation", "调查")

    def _revisits(self) -> list[Part]:
        names = {p.pk: p.title or n.get("name", "") for p, n in self.parties}
        yes = {True: "是", False: "否"}
        rows = [
            (
                _on(each.at), names.get(each.party_id or 0, ""),
                _zh("performing", each.facts.get("performing", "")),
                _zh("satisfied", each.facts.get("satisfied", "")),
                yes[bool(each.facts.get("lawsuit"))], yes[bool(each.facts.get("relapse"))],
                f"{each.text} {each.facts.get('measures', '')}",
            )
            for each in self._records("revisit")
        ]  # fmt: skip
        return [Table(("时间", "回访对象", "履行情况", "是否满意", "是否起诉", "反复迹象", "情况和措施"), rows)]

    def _terms(self) -> list[Part]:
        rows = [
            (n, each.what, money.yuan(each.fen) if each.fen is not None else "—", _on(each.due_on), _on(each.done_on))
            for n, each in enumerate(self.agreement.terms.order_by("pk") if self.agreement else (), 1)
        ]
        return [Table(("序号", "履行事项", "金额（元）", "履行期限", "实际履行"), rows, (1, 5, 2, 2.5, 2.5))]

    def _leaves(self) -> list[Part]:
        rows = [
            (n, rules.said(leaf.title), "有" if leaf.there else "缺", "")
            for n, leaf in enumerate(rules.leaves(self.d), 1)
        ]
        return [Table(("序号", "文书材料名称", "有无", "页次"), rows, (1, 6, 1.5, 1.5))]

    def _events(self) -> list[Part]:
        notes = Entry.objects.filter(matter=self.m, verb="note").order_by("seq").values_list("at", "data__facts__about")
        rows = [
            (_on(at), forms.KNOWN[code].title[0])
            for at, about in notes
            if (code := str(about).removeprefix("mediation.")) in forms.KNOWN
        ]
        return [Table(("时间", "办理"), rows, (2, 3))]
