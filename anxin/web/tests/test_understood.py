"""What was understood, on the desk: suggestions beside a matter, twins side by side, places that are asked about."""

from __future__ import annotations

import re

import pytest

from anxin.kernel import flow, jobs, telling
from anxin.kernel.journal import Entry
from anxin.kernel.matters import MERGED, REPORTED, Matter
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast, body, garage

pytestmark = pytest.mark.django_db
TOLD = "七星街道湘南公寓地下车库进水，水已经没过车轮，快派人来。"


def hear() -> None:
    """The worker has done what waits: what came in was understood and can be found."""
    telling.ring()
    jobs.drain(ticks=False)


def two_garages(cast: Cast) -> tuple[Matter, Matter]:
    """The same garage, told by 王建国 and by 许静."""
    first = flow.report(garage(), cast.resident).matter
    again = garage(title="车库被水淹了", narrative="湘南公寓地下车库进水，水没过车轮，我的车泡着。", person=None)
    second = flow.report(again, cast.resident).matter
    hear()
    return first, second


def test_a_twin_is_shown_compared_and_joined_with_one_click_and_parted_again(cast: Cast) -> None:
    first, second = two_garages(cast)
    li = Person("li.juan")
    page = li.read(f"/desk/matters/{second.number}")
    assert "可能是同一件事" in page
    assert f"/desk/matters/{second.number}/beside/{first.number}" in page
    compared = li.read(f"/desk/matters/{second.number}/beside/{first.number}")
    assert compared.count("<mark>") >= 2
    assert "两处相距 0 米" in compared
    door = f"/desk/matters/{second.number}/use/merge"
    form = Forms(compared).forms[door]
    assert form["into"] == first.number, "what was reported later goes into what was reported first"
    assert [li.client.post(door, form).status_code for _ in range(2)] == [303, 303]
    second.refresh_from_db()
    assert (second.state, second.of_id) == (MERGED, first.pk)
    undo = Forms(li.read(f"/desk/matters/{first.number}")).forms[f"/desk/matters/{second.number}/use/unmerge"]
    assert li.client.post(f"/desk/matters/{second.number}/use/unmerge", undo).status_code == 303
    second.refresh_from_db()
    assert second.state == REPORTED
    assert Entry.objects.get(matter=second, verb="unmerge").words.texts["reason"] == "看过，不是同一件"


def test_a_twin_the_reader_may_not_see_is_not_there_at_all(cast: Cast) -> None:
    first, second = two_garages(cast)
    flow.dispatch(second, cast.dispatcher, lead=body("330402.enforcement"), only=True)
    qian = Person("qian.jin")
    page = qian.read(f"/desk/matters/{second.number}")
    assert first.number not in page
    assert "可能是同一件事" not in page
    there = qian.client.get(f"/desk/matters/{second.number}/beside/{first.number}")
    nowhere = qian.client.get(f"/desk/matters/{second.number}/beside/261124-999999999")
    assert there.status_code == nowhere.status_code == 404
    assert qian.client.get(f"/desk/matters/{second.number}/beside/{second.number}").status_code == 404


def test_who_may_see_but_not_join_gets_no_button(cast: Cast) -> None:
    first, second = two_garages(cast)
    sun = Person("sun.li")
    page = sun.read(f"/desk/matters/{second.number}/beside/{first.number}")
    assert "/use/merge" not in page
    assert "不能合并或拆开" in page


def test_the_seat_is_told_what_is_known_and_adds_the_callers_voice(cast: Cast) -> None:
    known = flow.report(garage(), cast.resident).matter
    hear()
    chen = Person("chen.min")
    fields = Forms(chen.read("/desk/new")).forms[""]
    read = chen.client.post("/desk/new", {**fields, "narrative": TOLD, "do": "read"}).content.decode()
    danger, near, kind = (read.index(each) for each in ("可能有危险", "已有 1 件相似，是否同一件？", "<dt>类别</dt>"))
    assert danger < near < kind
    door = f"/desk/matters/{known.number}/use/add_voice"
    voice = Forms(read).forms[door]
    assert voice["text"] == TOLD
    assert re.search(rf'form="voice-{known.pk}"', read)
    assert [chen.client.post(door, voice).status_code for _ in range(2)] == [303, 303]
    known.refresh_from_db()
    assert (known.voices, Matter.objects.count()) == (1, 1)


def test_a_desk_that_may_not_add_voices_or_see_the_matter_gets_neither(cast: Cast) -> None:
    known = flow.report(garage(), cast.resident).matter
    hear()
    for login, sees in (("li.juan", True), ("qian.jin", False)):
        somebody = Person(login)
        fields = Forms(somebody.read("/desk/new")).forms[""]
        read = somebody.client.post("/desk/new", {**fields, "narrative": TOLD, "do": "read"}).content.decode()
        assert (known.number in read) is sees
        assert "/use/add_voice" not in read


def test_a_name_that_two_towns_have_is_asked_and_never_chosen_silently(cast: Cast) -> None:
    chen = Person("chen.min")
    fields = Forms(chen.read("/desk/new")).forms[""]
    told = {**fields, "narrative": "瓶山社区门口的路灯坏了，晚上很黑", "kind": "onekey.facility"}
    asked = chen.client.post("/desk/new", {**told, "do": "send"})
    assert asked.status_code == 400
    page = asked.content.decode()
    assert "是哪一处？" in page
    codes = re.findall(r'type="radio" name="place" value="([^"]+)"', page)
    assert len(codes) >= 3, "two places and: none of them"
    sent = chen.client.post("/desk/new", {**told, "place": codes[1], "do": "send"})
    assert sent.status_code == 303
    village = Matter.objects.get().village
    assert village is not None
    assert village.code == codes[1]


def test_who_cannot_say_which_place_may_still_send(cast: Cast) -> None:
    chen = Person("chen.min")
    fields = Forms(chen.read("/desk/new")).forms[""]
    told = {**fields, "narrative": "瓶山社区门口的路灯坏了，晚上很黑", "kind": "onekey.facility", "place": "?"}
    assert chen.client.post("/desk/new", {**told, "do": "send"}).status_code == 303
    assert Matter.objects.get().village is None


def test_the_suggested_kind_is_shown_with_its_reasons_and_taken_with_one_click(cast: Cast) -> None:
    wrong = flow.report(garage(kind="onekey.other"), cast.resident).matter
    hear()
    li = Person("li.juan")
    page = li.read(f"/desk/matters/{wrong.number}")
    panel = page[page.index("系统建议") : page.index("地点</h2>")]
    for said in ("供水排水积水", "%", "依据：", "南湖区", "仅供参考，由人决定", "可能有危险"):
        assert said in panel
    door = f"/desk/matters/{wrong.number}/use/reclassify"
    form = Forms(panel).forms[door]
    assert li.client.post(door, {**form, "kind": "onekey.water"}).status_code == 303
    wrong.refresh_from_db()
    assert wrong.kind == "onekey.water"
    assert "按系统建议改类" in Entry.objects.get(matter=wrong, verb="reclassify").words.texts["reason"]
    other = flow.report(garage(kind="onekey.other"), cast.resident).matter
    hear()
    seen = Person("wu.fang").read(f"/desk/matters/{other.number}")
    assert "供水排水积水" in seen
    assert "/use/reclassify" not in seen, "a grid worker reads the suggestion and changes nothing"


def test_phone_and_text_that_disagree_are_shown_as_such(cast: Cast) -> None:
    far = garage(narrative="嘉善县罗星街道的路上井盖没有了", title="井盖丢失", address="")
    number = flow.report(far, cast.resident).matter.number
    hear()
    assert re.search(r"手机定位与文字相距 \d+ 米", Person("li.juan").read(f"/desk/matters/{number}"))


def test_a_reply_is_looked_over_before_it_goes_and_goes_all_the_same(cast: Cast) -> None:
    matter = flow.report(garage(nature="consult", person=None), cast.resident).matter
    for order in matter.orders.exclude(role="lead"):
        flow.sign(order, cast.water)
        flow.finish(order, cast.water, "排水完毕")
    lead = matter.orders.get(role="lead")
    flow.sign(lead, cast.dispatcher)
    flow.finish(lead, cast.dispatcher, "积水已排空")
    li = Person("li.juan")
    form = li.forms(matter.number)["reply"]
    looked = li.send(matter.number, "reply", form, text="正在研究", public="王建国13800138000", do="check")
    page = looked.content.decode()
    assert looked.status_code == 200
    for said in ("不拦截，仅提示", "公开答复里好像有个人信息", "正在研究"):
        assert said in page
    matter.refresh_from_db()
    assert matter.state == "finished", "looking over sends nothing"
    again = Forms(page).forms[f"/desk/matters/{matter.number}/use/reply"]
    assert li.client.post(f"/desk/matters/{matter.number}/use/reply", {**again, "public": ""}).status_code == 303
    matter.refresh_from_db()
    assert matter.state == "replied"
