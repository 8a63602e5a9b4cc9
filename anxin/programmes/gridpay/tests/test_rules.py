"""What is refused, by which rule: two posts, a month not over, evidence, promotion, the procedure of leaving."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from anxin.kernel import areas, bodies, clock
from anxin.kernel.errors import BadInput, NotAllowed, NotNow, ReasonNeeded
from anxin.kernel.matters import Matter
from anxin.kernel.people import Account
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay import seeds
from anxin.programmes.gridpay.actions import ladder, months, writing
from anxin.programmes.gridpay.figures import shown
from anxin.programmes.gridpay.rules import entry
from anxin.programmes.gridpay.tests.conftest import Stand

Q2, Q3 = date(2026, 4, 1), date(2026, 7, 1)


def _level(contract: book.Contract, period: date, level: str) -> book.Evaluation:
    return book.Evaluation.objects.create(
        contract=contract, span="quarter", period=period, score=9_500, proposed=level, level=level,
        decided_at=clock.now(), decided_post=1,
    )  # fmt: skip


def test_a_person_with_two_posts_is_paid_once(stand: Stand) -> None:
    account, post = Account.objects.get(login="sheng.li"), stand.posts["9"]
    terms: dict[str, Any] = {
        "post": post,
        "account": account,
        "grade": "star1",
        "step": 1,
        "since": date(2020, 1, 1),
        "valid_from": date(2026, 8, 1),
    }
    with pytest.raises(entry.TwoPosts, match="网格"):
        writing.take_on(stand.zhuhong, **terms)
    with pytest.raises(NotAllowed):
        writing.take_on(stand.zhuhong, **terms, exception=True, reason="兼管")
    with pytest.raises(ReasonNeeded):
        writing.take_on(stand.shentao, **terms, exception=True)
    row = writing.take_on(stand.shentao, **terms, exception=True, reason="临时兼管")
    assert (row.paid, row.approved_post) == (False, stand.shentao.post)
    with pytest.raises(entry.PostTaken):
        writing.take_on(stand.zhuhong, **{**terms, "account": Account.objects.get(login="tang.hai")})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grade": "king"}, BadInput), ({"step": 4}, BadInput), ({"certificate": "driver"}, BadInput),
        ({"since": date(2027, 1, 1)}, BadInput),
    ],
)  # fmt: skip
def test_terms_that_cannot_be(stand: Stand, change: dict[str, object], error: type[Exception]) -> None:
    terms: dict[str, Any] = {"post": stand.posts["9"], "account": Account.objects.get(login="tang.hai"),
             "grade": "star1", "step": 1,
             "since": date(2020, 1, 1), "valid_from": date(2026, 8, 1)}  # fmt: skip
    with pytest.raises(error):
        writing.take_on(stand.zhuhong, **{**terms, **change})


def test_a_month_that_is_not_over_and_a_stranger(stand: Stand) -> None:
    county = areas.tree().by_code["330421"]
    with pytest.raises(entry.MonthNotOver):
        months.reckon(stand.zhuhong, county, date(2026, 8, 1))
    for other in (stand.shengli, stand.taoyong, bodies.at_post("330402.centre.supervisor")):
        with pytest.raises(NotAllowed):
            months.reckon(other, county, date(2026, 7, 1))


def test_what_is_entered_needs_evidence_and_another_hand(stand: Stand) -> None:
    post, day = stand.posts["1"], date(2026, 8, 3)
    with pytest.raises(entry.EvidenceNeeded):
        writing.enter(stand.shengli, post=post, sort="patrol", day=day)
    matter = Matter.objects.first()
    with pytest.raises(NotAllowed):
        writing.enter(stand.shengli, post=stand.posts["2"], sort="patrol", day=day, matter=matter)
    with pytest.raises(NotAllowed):
        writing.enter(stand.shengli, post=post, sort="complaint", day=day, matter=matter)
    with pytest.raises(BadInput):
        writing.enter(stand.shengli, post=post, sort="learning", day=day, amount=0, matter=matter)
    with pytest.raises(BadInput):
        writing.enter(stand.shengli, post=post, sort="patrol", day=date(2026, 8, 20), matter=matter)
    row = writing.enter(stand.shengli, post=post, sort="learning", day=day, amount=2, matter=matter)
    assert row.confirmed_at is None
    with pytest.raises(NotAllowed):
        writing.confirm(stand.baiyun, row.pk)
    writing.confirm(stand.taoyong, row.pk)
    by_office = writing.enter(stand.zhuhong, post=post, sort="patrol", day=day, matter=matter)
    assert by_office.confirmed_post == stand.zhuhong.post


def test_a_month_that_is_made_known_takes_no_more_entries(stand: Stand) -> None:
    seeds.settle(stand.zhuhong, date(2026, 7, 1), clock.now())
    with pytest.raises(entry.Locked):
        writing.enter(stand.zhuhong, post=stand.posts["1"], sort="learning", day=date(2026, 7, 3), content=None,
                      matter=book.Draw.objects.select_related("matter")[0].matter)  # fmt: skip


def test_an_evaluation_needs_its_months_and_a_reason_against_the_score(stand: Stand, now: clock.Travel) -> None:
    contract = stand.contract()
    with pytest.raises(entry.MonthNotOver):
        ladder.evaluate(stand.zhuhong, contract, Q3, "A")
    with pytest.raises(entry.MonthNotOver):
        ladder.grade_year(stand.zhuhong, contract, 2026)


def test_promotion_asks_for_two_a_a_certificate_and_no_complaint(stand: Stand, now: clock.Travel) -> None:
    contract = stand.contract()
    _level(contract, Q2, "A")
    with pytest.raises(entry.NotPromotable) as refused:
        ladder.promote(stand.shentao, contract, "grade", "优秀")
    assert set(refused.value.fields) == {"two_a"}
    _level(contract, Q3, "A")
    with pytest.raises(NotAllowed):
        ladder.promote(stand.zhuhong, contract, "grade", "优秀")
    complaint = book.Effort.objects.create(post=contract.post, sort="complaint", day=date(2026, 8, 1),
                                           entered_at=clock.now(),
                                           confirmed_at=clock.now())  # fmt: skip
    assert shown.unmet(contract) == ["complaint"]
    complaint.delete()
    without = stand.contract("3")
    _level(without, Q2, "A")
    _level(without, Q3, "A")
    assert shown.unmet(without) == ["certificate"]
    assert ladder.promote(stand.shentao, contract, "grid_head", "推荐").pk == contract.pk
    new = ladder.promote(stand.shentao, contract, "grade", "两季A等")
    assert (new.grade, new.step, new.valid_from) == ("star4", 1, date(2026, 9, 1))
    assert len(shown.levels(new)) == 2  # what was evaluated goes on under the new contract


def test_a_gap_between_two_quarters_is_not_two_in_a_row(stand: Stand) -> None:
    contract = stand.contract()
    _level(contract, date(2026, 1, 1), "D")
    _level(contract, Q3, "D")
    with pytest.raises(entry.GroundMissing):
        ladder.begin(stand.zhuhong, contract, "d_twice", "连续两次D等")
    ladder.begin(stand.zhuhong, contract, "d_once", "一次D等")


def test_being_last_is_no_ground(stand: Stand) -> None:
    with pytest.raises(entry.LastPlace, match="指导案例18号") as refused:
        ladder.begin(stand.zhuhong, stand.contract(), "last_place", "排名最后")
    assert refused.value.code == "last_place"
    for ground in ("d_once", "d_twice", "falsification", "because"):
        with pytest.raises(entry.GroundMissing):
            ladder.begin(stand.zhuhong, stand.contract(), ground, "理由")


def test_nobody_is_dismissed_by_the_house(stand: Stand, now: clock.Travel) -> None:
    contract = stand.contract("3")
    _level(contract, Q2, "D")
    _level(contract, Q3, "D")
    with pytest.raises(entry.NoDismissal):
        ladder.end_contract(stand.shentao, contract, date(2026, 12, 31), "不胜任", dismissal=True)
    p = ladder.begin(stand.zhuhong, contract, "d_twice", "连续两次D等")
    with pytest.raises(NotNow):
        ladder.begin(stand.zhuhong, contract, "d_twice", "再来一次")
    with pytest.raises(NotNow):
        ladder.do_step(stand.zhuhong, p, "notice", "直接通知")  # steps come in their order
    ladder.do_step(stand.zhuhong, p, "evidence", "两季度考核表")
    with pytest.raises(entry.SameHand):
        ladder.do_step(stand.zhuhong, p, "hearing", "本人申辩")
    ladder.do_step(stand.shentao, p, "hearing", "本人申辩：家中有事")
    worker = bodies.at_post(contract.post.code)
    objection = months.object_to(worker, "考核有误", procedure=p)
    with pytest.raises(entry.ObjectionsOpen):
        ladder.do_step(stand.zhuhong, p, "training", "培训两周", "trained")
    months.decide(stand.shentao, objection.pk, upheld=False, answer="数据无误")
    ladder.do_step(stand.zhuhong, p, "training", "培训两周", "trained")
    with pytest.raises(entry.TooSoon, match=r"gridpay\.training"):
        ladder.do_step(stand.zhuhong, p, "assess", "再评", "unfit")
    now.advance(timedelta(days=31))
    with pytest.raises(BadInput):
        ladder.do_step(stand.zhuhong, p, "assess", "再评")
    ladder.do_step(stand.zhuhong, p, "assess", "仍不能胜任", "unfit")
    ladder.do_step(stand.zhuhong, p, "protected", "已核对，无第42条情形", "no")
    ladder.do_step(stand.shentao, p, "union", "工会无异议")
    with pytest.raises(NotAllowed):
        ladder.do_step(stand.zhuhong, p, "approval", "同意")
    ladder.do_step(stand.shentao, p, "approval", "同意")
    ladder.do_step(stand.zhuhong, p, "notice", "已书面通知本人")
    with pytest.raises(entry.TooSoon, match=r"gridpay\.notice"):
        ladder.do_step(stand.shentao, p, "decision", "解除", "terminate")
    now.advance(timedelta(days=31))
    ladder.do_step(stand.shentao, p, "decision", "依法解除", "terminate")
    contract.refresh_from_db()
    assert contract.valid_to is None  # even now nothing has ended by itself
    ladder.end_contract(stand.shentao, contract, areas.today(), "依程序解除", dismissal=True)
    contract.refresh_from_db()
    assert contract.valid_to == areas.today() + timedelta(days=1)


def test_who_is_found_fit_stays_and_whom_the_law_protects_too(stand: Stand, now: clock.Travel) -> None:
    contract = stand.contract("2")
    _level(contract, Q3, "D")
    p = ladder.begin(stand.zhuhong, contract, "d_once", "一次D等")
    ladder.do_step(stand.zhuhong, p, "interview", "约谈")
    ladder.do_step(stand.zhuhong, p, "plan", "改进计划一个月")
    now.advance(timedelta(days=31))
    ladder.do_step(stand.zhuhong, p, "assess", "达到要求", "fit")
    p.refresh_from_db()
    assert (p.outcome, p.ended_at is not None) == ("fit", True)
    with pytest.raises(NotNow):
        ladder.do_step(stand.zhuhong, p, "assess", "再来", "unfit")
