"""Advice is written down after the report, without anything personal; it follows what happens to the matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anxin.kernel import areas, clock, flow, journal
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, UnknownKind
from anxin.kernel.matters import Matter
from anxin.understanding import advice, body, counting, hot, hotspots, known, near
from anxin.understanding.hot import Issue, Message
from anxin.understanding.models import Advice, HotIssue, HotMember, Switch
from anxin.understanding.tests.worker import hear
from tests.cast import ELSEWHERE, Cast, garage

pytestmark = pytest.mark.django_db
ADMIN = Actor(role="admin")


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    body.count_anew()


def report(cast: Cast, **more: Any) -> Matter:
    """A report, and what the worker does about it."""
    matter = flow.report(garage(**more), cast.resident).matter
    hear()
    return matter


def lamp(cast: Cast, **more: Any) -> Matter:
    """A street lamp: no danger to anybody."""
    told = {"kind": "onekey.facility", "title": "路灯不亮", "narrative": "中环南路文昌路口的路灯坏了三天，晚上很黑。"}
    return report(cast, **{**told, **more})


def found(text: str, **more: Any) -> list[int]:
    return [matter.pk for matter, _ in advice.near(text, **more)]


LAMP = "中环南路文昌路口路灯坏了三天"


# ---- what is written down -----------------------------------------------------------------------------------------


def test_nothing_personal_is_written_down(cast: Cast) -> None:
    told = "我是王建国，电话13800000000，住湘南公寓3幢402室，身份证330402199001010011，车库进水没过车轮"
    report(cast, title="王建国反映车库进水", narrative=told)
    second = report(cast, title="王建国反映车库进水", narrative=told)
    said = advice.of(second)
    assert said is not None
    assert said.twins
    row = str({name: value for name, value in vars(said).items() if not name.startswith("_")})
    for personal in ("王建国", "13800000000", "402室", "330402199001010011"):
        assert personal not in row


def test_every_kind_is_advised_in_one_go(cast: Cast) -> None:
    for n in range(5):
        flow.report(
            garage(title=f"路口{n}红绿灯坏了", narrative="信号灯不亮，路口拥堵", kind="onekey.road"), cast.resident
        )
    hear()
    assert Advice.objects.exclude(version="").count() == 5
    assert all(row.body for row in Advice.objects.all())


def test_what_was_loaded_quietly_raises_nothing_and_is_found_all_the_same(cast: Cast) -> None:
    with journal.bulk(quiet=True):
        old = flow.report(garage(), cast.resident).matter
    hear()
    now = Matter.objects.get(pk=old.pk)
    assert (now.urgency, now.police, advice.of(old)) == ("ordinary", "", None)
    assert known.rebuild() == 1
    assert found("湘南公寓地下车库进水没过车轮") == [old.pk]


def test_shown_only_where_the_installation_says_so(cast: Cast, settings: Any) -> None:
    settings.DANGER = "show"
    matter = report(cast)
    assert Matter.objects.get(pk=matter.pk).urgency == "ordinary"
    said = advice.of(matter)
    assert said is not None
    assert said.dangers
    assert not said.raised


def test_what_110_handed_over_is_not_sent_back_to_it(cast: Cast) -> None:
    matter = flow.report(garage(channel="police"), cast.police).matter
    hear()
    now = Matter.objects.get(pk=matter.pk)
    assert (now.urgency, now.police) == ("ordinary", "")


def test_a_calm_message_stays_as_it_is(cast: Cast) -> None:
    matter = lamp(cast)
    assert Matter.objects.get(pk=matter.pk).urgency == "ordinary"


def test_corrected_words_are_read_anew(cast: Cast) -> None:
    matter = lamp(cast)
    flow.correct(matter, cast.dispatcher, "听错了", title="燃气泄漏", narrative="楼道里煤气味很浓，燃气泄漏，快来人")
    hear()
    now = Matter.objects.get(pk=matter.pk)
    assert (now.urgency, now.police) == ("emergency", "sent")
    said = advice.of(matter)
    assert said is not None
    assert said.raised
    assert said.dangers[0][0] == "gas"
    assert found(LAMP) == []


# ---- known already ------------------------------------------------------------------------------------------------


def test_merged_refused_and_erased_matters_are_not_offered(cast: Cast) -> None:
    first, second, third = lamp(cast), lamp(cast), lamp(cast)
    assert set(found(LAMP)) == {first.pk, second.pk, third.pk}
    flow.merge(second, cast.dispatcher, first, "同一路灯")
    flow.erase_words(third, ADMIN, "本人申请")
    hear()
    assert found(LAMP) == [first.pk]
    gone = Advice.objects.get(matter=third.pk)
    assert (gone.words, gone.place_words, gone.dangers, gone.twins) == ([], [], [], [])
    flow.unmerge(second, cast.dispatcher)
    flow.refuse(first, cast.dispatcher, "重复", "已并入他件")
    hear()
    assert found(LAMP) == [second.pk]


def test_closed_long_ago_is_not_offered(cast: Cast) -> None:
    matter = lamp(cast, person=None, nature="consult")
    lead = matter.orders.get(role="lead")
    for order in (*matter.orders.filter(role="helper"), lead):
        by = Actor(role="clerk", body=order.body_id)
        flow.sign(order, by)
        flow.contact(order, by)
        flow.finish(order, by, "已修复")
    flow.reply(matter, cast.seat, "已修复")
    flow.close(matter, cast.arbiter)
    assert found(LAMP) == [matter.pk]
    with clock.at(clock.now() + timedelta(days=31)):
        assert found(LAMP) == []
        assert known.findable(clock.now()).filter(pk=matter.pk).exists()
    assert not known.findable(clock.now() + timedelta(days=401)).filter(pk=matter.pk).exists()


def test_a_confidential_matter_is_offered_to_the_desk_only(cast: Cast) -> None:
    matter = lamp(cast, confidential=True)
    assert found(LAMP) == []
    assert found(LAMP, confidential=True) == [matter.pk]


def test_without_an_index_nothing_is_known(cast: Cast) -> None:
    assert found(LAMP) == []
    assert found("") == []


def test_the_follower_takes_in_what_another_host_was_told(cast: Cast, settings: Any, tmp_path: Path) -> None:
    follower = known.Follower()
    assert follower.turn() == 0  # builds the index of this host
    settings.VAR = tmp_path / "other"
    matter = lamp(cast)
    assert found(LAMP) == [matter.pk]
    settings.VAR = tmp_path
    known._done.clear()
    assert found(LAMP) == []
    assert follower.turn() == 1
    assert found(LAMP) == [matter.pk]
    assert follower.turn() == 0
    follower.end()


def test_what_went_into_the_old_index_while_a_new_one_was_built_is_taken_in_again(cast: Cast) -> None:
    follower = known.Follower()
    follower.turn()
    lamp(cast)
    assert follower.turn() == 0
    known.rebuild()
    assert follower.turn() == 1
    follower.end()


# ---- switched off, measured ---------------------------------------------------------------------------------------


def test_a_kind_can_be_switched_off_by_who_looks_after_the_house(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        advice.switch("onekey.facility", False, cast.dispatcher)
    with pytest.raises(UnknownKind):
        advice.switch("onekey.nobody", False, cast.supervisor)
    before = advice.of(lamp(cast))
    advice.switch("onekey.facility", False, cast.supervisor)
    assert advice.switched_off() == {"onekey.facility"}
    assert Switch.objects.get().post == cast.supervisor.post
    after = advice.of(lamp(cast))
    assert before is not None
    assert after is not None
    assert before.kind == "onekey.facility"
    assert before.body
    assert (after.kind, after.body, after.words) == ("", "", [])
    advice.switch("onekey.facility", True, cast.supervisor)
    assert advice.switched_off() == frozenset()


def test_what_became_of_it_is_counted(cast: Cast) -> None:
    since = clock.now() - timedelta(hours=1)
    lamp(cast)
    moved = lamp(cast)
    taken = lamp(cast, kind="onekey.road")
    report(cast, kind="onekey.other", title="asdf", narrative="qwer zxcv")
    flow.reclassify(moved, cast.dispatcher, "onekey.power", "属供电")
    flow.reclassify(taken, cast.dispatcher, "onekey.facility", "属公共设施")
    hear()
    rows = {row.kind: row for row in advice.measured(since)}
    lamps = rows["onekey.facility"]
    # The first is still at work: nobody has said yet whether its kind is right.
    assert (lamps.made, lamps.accepted, lamps.corrected, lamps.title) == (3, 1, 1, "公共设施")
    assert rows["onekey.other"].left_open == 1
    (version,) = advice.measured_by_version(since)
    assert (version.made, version.left_open) == (3, 1)


# ---- hot issues ---------------------------------------------------------------------------------------------------


def issue(matters: list[Matter], *, people: int, heat: float, number: str = "H20261124-1") -> Issue:
    at = matters[0].reported_at
    return Issue(
        number=number, name="湘南公寓 车库进水", place="湘南公寓", first=at, last=at, people=people, trend="rising",
        members=tuple(str(m.pk) for m in matters), recent=people, earlier=0, heat=heat, why="热度",
        words=("车库", "进水"),
    )  # fmt: skip


def test_a_new_hot_issue_alerts_once_until_somebody_looks(cast: Cast) -> None:
    matters = [lamp(cast) for _ in range(3)]
    now = clock.now()
    assert len(hotspots.keep([issue(matters, people=6, heat=8.0)], now)) == 1
    (row,) = advice.hot()
    assert row.new
    assert row.name == "湘南公寓 车库进水"
    assert {m.pk for m in row.matters()} == {m.pk for m in matters}
    noted = [m for m in matters if Matter.objects.get(pk=m.pk).journal.filter(verb="note").exists()]
    assert len(noted) == 1
    with pytest.raises(NotAllowed):
        advice.look_at(row.number, cast.resident)
    advice.look_at(row.number, cast.leader)
    assert hotspots.keep([issue(matters, people=7, heat=9.0)], now) == []
    (row,) = advice.hot()
    assert (row.new, row.seen_post, row.people) == (False, cast.leader.post, 7)
    assert hotspots.before()[0].number == "H20261124-1"
    hotspots.keep([], now)
    assert advice.hot() == []
    assert not HotMember.objects.exists()
    assert HotIssue.objects.count() == 1


def test_an_issue_names_nobody_and_forgets_erased_words(cast: Cast) -> None:
    told = "举报张伟拖欠工资，张伟欠我们三个月工资，电话13800000000"
    matters = [report(cast, kind="onekey.facility", title="举报张伟拖欠工资", narrative=told) for _ in range(3)]
    found = replace(issue(matters, people=3, heat=2.0), name="湘南公寓 张伟 拖欠工资", words=("张伟", "拖欠工资"))
    hotspots.keep([found], clock.now())
    (row,) = advice.hot()
    assert (row.title, row.words) == ("湘南公寓 拖欠工资", ["拖欠工资"])
    flow.erase_words(matters[0], ADMIN, "本人申请")
    hear()
    (row,) = advice.hot()
    assert (row.words, "拖欠" in row.title) == ([], False)
    hotspots.keep([found], clock.now())
    hotspots.keep([], clock.now())
    assert HotIssue.objects.get().title == ""


def test_a_small_or_lukewarm_issue_alerts_nobody(cast: Cast) -> None:
    matters = [lamp(cast), lamp(cast)]
    assert hotspots.keep([issue(matters, people=2, heat=9.0)], clock.now()) == []
    assert not advice.hot()[0].new


def test_hot_issues_are_counted_from_the_matters_of_the_month(cast: Cast) -> None:
    for n in range(6):
        report(
            cast, title="湘南公寓地下车库进水", narrative=f"湘南公寓地下车库又进水了，水很深，第{n}次。", person=None,
            lat=None, lon=None, area=areas.tree().areas[areas.tree().grid_at(30.7856, 120.8330)].code,
        )  # fmt: skip
    lamp(cast, lat=ELSEWHERE[0], lon=ELSEWHERE[1], confidential=True)
    hotspots.count(wait=True)
    (row,) = advice.hot()
    assert row.size == 6
    assert "车库" in row.name
    number = row.number
    report(cast, title="湘南公寓地下车库进水", narrative="湘南公寓地下车库进水，业主们都很着急。", person=None)
    hotspots.count(wait=True)
    (row,) = advice.hot()
    assert (row.number, row.size) == (number, 7)


def test_a_large_city_is_counted_in_a_process_of_its_own() -> None:
    at = datetime(2026, 11, 1, 9, 0, tzinfo=clock.TZ)
    told = [
        Message(ident=str(n), at=at, text=f"湘南公寓地下车库进水\n湘南公寓地下车库又进水了，第{n}回", person=str(n))
        for n in range(5)
    ]
    assert counting.count(told, [], at) == hot.issues(told, now=at)


def test_typing_is_answered_by_the_form_s_own_measure() -> None:
    assert near.FORM < near.DESK
