"""97 real cases (ProMediConv, Apache-2.0) are taken through the forms: whatever they hold must fit, none is quoted."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anxin.kernel import areas, clock
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter
from anxin.kernel.people import Particulars
from anxin.programmes.mediation import forms, rules
from anxin.programmes.mediation.actions import ending, taking
from anxin.programmes.mediation.forms import ActForm
from anxin.programmes.mediation.models import Dispute
from tests.cast import Cast

CASES = Path(__file__).parents[5] / "shared" / "data" / "mediation" / "cases_97.jsonl"
SORTS = {
    "家庭婚姻纠纷": "family", "环境污染纠纷": "environment", "社区邻里纠纷": "neighbour", "经济债务纠纷": "debt",
    "治安刑事纠纷": "injury", "交通事故纠纷": "traffic", "房产土地纠纷": "house", "劳资劳动纠纷": "labour",
    "校园教育纠纷": "school", "公司经营纠纷": "business", "消费旅游纠纷": "consumer", "遗产继承纠纷": "inheritance",
    "医疗健康纠纷": "medical",
}  # fmt: skip
pytestmark = pytest.mark.django_db


def cases() -> list[dict[str, Any]]:
    if not CASES.exists():
        pytest.skip("the mediation cases are not beside this clone")
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines() if line.strip()]


def sent(code: str, pk: int, by: Actor, **typed: Any) -> None:
    """A form of the page, filled in and sent as a mediator would."""
    form = ActForm(code, Dispute.objects.get(pk=pk), Matter.objects.get(pk=pk), typed, {})
    assert form.is_valid(), (code, dict(form.errors))
    taking_or_ending = {**vars(taking), **vars(ending)}
    taking_or_ending[code](pk, by, **form.said())


def test_real_cases_fit_the_forms(now: clock.Travel, cast: Cast, luping: Actor) -> None:
    rows, outcomes = cases(), Counter[str]()
    assert {each["event_type"] for each in rows} <= set(SORTS)
    for case in rows:
        told = "\n".join(f"{turn['speaker']}：{turn['text']}" for turn in case["dialog"])
        names = [name.strip() for name in case["disputing_parties"].split(",") if name.strip()]
        pk = taking.register(
            luping, area="330483101025", title=case["event_type"], narrative=case["event_description"],
            sort=SORTS[case["event_type"]], applicant=Particulars(name=names[0][:200]),
        ).pk  # fmt: skip
        sent("party", pk, luping, side="b", name=(names[1] if len(names) > 1 else "对方")[:200])
        sent("accept", pk, luping, source="application", form="oral", sort=SORTS[case["event_type"]], people="2")
        sides = [str(each) for each in rules.parties_of(Dispute(pk=pk))]
        sent("tell", pk, luping, parties=sides)
        sent("appoint", pk, luping, post="330483101025.mediation.mediator-1", chosen="committee", declared="on")
        sent("meet", pk, luping, text=told, place="调解室")
        settled = any(word in told[-600:] for word in ("协议", "达成", "同意", "谢谢", "感谢", "和解"))
        outcomes["agreed" if settled else "failed"] += 1
        if settled:
            due = f"{areas.today() + timedelta(days=10)}"
            last = case["dialog"][-1]["text"]
            sent(
                "agree", pk, luping, form="oral", happened=case["event_description"], issues="见笔录", duty="见笔录",
                content=last, manner="当面履行", what0=last[:300], due0=due, signed=sides,
            )  # fmt: skip
        else:
            sent("fail", pk, luping, reason="未能一致", routes=["court"])
    assert sum(outcomes.values()) == len(rows)
    assert Dispute.objects.filter(stage__in=("agreed", "failed")).count() == len(rows)
    assert Dispute.objects.get(pk=pk).records.get(sort="meeting").text == told.strip()
    assert forms.named("sorts", "family")
