"""Many at once: each matter by itself, what failed said with its reason, nothing twice, and the way back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from anxin.kernel import clock, flow
from anxin.kernel.journal import Entry
from anxin.kernel.matters import MERGED, REPORTED, WORKING, Matter
from anxin.kernel.orders import LEAD, SENT, SIGNED, WITHDRAWN, Order
from anxin.web import bulk
from anxin.web.tests.desk_client import Person
from tests.cast import Cast, body, garage

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef-bulk"


def told(count: int, cast: Cast, **more: Any) -> list[Matter]:
    return [flow.report(garage(title=f"第{n}处积水", **more), cast.resident).matter for n in range(count)]


def tick(*matters: Matter) -> list[str]:
    """Lines as their reader sees them now."""
    return [f"{m.number}~{Matter.objects.get(pk=m.pk).entries}" for m in matters]


def send(who: Person, verb: str, lines: list[str], *, key: str = KEY, status: int = 200, **fields: Any) -> str:
    response = who.client.post(
        "/desk/bulk", {"verb": verb, "m": lines, "sure": "1", "key": key, **fields}, headers={"X-Part": "1"}
    )
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def numbers(page: str, name: str) -> list[str]:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found is not None
    return [each.partition("~")[0] for each in found[1].split()]


def token(page: str) -> str:
    found = re.search(r'data-token="([^"]*)"', page)
    assert found is not None
    return found[1]


def undo(who: Person, said: str, status: int = 200) -> str:
    response = who.client.post("/desk/bulk/undo", {"token": said}, headers={"X-Part": "1"})
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def test_the_question_says_how_many_can_be_done_and_why_not(cast: Cast) -> None:
    one, two, three = told(3, cast)
    flow.refuse(three, cast.dispatcher, "不属于受理范围", "人民法院（诉讼）")
    page = (
        Person("li.juan").client.post("/desk/bulk", {"verb": "escalate", "m": tick(one, two, three)}).content.decode()
    )
    assert "对 3 件事项“提级”？" in page
    assert "可以办理 2 件" in page
    assert "现在办不了 1 件" in page
    assert "当前状态：不予受理" in page
    assert page.count('name="m"') == 3


def test_done_and_not_done_are_told_apart_and_the_rest_stays_selected(cast: Cast) -> None:
    one, two, three = told(3, cast)
    flow.refuse(three, cast.dispatcher, "不属于受理范围", "人民法院（诉讼）")
    page = send(Person("li.juan"), "escalate", tick(one, two, three), reason="需要区里协调")
    assert numbers(page, "done") == [one.number, two.number]
    assert numbers(page, "left") == [three.number]
    assert "提级：完成 2 件，未完成 1 件" in page
    assert "事项当前状态下不能进行这一操作" in page
    assert re.search(rf'value="{three.number}~\d+" checked', page)
    assert [Matter.objects.get(pk=m.pk).level for m in (one, two, three)] == ["county", "county", "town"]


def test_sending_twice_does_nothing_twice(cast: Cast) -> None:
    one, two = told(2, cast)
    lines = tick(one, two)
    li = Person("li.juan")
    first = send(li, "note", lines, text="已电话告知物业")
    before = Entry.objects.count()
    assert numbers(send(li, "note", lines, text="已电话告知物业"), "done") == numbers(first, "done")
    assert Entry.objects.count() == before
    assert "请更换编号" in send(li, "note", lines, text="另一句话", status=409)


def test_the_second_clerk_gets_what_the_first_has_changed(cast: Cast) -> None:
    one, two = told(2, cast)
    seen = tick(one, two)
    flow.reclassify(one, cast.dispatcher, "onekey.noise", "实际是噪声")
    zheng = Person("zheng.hua")
    page = send(zheng, "reclassify", seen, kind="onekey.property", reason="物业责任")
    assert (numbers(page, "done"), numbers(page, "left")) == ([two.number], [one.number])
    assert "您查看之后事项已有变化" in page
    assert "改类" in page
    assert "七星街道综合信息指挥室" in page
    assert Matter.objects.get(pk=one.pk).kind == "onekey.noise"
    page = send(zheng, "reclassify", tick(one), key=KEY + "2", kind="onekey.property", reason="看过变化，仍按物业")
    assert numbers(page, "done") == [one.number]


def test_a_clock_that_rang_and_a_note_do_not_stand_in_the_way(cast: Cast) -> None:
    (one,) = told(1, cast)
    seen = tick(one)
    flow.note(one, cast.grid, "到现场看过")
    assert numbers(send(Person("li.juan"), "escalate", seen, reason="需要协调"), "done") == [one.number]


def test_sign_takes_the_orders_of_ones_own_body_only(cast: Cast) -> None:
    mine = told(2, cast)
    foreign = flow.report(garage(kind="onekey.noise"), cast.resident).matter
    page = send(Person("sun.li"), "sign", tick(*mine, foreign))
    assert numbers(page, "done") == [m.number for m in mine]
    assert "没有找到这一事项，或者您无权查看。" in page
    signed = Order.objects.filter(body=cast.water.body, state=SIGNED)
    assert {order.matter_id for order in signed} == {m.pk for m in mine}
    assert {order.post_id for order in signed} == {cast.water.post}


def test_what_may_not_be_done_or_seen_is_refused(cast: Cast) -> None:
    (one,) = told(1, cast)
    qian = Person("qian.jin")
    assert qian.client.post("/desk/bulk", {"verb": "dispatch", "m": tick(one)}).status_code == 403
    assert qian.client.post("/desk/bulk", {"verb": "nonsense", "m": tick(one)}).status_code == 403
    page = send(qian, "note", tick(one), text="看看", status=409)
    assert one.title not in page
    li = Person("li.juan")
    assert li.client.post("/desk/bulk", {"verb": "note"}).status_code == 400
    many = [f"261124-{n}~1" for n in range(201)]
    assert "一次最多选 200 件" in li.client.post("/desk/bulk", {"verb": "note", "m": many}).content.decode()


def test_dispatch_and_back_while_nobody_has_signed(cast: Cast) -> None:
    one, two = told(2, cast)
    before = Matter.objects.get(pk=one.pk).lead_id
    li = Person("li.juan")
    page = send(li, "dispatch", tick(one, two), lead="330402.water", reason="专业部门处置")
    assert numbers(page, "done") == [one.number, two.number]
    assert Matter.objects.get(pk=one.pk).lead_id == cast.water.body
    flow.sign(Order.objects.get(matter=two, role=LEAD, state=SENT), cast.water)
    page = undo(li, token(page))
    assert (numbers(page, "done"), numbers(page, "left")) == ([one.number], [two.number])
    assert "承办单位已处理" in page
    assert Matter.objects.get(pk=one.pk).lead_id == before
    assert Matter.objects.get(pk=two.pk).lead_id == cast.water.body
    last = Entry.objects.filter(matter=one, verb="dispatch").latest("seq")
    assert last.words.texts["reason"] == "撤销"


def test_merge_and_back_leaves_both_in_the_journal(cast: Cast) -> None:
    first, *rest = told(3, cast)
    li = Person("li.juan")
    page = send(li, "merge", tick(*rest), into=first.number)
    assert {Matter.objects.get(pk=m.pk).state for m in rest} == {MERGED}
    page = undo(li, token(page))
    assert numbers(page, "done") == [m.number for m in rest]
    assert {Matter.objects.get(pk=m.pk).state for m in rest} == {REPORTED}
    verbs = list(Entry.objects.filter(matter=rest[0]).order_by("seq").values_list("verb", flat=True))
    assert verbs[-2:] == ["merge", "unmerge"]
    assert numbers(undo(li, token(send(li, "merge", tick(*rest), key=KEY + "3", into=first.number))), "left") == []


def test_kind_and_card_come_back_as_they_were(cast: Cast) -> None:
    (one,) = told(1, cast)
    zheng = Person("zheng.hua")
    page = send(zheng, "reclassify", tick(one), kind="onekey.noise", reason="噪声")
    undo(zheng, token(page))
    assert Matter.objects.get(pk=one.pk).kind == "onekey.water"
    page = send(zheng, "supervise", tick(one), key=KEY + "4", colour="yellow", reason="进展慢")
    assert Matter.objects.get(pk=one.pk).colour == "yellow"
    undo(zheng, token(page))
    assert Matter.objects.get(pk=one.pk).colour == ""


def test_the_way_back_is_the_readers_own_and_ends(cast: Cast) -> None:
    (one,) = told(1, cast)
    said = token(send(Person("li.juan"), "reclassify", tick(one), kind="onekey.noise", reason="噪声"))
    assert "无法撤销" not in undo(Person("zheng.hua"), said, 400)
    undo(Person("li.juan"), said[:-3] + "abc", 400)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert "已超过可以撤销的时间" in undo(Person("li.juan"), said, 400)
    assert Matter.objects.get(pk=one.pk).kind == "onekey.noise"


def test_what_was_suggested_is_taken_over_kind_and_lead_together(cast: Cast) -> None:
    (one,) = told(1, cast)
    for order in Order.objects.filter(matter=one):
        assert order.state != WITHDRAWN
    flow.merge(one, cast.dispatcher, told(1, cast)[0])
    flow.unmerge(one, cast.dispatcher, "不是同一件")
    assert Matter.objects.get(pk=one.pk).state == REPORTED
    page = send(
        Person("li.juan"), "accept", tick(one), kind="onekey.property", lead="330402.water", reason="按系统建议"
    )
    assert numbers(page, "done") == [one.number]
    now = Matter.objects.get(pk=one.pk)
    assert (now.kind, now.state, now.lead_id) == ("onekey.property", WORKING, body("330402.water").pk)
    assert token(page) == ""
    again = send(
        Person("li.juan"), "accept", tick(one), kind="onekey.property", lead="330402.water", reason="按系统建议"
    )
    assert numbers(again, "done") == [one.number]


def test_every_bulk_verb_is_a_verb_somebody_may_use(cast: Cast) -> None:
    assert set(bulk.ASKS) <= set(flow.VERBS)
    assert {code for code, _title in bulk.offered(cast.water)} == {"sign", "note"}
    assert bulk.offered(cast.leader)


def test_without_a_script_the_result_is_a_page_of_its_own(cast: Cast) -> None:
    one, two = told(2, cast)
    li = Person("li.juan")
    fields = {"verb": "escalate", "m": tick(one, two), "sure": "1", "key": KEY, "reason": "需要协调"}
    page = li.client.post("/desk/bulk", fields).content.decode()
    assert "<html" in page
    assert "回到列表" in page
    assert "提级：完成 2 件" in page
    page = li.client.post("/desk/bulk", {**fields, "reason": "", "key": KEY + "x"}).content.decode()
    assert "errorlist" in page
    assert page.count('name="m"') == 2
