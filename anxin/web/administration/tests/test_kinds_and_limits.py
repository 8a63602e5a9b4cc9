"""Kinds, limits, days and channels: what is decided on the desk counts from its day on, for what begins then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from anxin.kernel import bodies, changes, clock, flow, house, notices, registry, replay, telling
from anxin.kernel.calendar import house_calendar
from anxin.kernel.errors import UnknownKind
from anxin.kernel.house import CalendarMark, LimitVersion
from anxin.kernel.notices import Delivery
from anxin.web import words
from anxin.web.administration.tests.admin_client import Administrator, plain
from anxin.web.tests.desk_client import Forms
from tests.cast import Cast, body, garage

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.TZ)
NEW_YEAR = date(2027, 1, 1)


# ---- limits -------------------------------------------------------------------------------------------------------


def test_a_limit_gets_a_new_version_and_running_clocks_keep_theirs(cast: Cast) -> None:
    """The garage of today keeps 24 hours; the one of next year has 12; the journal still agrees."""
    with clock.at(NOW) as now:
        old = flow.report(garage(), cast.resident)
        gao = Administrator()
        said = gao.change(
            "new_limit", "handle.timely", amount="12", day="2027-01-01", source="嘉政办发〔2026〕12号第三条",
            provenance="LAW", reason="新规定",
        )  # fmt: skip
        assert "1 个正在走的计时保持开始时的版本" in said
        assert "供水排水积水" in said
        assert "例：2027-01-01 09:00 开始的，截止 2027-01-01 21:00，原为 2027-01-02 09:00" in said
        assert registry.rule("handle.timely", now.moment).limit.amount == 24
        (row,) = LimitVersion.objects.all()
        assert (row.version, row.pause_amount) == ("2027-01-01", 30)
        now.advance(timedelta(days=40))
        new = flow.report(garage(), cast.resident)
        whole = {c.rule: c for change in (old, new) for c in change.clocks if c.code == "handle.timely"}
        assert set(whole) == {"handle.timely@1", "handle.timely@2027-01-01"}
        assert whole["handle.timely@2027-01-01"].due_at - new.matter.reported_at == timedelta(hours=12)
        replay.check(raise_on_difference=True)
        page = plain(gao_later(gao, "limit", "handle.timely"))
        assert "嘉政办发〔2026〕12号第三条" in page


def gao_later(gao: Administrator, name: str, *args: object) -> str:
    """A page, after signing in anew (the shift is over)."""
    gao.sign_in("gao.yang")
    return gao.read(reverse(f"administration:{name}", args=list(args)))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"amount": "0"}, "大于零的整数"),
        ({"amount": "三"}, "须是大于零的整数"),
        ({"amount": "99999", "unit": "day"}, "不超过一百年"),
        ({"day": "2026-11-24"}, "须是明天或以后"),
        ({"day": "2026-02-30"}, "日期"),
        ({"source": ""}, ""),
        ({"pause_amount": "-3"}, "须是大于零的整数"),
        ({"source": "出处\x00"}, ""),
    ],
)
def test_a_limit_that_cannot_be(cast: Cast, typed: dict[str, str], why: str) -> None:
    """Said at the field; the rest stays as typed."""
    with clock.at(NOW):
        gao = Administrator()
        base = {"amount": "12", "day": "2027-01-01", "source": "文件", "reason": "新规定"}
        assert why in gao.preview("new_limit", "handle.timely", status=400, **{**base, **typed})
        assert gao.last[1]["reason"] == "新规定"
        assert not LimitVersion.objects.exists()


def test_a_version_is_taken_back_before_its_day_only(cast: Cast) -> None:
    """Taken back it never counts; on its day it is too late. Its name is not used again."""
    with clock.at(NOW) as now:
        gao = Administrator()
        typed = {"amount": "12", "day": "2027-01-01", "source": "文件", "provenance": "LAW"}
        gao.change("new_limit", "handle.timely", **typed)
        assert "已有一个版本" in gao.preview("new_limit", "handle.timely", **typed, status=400)
        first = LimitVersion.objects.get()
        said = gao.change("withdraw", "handle.timely", first.pk, reason="文件撤销")
        assert "2027-01-01 起仍是：24 小时" in said
        gao.change("new_limit", "handle.timely", **{**typed, "amount": "6"})
        assert sorted(LimitVersion.objects.values_list("version", flat=True)) == ["2027-01-01", "2027-01-01.2"]
        now.advance(timedelta(days=40))
        assert registry.rule("handle.timely", now.moment).limit.amount == 6
        gao.sign_in("gao.yang")
        second = LimitVersion.objects.get(version="2027-01-01.2")
        assert "不能撤回" in gao.preview("withdraw", "handle.timely", second.pk, status=400)


# ---- days ---------------------------------------------------------------------------------------------------------

YEAR = """2027-01-01..2027-01-03 休 元旦
2027-02-05..2027-02-11 休 春节
2027-02-14 班 春节
2027-04-05 休 清明节"""


def test_the_official_year_replaces_the_guess_and_running_clocks_keep_theirs(cast: Cast) -> None:
    """Before and after; the clock of today keeps the calendar it began under; the journal still agrees."""
    with clock.at(datetime(2027, 2, 3, 9, 0, tzinfo=clock.TZ)) as now:
        old = flow.report(garage(kind="onekey.parking"), cast.resident)
        guess = next(c.due_at for c in old.clocks if c.code == "feedback.department")
        assert clock.last_day(guess) == date(2027, 2, 12), "three working days: the 4th, 11th, 12th"
        gao = Administrator()
        said = gao.change(
            "calendar_act", 2027, lines=YEAR, published="on", source="国办发明电〔2026〕7号", reason="年度安排"
        )
        assert "2027-02-14 改为上班" in said
        assert "个正在走的计时在这段时间前后到期，保持开始时的日历" in said
        assert not house_calendar().provisional(2027)
        assert house_calendar(old.matter.reported_at).provisional(2027)
        now.advance(timedelta(minutes=1))
        new = flow.report(garage(kind="onekey.parking"), cast.resident)
        due = next(c.due_at for c in new.clocks if c.code == "feedback.department")
        assert clock.last_day(due) == date(2027, 2, 14), "the 4th, the 12th, the 14th made up"
        replay.check(raise_on_difference=True)
        assert "年度安排" in plain(gao.read(reverse("administration:calendar", args=[2027])))


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("元旦放假", "第 1 行"),
        ("2027-01-01 休 元旦\n2027-13-01 休 节", "第 2 行：没有这个日期"),
        ("2027-01-03..2027-01-01 休 元旦", "截止早于起始"),
        ("2026-01-01 休 元旦", "不在 2027 年"),
        ("2027-01-01 休 元旦\n2027-01-01 班 元旦", "写了两次"),
        ("2027-01-01..2027-03-01 休 元旦", "请核对"),
        ("2027-01-01 休", "请写节日名称"),
        ("", "请至少填一行"),
    ],
)
def test_days_that_cannot_be(cast: Cast, lines: str, why: str) -> None:
    """Each wrong line with its number."""
    gao = Administrator()
    assert why in gao.preview("calendar_act", 2027, lines=lines, source="国办", status=400)
    assert not CalendarMark.objects.exists()


# ---- kinds --------------------------------------------------------------------------------------------------------


def test_a_kind_is_closed_and_no_report_is_turned_away(cast: Cast) -> None:
    """From its day on what comes as 停车 is taken in as 市容环卫, by whatever door."""
    with clock.at(NOW) as now:
        gao = Administrator()
        before = flow.report(garage(kind="onekey.parking"), cast.resident).matter
        said = gao.change("kind_act", "onekey.parking", "shut", day="2026-12-01", instead="onekey.sanitation")
        assert "1 件未办结事项仍按原类别办完" in said
        assert flow.report(garage(kind="onekey.parking"), cast.resident).matter.kind == "onekey.parking"
        now.advance(timedelta(days=8))
        after = flow.report(garage(kind="onekey.parking", channel="hotline"), cast.hotline).matter
        assert (before.kind, after.kind) == ("onekey.parking", "onekey.sanitation")
        assert "onekey.parking" not in house.open_kinds()
        gao.sign_in("gao.yang")
        circle = {"day": "2026-12-10", "instead": "onekey.parking"}
        gao.preview("kind_act", "onekey.sanitation", "shut", **circle, status=400)
        gao.change("kind_act", "onekey.parking", "reopen")
        assert flow.report(garage(kind="onekey.parking"), cast.resident).matter.kind == "onekey.parking"
        with pytest.raises(UnknownKind):
            house.kind_for("onekey.nobody")


def test_a_kind_is_called_otherwise(cast: Cast) -> None:
    """Only its name; the code stays."""
    gao = Administrator()
    gao.change("kind_act", "onekey.parking", "call", name="停车秩序", name_en="Parking order")
    assert house.title(registry.kind("onekey.parking")) == "停车秩序"
    assert words.kind("onekey.parking") == "停车秩序"
    assert house.title(registry.kind("onekey.parking"), english=True) == "Parking order"
    assert changes.of("kind", "onekey.parking")[0].after["title"] == "停车秩序"


def test_who_leads_in_a_town_is_set_from_a_day_on(cast: Cast) -> None:
    """In 七星街道 the enforcement bureau leads parking, the command room helps; elsewhere the rule stays."""
    with clock.at(NOW) as now:
        gao = Administrator()
        typed = {"area": "330402015", "lead": "330402.enforcement", "day": "2026-12-01"}
        typed["helpers"] = "330402015.command 现场配合"
        path, fields = gao.open("kind_act", "onekey.parking", "route")
        fields.pop("declared")
        page = gao.client.post(path, {**fields, **typed, "do": "preview"}).content.decode()
        said = plain(page)
        assert "七星街道综合信息指挥室" in said
        assert "南湖区综合行政执法局 主办时的时限" in said
        confirmed = {**Forms(page).forms[path], "do": "confirm"}
        confirmed.pop("declared", None)
        assert gao.client.post(path, confirmed).status_code == 303
        assert flow.report(garage(kind="onekey.parking"), cast.resident).matter.lead == body("330402015.command")
        now.advance(timedelta(days=8))
        change = flow.report(garage(kind="onekey.parking"), cast.resident)
        named = {order.role: bodies.directory().by_id[order.body_id].code for order in change.orders}
        assert named == {"lead": "330402.enforcement", "helper": "330402015.command"}
        gao.sign_in("gao.yang")
        row = house.Routing.objects.get()
        gao.change("end_routing", "onekey.parking", row.pk)
        assert flow.report(garage(kind="onekey.parking"), cast.resident).matter.lead == body("330402015.command")


def test_a_route_that_cannot_be(cast: Cast) -> None:
    """Unknown area or body; nothing that differs from the rule."""
    gao = Administrator()
    assert "没有这个单位" in gao.preview("kind_act", "onekey.parking", "route", lead="nobody", status=400)
    typed = {"area": "月球", "lead": "330402.water"}
    assert "没有这个区域" in gao.preview("kind_act", "onekey.parking", "route", **typed, status=400)
    assert "没有要改的" in gao.preview("kind_act", "onekey.parking", "route", status=400)


# ---- channels -----------------------------------------------------------------------------------------------------


def test_a_channel_is_held_back_and_let_go_again(cast: Cast) -> None:
    """Nothing is lost: what was queued meanwhile goes out afterwards. No secret stands on a page."""
    gao = Administrator()
    notices.queue("hotline", "hotline:story", {"event": "order.signed"}, clock.now())
    said = gao.change("channel_act", "hotline")
    assert "现在等待 1 条" in said
    telling.deliver()
    assert Delivery.objects.get(key="hotline:story").tries == 0, "nobody tried to send it"
    for name in ("channels", "channel"):
        page = gao.read(reverse(f"administration:{name}", args=["hotline"] if name == "channel" else []))
        assert settings.CHANNEL_SECRETS["hotline"] not in page
        assert "暂停投递" in page
    gao.change("channel_act", "hotline")
    telling.deliver()
    assert Delivery.objects.get(key="hotline:story").tries == 1
    assert [line.after for line in changes.of("channel", "hotline")] == [{"on": True}, {"on": False}]
