"""The clock: counted by hand on known calendars, and against a slow day-by-day count on random ones."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxin.kernel import clock
from anxin.kernel.calendar import calendar_of_file, months_after
from anxin.kernel.clock import TZ, Calendar, Limit, Pause, Rule, Unit
from anxin.kernel.errors import PauseTooLong, UnknownRule

FAST = settings(
    max_examples=120,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
HOLIDAYS = Calendar()


def on(text: str) -> datetime:
    """A moment in Asia/Shanghai; 24:00 may be written."""
    if text.endswith("24:00"):
        return datetime.fromisoformat(text[:-5] + "00:00").replace(tzinfo=TZ) + timedelta(days=1)
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def limit(amount: int, unit: str) -> Limit:
    return Limit(amount=amount, unit=Unit(unit))


def hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


# --- what moment it is ---


def test_now_is_aware_and_inside_at_it_is_what_was_set() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    noon = on("2026-07-01 12:00")
    with clock.at(noon) as virtual:
        assert clock.now() == noon
        assert clock.now().tzinfo is UTC
        virtual.advance(timedelta(minutes=3))
        assert clock.now() == noon + timedelta(minutes=3)
        with clock.at(on("2025-01-01 00:00")):
            assert clock.now().year == 2024  # in UTC
        virtual.advance(timedelta(minutes=1))
        assert clock.really() > clock.now() - timedelta(days=4000)
        assert clock.now() == noon + timedelta(minutes=4)
    assert clock.now() > noon - timedelta(days=4000)
    assert clock.now() != noon + timedelta(minutes=4)


def test_the_set_moment_stays_in_its_thread() -> None:
    seen: list[datetime] = []
    with clock.at(on("2010-01-01 00:00")):
        other = threading.Thread(target=lambda: seen.append(clock.now()))
        other.start()
        other.join()
    assert seen[0].year > 2020


def test_a_clock_does_not_run_backwards() -> None:
    with clock.at(on("2026-07-01 12:00")) as virtual, pytest.raises(ValueError, match="backwards"):
        virtual.advance(timedelta(seconds=-1))


def test_the_moment_is_given_back_when_something_fails_inside() -> None:
    with pytest.raises(KeyError), clock.at(on("2010-01-01 00:00")):
        raise KeyError
    assert clock.now().year > 2020


# --- tables counted by hand ---


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        # exact units, across midnight, holidays and the end of the year
        ("2026-09-30 23:59:30", 15, "second", "2026-09-30 23:59:45"),
        ("2026-09-30 23:58", 3, "minute", "2026-10-01 00:01"),
        ("2026-12-31 23:45", 30, "minute", "2027-01-01 00:15"),
        ("2026-02-16 08:00", 24, "hour", "2026-02-17 08:00"),
        # five working days from a Friday, a Monday, a Saturday, a Sunday; first and last second of a day
        ("2026-07-03 16:00", 5, "workday", "2026-07-10 24:00"),
        ("2026-07-06 09:00", 5, "workday", "2026-07-13 24:00"),
        ("2026-07-04 09:00", 5, "workday", "2026-07-10 24:00"),
        ("2026-07-05 09:00", 5, "workday", "2026-07-10 24:00"),
        ("2026-07-06 00:00", 1, "workday", "2026-07-07 24:00"),
        ("2026-07-06 23:59:59", 1, "workday", "2026-07-07 24:00"),
        # Spring Festival 2026: rest 15 to 23 February, worked on Saturday 14 and Saturday 28
        ("2026-02-13 17:00", 1, "workday", "2026-02-14 24:00"),
        ("2026-02-13 17:00", 5, "workday", "2026-02-27 24:00"),
        ("2026-02-13 17:00", 6, "workday", "2026-02-28 24:00"),
        ("2026-02-14 17:00", 1, "workday", "2026-02-24 24:00"),
        ("2026-02-27 17:00", 1, "workday", "2026-02-28 24:00"),
        ("2026-02-18 10:00", 2, "workday", "2026-02-25 24:00"),
        # National Day 2026: rest 1 to 7 October, worked on Sunday 20 September and Saturday 10 October
        ("2026-09-18 10:00", 1, "workday", "2026-09-20 24:00"),
        ("2026-09-30 10:00", 1, "workday", "2026-10-08 24:00"),
        ("2026-09-30 10:00", 3, "workday", "2026-10-10 24:00"),
        ("2026-09-30 10:00", 4, "workday", "2026-10-12 24:00"),
        # year end: 1 to 3 January 2026 rest, Sunday 4 January worked
        ("2025-12-31 10:00", 1, "workday", "2026-01-04 24:00"),
        ("2025-12-29 10:00", 5, "workday", "2026-01-06 24:00"),
        # calendar days: the last day is moved only if it is a rest day
        ("2026-07-06 09:00", 7, "day", "2026-07-13 24:00"),
        ("2026-07-03 09:00", 1, "day", "2026-07-06 24:00"),
        ("2026-07-04 09:00", 7, "day", "2026-07-13 24:00"),
        ("2026-02-10 09:00", 7, "day", "2026-02-24 24:00"),
        ("2026-02-10 09:00", 15, "day", "2026-02-25 24:00"),
        ("2026-02-07 09:00", 7, "day", "2026-02-14 24:00"),
        ("2026-09-16 09:00", 15, "day", "2026-10-08 24:00"),
        ("2026-01-02 09:00", 1, "day", "2026-01-04 24:00"),
    ],
)
def test_due_table(start: str, amount: int, unit: str, due: str) -> None:
    assert clock.due(on(start), limit(amount, unit), calendar=HOLIDAYS) == on(due)


@pytest.mark.parametrize(
    ("amount", "unit", "pauses", "due"),
    [  # all start on Monday 6 July 2026, 9:00
        (3, "minute", [("2026-07-06 09:01", "2026-07-06 09:11")], "2026-07-06 09:13"),
        (3, "minute", [("2026-07-06 09:03", "2026-07-06 09:11")], "2026-07-06 09:03"),
        (24, "hour", [("2026-07-06 08:00", "2026-07-06 10:00")], "2026-07-07 10:00"),
        (24, "hour", [("2026-07-06 10:00", "2026-07-06 12:00"), ("2026-07-07 10:59", "2026-07-07 11:00")],
         "2026-07-07 11:01"),
        (24, "hour", [("2026-07-06 10:00", "2026-07-06 12:00"), ("2026-07-06 11:00", "2026-07-06 13:00")],
         "2026-07-07 12:00"),
        # within one day nothing is lost, over one midnight one day; a pause up to 24:00 loses that day
        (5, "workday", [("2026-07-07 09:00", "2026-07-07 17:00")], "2026-07-13 24:00"),
        (5, "workday", [("2026-07-07 17:00", "2026-07-08 09:00")], "2026-07-14 24:00"),
        (5, "workday", [("2026-07-07 17:00", "2026-07-07 24:00")], "2026-07-14 24:00"),
        (5, "workday", [("2026-07-06 24:00", "2026-07-07 09:00")], "2026-07-13 24:00"),
        (5, "workday", [("2026-07-13 24:00", "2026-07-30 09:00")], "2026-07-13 24:00"),
        # a pause on the starting day costs nothing, nor does one over a weekend
        (5, "workday", [("2026-07-06 09:30", "2026-07-07 08:00")], "2026-07-13 24:00"),
        (5, "workday", [("2026-07-10 24:00", "2026-07-13 08:00")], "2026-07-13 24:00"),
        (5, "workday", [("2026-07-10 16:00", "2026-07-13 08:00")], "2026-07-14 24:00"),
        # the last day is the 12th, a Sunday, moved to the 13th; the 13th is paused, so it is the 14th
        (6, "day", [("2026-07-13 09:00", "2026-07-14 09:00")], "2026-07-14 24:00"),
        (6, "day", [("2026-07-07 09:00", "2026-07-08 09:00")], "2026-07-13 24:00"),
        (6, "day", [("2026-07-07 09:00", "2026-07-09 09:00")], "2026-07-14 24:00"),
    ],
)  # fmt: skip
def test_due_with_pauses(amount: int, unit: str, pauses: list[tuple[str, str]], due: str) -> None:
    spans = [(on(p), on(r)) for p, r in pauses]
    assert clock.due(on("2026-07-06 09:00"), limit(amount, unit), spans, HOLIDAYS) == on(due)
    assert clock.due(on("2026-07-06 09:00"), limit(amount, unit), spans[::-1], HOLIDAYS) == on(due)


def test_an_open_pause_counts_up_to_asof_else_as_nothing_yet() -> None:
    start, three = on("2026-07-06 09:00"), limit(3, "hour")
    pause = [(on("2026-07-06 10:00"), None)]
    assert clock.due(start, three, pause) == on("2026-07-06 12:00")
    assert clock.due(start, three, pause, asof=on("2026-07-06 14:00")) == on("2026-07-06 16:00")
    assert clock.due(start, three, pause, asof=on("2026-07-06 09:30")) == on("2026-07-06 12:00")


@pytest.mark.parametrize(
    ("amount", "unit", "half", "most"),
    [  # all start on Monday 6 July 2026, 9:00
        (30, "minute", "2026-07-06 09:15", "2026-07-06 09:24"),
        (24, "hour", "2026-07-06 21:00", "2026-07-07 04:12"),
        (5, "workday", "2026-07-09 12:00", "2026-07-10 24:00"),
        (1, "workday", "2026-07-07 12:00", "2026-07-07 19:12"),
        (10, "workday", "2026-07-13 24:00", "2026-07-16 24:00"),
        (10, "day", "2026-07-11 24:00", "2026-07-14 24:00"),
        (5, "day", "2026-07-09 12:00", "2026-07-10 24:00"),  # ends on Monday, as the 11th is a Saturday
    ],
)
def test_rings_table(amount: int, unit: str, half: str, most: str) -> None:
    start, one = on("2026-07-06 09:00"), limit(amount, unit)
    assert clock.rings(start, one) == (on(half), on(most), clock.due(start, one))


def test_a_ring_inside_a_pause_comes_at_its_end() -> None:
    start, pause = on("2026-07-06 09:00"), [(on("2026-07-09 09:00"), on("2026-07-09 15:00"))]
    half, most, due = clock.rings(start, limit(5, "workday"), pause)
    assert (half, most, due) == (on("2026-07-09 15:00"), on("2026-07-10 24:00"), on("2026-07-13 24:00"))
    half, most, due = clock.rings(start, limit(10, "hour"), [(on("2026-07-06 12:00"), on("2026-07-06 20:00"))])
    assert (half, most, due) == (on("2026-07-06 22:00"), on("2026-07-07 01:00"), on("2026-07-07 03:00"))


def test_the_day_to_print_is_the_day_that_ends() -> None:
    due = clock.due(on("2026-07-03 16:00"), limit(5, "workday"))
    assert due.tzinfo is UTC
    assert clock.local_day(due) == date(2026, 7, 11)
    assert clock.last_day(due) == date(2026, 7, 10)


def test_the_day_is_the_day_in_shanghai_whatever_zone_the_moment_is_written_in() -> None:
    one = limit(1, "workday")
    assert clock.due(datetime(2026, 7, 5, 16, 30, tzinfo=UTC), one) == on("2026-07-07 24:00")
    assert clock.due(datetime(2026, 7, 5, 15, 30, tzinfo=UTC), one) == on("2026-07-06 24:00")


# --- limits and rules ---


def test_limits_speak_chinese() -> None:
    said = [
        str(limit(n, unit)) for n, unit in ((15, "second"), (3, "minute"), (24, "hour"), (7, "day"), (5, "workday"))
    ]
    assert said == ["15 秒", "3 分钟", "24 小时", "7 天", "5 个工作日"]


@pytest.mark.parametrize(
    ("amount", "unit"), [(0, "day"), (-1, "hour"), (36501, "workday"), (True, "day"), (10**12, "second")]
)
def test_impossible_limits_are_refused(amount: int, unit: str) -> None:
    with pytest.raises(clock.BadLimit):
        limit(amount, unit)


def a_rule(version: str, days: int, effective: date, until: date | None = None, code: str = "hotline.answer") -> Rule:
    return Rule(
        code=code, version=version, limit=limit(days, "workday"), effective=effective, until=until,
        source="潍坊条例第20条", provenance="LAW:WF art.20",
    )  # fmt: skip


def test_the_version_in_force_on_the_day_is_taken() -> None:
    rules = [
        a_rule("2", 5, date(2024, 1, 1)),
        a_rule("1", 7, date(2020, 1, 1), date(2024, 1, 1)),
        a_rule("1", 1, date(2020, 1, 1), date(2022, 1, 1), code="hotline.ask"),
    ]
    assert clock.rule_on(rules, "hotline.answer", date(2023, 12, 31)).stamp == "hotline.answer@1"
    assert clock.rule_on(rules, "hotline.answer", date(2024, 1, 1)).stamp == "hotline.answer@2"
    assert clock.rule_on([*rules, a_rule("3", 3, date(2025, 1, 1))], "hotline.answer", date(2026, 1, 1)).version == "3"
    for code, day in (
        ("hotline.answer", date(2019, 1, 1)),
        ("hotline.ask", date(2022, 1, 1)),
        ("x", date(2024, 1, 1)),
    ):
        with pytest.raises(UnknownRule):
            clock.rule_on(rules, code, day)


def test_a_rule_needs_its_paper() -> None:
    with pytest.raises(clock.BadRule):
        a_rule("", 5, date(2024, 1, 1))
    with pytest.raises(clock.BadRule):
        a_rule("1", 5, date(2024, 1, 1), date(2024, 1, 1))


# --- the calendar ---


def test_known_days() -> None:
    assert HOLIDAYS.workday(date(2026, 2, 14))
    assert HOLIDAYS.workday(date(2026, 10, 10))
    assert not HOLIDAYS.workday(date(2026, 10, 8) - timedelta(days=1))
    assert HOLIDAYS.name(date(2026, 2, 17)) == "春节"
    assert HOLIDAYS.name(date(2026, 2, 14)) == "春节调休上班"
    assert HOLIDAYS.name(date(2026, 7, 6)) == ""
    assert HOLIDAYS.rests(date(2026, 9, 20), date(2026, 10, 8)) == ["中秋", "国庆节"]
    assert not HOLIDAYS.provisional(2026)


def test_a_year_without_an_official_arrangement_is_provisional_but_usable() -> None:
    assert HOLIDAYS.provisional(2040)
    assert not HOLIDAYS.workday(date(2040, 10, 1))
    reading = clock.remaining(
        on("2040-09-28 09:00"), limit(5, "workday"), calendar=HOLIDAYS, moment=on("2040-09-28 10:00")
    )
    assert reading.provisional
    assert clock.last_day(reading.due) > date(2040, 10, 5)


@pytest.mark.parametrize("day", [date(2003, 12, 30), date(2100, 1, 1)])
def test_beyond_the_calendar_is_an_error_not_a_guess(day: date) -> None:
    with pytest.raises(clock.OutsideCalendar):
        HOLIDAYS.workday(day)
    with pytest.raises(clock.OutsideCalendar):
        clock.due(datetime.combine(day, time(9), TZ), limit(1, "workday"), calendar=HOLIDAYS)


@pytest.mark.parametrize("year", [1, 9999])
def test_moments_of_other_ages_are_refused(year: int) -> None:
    with pytest.raises(clock.OutsideCalendar):
        clock.due(datetime(year, 1, 1, tzinfo=TZ), limit(1, "hour"))


TOML = """
published = [2040]
[[day]]
date = 2040-09-30
as = "work"
name = "国庆节调休上班"
source = "演示通知"
[[day]]
date = 2040-10-01
as = "rest"
name = "国庆节"
source = "演示通知"
[[day]]
date = 2026-07-08
as = "rest"
name = "台风停工"
source = "演示通知"
"""
CSV = """date,as,name,source
2040,published,,演示通知
2040-09-30,work,国庆节调休上班,演示通知
2040-10-01,rest,国庆节,演示通知
2026-07-08,rest,台风停工,演示通知
"""


@pytest.mark.parametrize(("name", "text"), [("days.toml", TOML), ("days.csv", "\ufeff" + CSV)])
def test_days_from_a_file_win_and_a_published_year_is_what_the_file_says(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    calendar = Calendar.read(tmp_path / name)
    assert not calendar.provisional(2040)
    assert calendar.workday(date(2040, 9, 30))  # a Sunday
    assert not calendar.workday(date(2040, 10, 1))
    assert calendar.workday(date(2040, 10, 2))  # no guess left
    assert calendar.name(date(2026, 7, 8)) == "台风停工"
    assert clock.due(on("2026-07-06 09:00"), limit(5, "workday"), calendar=calendar) == on("2026-07-14 24:00")
    assert HOLIDAYS.workday(date(2026, 7, 8))
    assert calendar.edition != HOLIDAYS.edition
    assert calendar.edition == Calendar.read(tmp_path / name).edition


def test_both_forms_of_the_file_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    assert Calendar.read(tmp_path / "a.toml").edition == Calendar.read(tmp_path / "a.csv").edition


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a.csv", "date,as,name,source\n2026-07-08,rest,a,b\n2026-13-01,rest,a,b\n", "第 2 条"),
        ("a.csv", "date,as,name,source\n2026-07-08,holiday,a,b\n", "第 1 条"),
        ("a.csv", "day,kind\n2026-07-08,rest\n", "第 1 条"),
        ("a.csv", "date,as,name,source\n2026-07-08,rest,a,b\n2026-07-08,work,a,b\n", "2026-07-08"),
        ("a.toml", "published = 2027", "a.toml"),
        ("a.toml", "[[day", "a.toml"),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, name: str, text: str, where: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(clock.BadCalendar) as told:
        Calendar.read(tmp_path / name)
    assert where in told.value.detail


def test_the_house_calendar_reads_the_file_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "days.csv").write_text(CSV, encoding="utf-8")
    monkeypatch.setenv("ANXIN_CALENDAR", str(tmp_path / "days.csv"))
    calendar_of_file.cache_clear()
    try:
        assert not clock.house_calendar().workday(date(2026, 7, 8))
        assert clock.due(on("2026-07-06 09:00"), limit(5, "workday")) == on("2026-07-14 24:00")
        monkeypatch.setenv("ANXIN_CALENDAR", str(tmp_path / "gone.csv"))
        calendar_of_file.cache_clear()
        with pytest.raises(clock.BadCalendar):
            clock.house_calendar()
    finally:
        calendar_of_file.cache_clear()


def test_many_threads_may_grow_one_calendar() -> None:
    calendar, days = Calendar(), [date(year, 6, 15) for year in range(2005, 2060, 3)]
    wrong: list[date] = []

    def ask() -> None:
        wrong.extend(day for day in days[::-1] if calendar.workday(day) != HOLIDAYS.workday(day))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    assert calendar.upto(date(2059, 12, 31).toordinal()) == HOLIDAYS.upto(date(2059, 12, 31).toordinal())


# --- reading a running clock ---


def test_a_reading_tells_time_left_and_why() -> None:
    start = on("2026-09-29 15:00")
    reading = clock.remaining(start, limit(5, "workday"), moment=on("2026-10-08 12:00"))
    assert clock.last_day(reading.due) == date(2026, 10, 12)
    assert reading.left == on("2026-10-12 24:00") - on("2026-10-08 12:00")
    assert reading.share == pytest.approx(0.3)
    assert (reading.counted_days, reading.skipped, reading.paused) == (1, ("国庆节",), False)


def test_a_reading_stands_still_while_paused() -> None:
    start, pause = on("2026-07-06 09:00"), [(on("2026-07-08 12:00"), None)]
    for one, share in ((limit(5, "workday"), 0.3), (limit(100, "hour"), 0.51)):
        seen = [clock.remaining(start, one, pause, moment=on(f"2026-07-{day} 15:00")) for day in ("08", "09", "15")]
        assert [reading.share for reading in seen] == pytest.approx([share] * 3)
        assert len({reading.left for reading in seen}) == 1
        assert all(reading.paused for reading in seen)
        assert seen[0].due < seen[2].due
    before = clock.remaining(start, limit(5, "workday"), pause, moment=on("2026-07-08 10:00"))
    assert not before.paused


def test_a_pause_that_begins_now_after_an_earlier_one_shows_the_present() -> None:
    start = on("2026-07-06 09:00")
    pauses = [(on("2026-07-06 10:00"), on("2026-07-06 11:00")), (on("2026-07-06 12:00"), None)]
    reading = clock.remaining(start, limit(4, "hour"), pauses, moment=on("2026-07-06 12:00"))
    assert (reading.paused, reading.share, reading.left) == (True, 0.5, hours(2))


def test_an_overdue_reading() -> None:
    start = on("2026-07-06 09:00")
    reading = clock.remaining(start, limit(2, "hour"), moment=on("2026-07-06 14:00"))
    assert (reading.share, reading.left) == (2.5, -hours(3))
    reading = clock.remaining(start, limit(5, "workday"), moment=on("2026-07-14 12:00"))
    assert reading.share == pytest.approx(1.1)
    assert (reading.left, reading.counted_days) == (-hours(12), 5)


def test_a_reading_asks_the_clock_when_no_moment_is_given() -> None:
    with clock.at(on("2026-07-06 09:00")) as virtual:
        start = clock.now()
        virtual.advance(hours(1))
        assert clock.remaining(start, limit(2, "hour")).share == 0.5


def test_calendar_days_moved_off_a_weekend_name_no_festival_but_a_festival_is_named() -> None:
    moved = clock.remaining(on("2026-07-03 09:00"), limit(1, "day"), moment=on("2026-07-05 00:00"))
    assert moved.skipped == ()
    assert moved.share == pytest.approx(1 / 3)
    moved = clock.remaining(on("2026-02-10 09:00"), limit(7, "day"), moment=on("2026-02-11 00:00"))
    assert moved.skipped == ("春节",)


# --- replay and pauses ---


def test_replay_tells_whether_it_was_met() -> None:
    start, five = on("2026-07-06 09:00"), limit(5, "workday")
    pause, resume = (on("2026-07-07 17:00"), "pause"), (on("2026-07-08 09:00"), "resume")
    open_still = clock.replay(start, five, [pause, resume])
    assert (open_still.due, open_still.met) == (on("2026-07-14 24:00"), None)
    for stop, met in (("2026-07-14 24:00", True), ("2026-07-15 00:01", False)):
        ended = clock.replay(start, five, [pause, resume, (on(stop), "stop")])
        assert (ended.met, ended.stopped_at) == (met, on(stop))
    assert clock.replay(start, five, [(on("2026-07-14 00:01"), "stop")]).met is False


def test_replay_takes_retries_and_marks_out_of_order() -> None:
    start, one = on("2026-07-06 09:00"), limit(4, "hour")
    marks = [
        (on("2026-07-06 09:30"), "resume"),
        (on("2026-07-06 10:00"), "pause"),
        (on("2026-07-06 10:30"), "pause"),
        (on("2026-07-06 11:00"), "resume"),
        (on("2026-07-06 11:00"), "resume"),
        (on("2026-07-06 15:00"), "stop"),
        (on("2026-07-06 16:00"), "pause"),
    ]
    ended = clock.replay(start, one, marks)
    assert (ended.due, ended.met) == (on("2026-07-06 14:00"), False)
    assert ended.pauses == ((on("2026-07-06 10:00"), on("2026-07-06 11:00")),)
    assert clock.replay(start, one, [marks[3], marks[1]]).due == on("2026-07-06 14:00")
    with pytest.raises(clock.BadMark):
        clock.replay(start, one, [(on("2026-07-06 10:00"), "reset")])


def test_what_is_stopped_while_paused_was_in_time() -> None:
    marks = [(on("2026-07-06 10:00"), "pause"), (on("2026-08-06 10:00"), "stop")]
    assert clock.replay(on("2026-07-06 09:00"), limit(4, "hour"), marks).met
    assert clock.replay(on("2026-07-06 09:00"), limit(5, "workday"), marks).met


def test_paused_time_is_added_up_once() -> None:
    pauses = [
        (on("2026-07-06 08:00"), on("2026-07-06 10:00")),
        (on("2026-07-06 12:00"), on("2026-07-06 14:00")),
        (on("2026-07-06 13:00"), None),
    ]
    assert clock.paused_for(on("2026-07-06 09:00"), pauses, on("2026-07-06 15:00")) == hours(4)


def test_a_pause_has_a_maximum() -> None:
    most = limit(3, "workday")
    pause = [(on("2026-07-07 17:00"), None)]
    assert clock.pause_until(pause, most) == on("2026-07-10 24:00")
    clock.check_pause(pause, most, on("2026-07-10 24:00"))
    clock.check_pause(pause, None, on("2036-07-10 24:00"))
    clock.check_pause([], most)
    with pytest.raises(PauseTooLong):
        clock.check_pause(pause, most, on("2026-07-11 09:00"))
    with pytest.raises(PauseTooLong):
        clock.check_pause([(on("2026-07-07 17:00"), on("2026-07-13 09:00"))], most)
    with clock.at(on("2026-07-20 09:00")), pytest.raises(PauseTooLong):
        clock.check_pause(pause, most)


def test_the_maximum_is_for_all_pauses_together() -> None:
    first = (on("2026-07-06 09:00"), on("2026-07-06 12:00"))
    assert clock.pause_until([first, (on("2026-07-06 14:00"), None)], limit(4, "hour")) == on("2026-07-06 15:00")
    clock.check_pause([first, (on("2026-07-06 14:00"), on("2026-07-06 15:00"))], limit(4, "hour"))
    with pytest.raises(PauseTooLong):
        clock.check_pause([first, (on("2026-07-06 14:00"), on("2026-07-06 15:01"))], limit(4, "hour"))


def test_naive_moments_and_reversed_pauses_are_refused() -> None:
    naive, start, one = datetime(2026, 7, 6, 9), on("2026-07-06 09:00"), limit(5, "workday")
    for wrong in (
        lambda: clock.due(naive, one),
        lambda: clock.due(start, one, [(naive, None)]),
        lambda: clock.due(start, one, [(start, naive)]),
        lambda: clock.rings(naive, one),
        lambda: clock.remaining(start, one, moment=naive),
        lambda: clock.remaining(start, one, [(naive, naive)], moment=start),
        lambda: clock.replay(start, one, [(naive, "stop")]),
        lambda: clock.replay(start, one, [(naive, "pause"), (start, "stop")]),
        lambda: clock.local_day(naive),
        lambda: clock.at(naive).__enter__(),
    ):
        with pytest.raises(clock.NaiveMoment):
            wrong()
    with pytest.raises(clock.BadPause):
        clock.due(start, one, [(start + hours(1), start)])


# --- properties ---

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=TZ))
LIMITS = st.builds(Limit, amount=st.integers(1, 40), unit=st.sampled_from(Unit))
DAY_LIMITS = st.builds(Limit, amount=st.integers(1, 40), unit=st.sampled_from([Unit.DAY, Unit.WORKDAY]))
LENGTHS = st.one_of(
    st.timedeltas(timedelta(0), timedelta(days=12)), st.integers(0, 12).map(lambda n: timedelta(days=n))
)
SHAPES = st.lists(st.tuples(st.timedeltas(timedelta(days=-2), timedelta(days=50)), LENGTHS), max_size=4)
Shape = list[tuple[timedelta, timedelta]]


def pauses_of(start: datetime, shape: Shape) -> list[Pause]:
    """Pauses that often touch the starting moment, midnight and each other."""
    begun = [start.replace(hour=0, minute=0) + gap if i % 2 else start + gap for i, (gap, _) in enumerate(shape)]
    return [(p, p + length) for p, (_, length) in zip(begun, shape, strict=True)]


def counted_slowly(start: datetime, one: Limit, pauses: Sequence[Pause]) -> tuple[list[date], date]:
    """Day by day, as a clerk with a paper calendar: the counted days and the last day."""

    def running_at_the_end_of(day: date) -> bool:
        end = datetime.combine(day + timedelta(days=1), time(), TZ)
        return not any(p < end <= (r or p) for p, r in pauses)

    day, days = start.astimezone(TZ).date(), list[date]()
    while len(days) < one.amount:
        day += timedelta(days=1)
        if (one.unit is Unit.DAY or HOLIDAYS.workday(day)) and running_at_the_end_of(day):
            days.append(day)
    while not (HOLIDAYS.workday(day) and running_at_the_end_of(day)):
        day += timedelta(days=1)
    return days, day


@FAST
@given(MOMENTS, DAY_LIMITS, SHAPES)
def test_counting_ahead_equals_counting_day_by_day(start: datetime, one: Limit, shape: Shape) -> None:
    pauses = pauses_of(start, shape)
    days, last = counted_slowly(start, one, pauses)
    due = clock.due(start, one, pauses, HOLIDAYS)
    assert clock.last_day(due) == last
    assert due == datetime.combine(last + timedelta(days=1), time(), TZ)
    assert len(set(days)) == one.amount  # no day counted twice
    assert HOLIDAYS.workday(clock.last_day(due))  # never due on a rest day


@FAST
@given(MOMENTS, LIMITS, SHAPES, st.timedeltas(timedelta(0), timedelta(days=9)), st.integers(0, 9))
def test_later_start_and_more_time_never_make_it_due_earlier(
    start: datetime, one: Limit, shape: Shape, later: timedelta, more: int
) -> None:
    pauses = pauses_of(start, shape)
    due = clock.due(start, one, pauses, HOLIDAYS)
    assert due > start
    assert clock.due(start + later, one, pauses, HOLIDAYS) >= due
    assert clock.due(start, Limit(amount=one.amount + more, unit=one.unit), pauses, HOLIDAYS) >= due


@FAST
@given(MOMENTS, LIMITS, SHAPES, LENGTHS)
def test_a_pause_never_makes_it_due_earlier(start: datetime, one: Limit, shape: Shape, longer: timedelta) -> None:
    pauses = pauses_of(start, shape)
    dues = [clock.due(start, one, pauses[:n], HOLIDAYS) for n in range(len(pauses) + 1)]
    assert dues == sorted(dues)
    if pauses:
        stretched = [*pauses[:-1], (pauses[-1][0], (pauses[-1][1] or start) + longer)]
        assert clock.due(start, one, stretched, HOLIDAYS) >= dues[-1]
        assert clock.due(start, one, [*pauses[:-1], (pauses[-1][0], None)], HOLIDAYS) <= dues[-1]


@FAST
@given(MOMENTS, LIMITS, SHAPES)
def test_rings_are_in_order_and_the_last_is_due(start: datetime, one: Limit, shape: Shape) -> None:
    pauses = pauses_of(start, shape)
    half, most, last = clock.rings(start, one, pauses, HOLIDAYS)
    assert start < half <= most <= last == clock.due(start, one, pauses, HOLIDAYS)


@FAST
@given(MOMENTS, LIMITS, SHAPES)
def test_replay_equals_due(start: datetime, one: Limit, shape: Shape) -> None:
    pauses: list[tuple[datetime, datetime]] = []
    edge = start
    for gap, length in shape:  # one after the other, as a journal has them
        pauses.append((edge + abs(gap), edge + abs(gap) + length))
        edge = pauses[-1][1]
    marks = [mark for p, r in pauses for mark in ((p, "pause"), (r, "resume"))]
    ended = clock.replay(start, one, marks, HOLIDAYS)
    assert ended.due == clock.due(start, one, pauses, HOLIDAYS)
    assert clock.replay(start, one, [*marks, (ended.due, "stop")], HOLIDAYS).met
    late = (max(ended.due, edge) + timedelta.resolution, "stop")
    assert clock.replay(start, one, [*marks, late], HOLIDAYS).met is False
    for p, r in pauses:  # to stop within a pause that began in time is in time
        if p < clock.due(start, one, [span for span in pauses if span[1] <= p], HOLIDAYS):
            kept = [mark for mark in marks if mark[0] <= p and mark != (p, "resume")]
            assert clock.replay(start, one, [*kept, (p + (r - p) / 2, "stop")], HOLIDAYS).met


@FAST
@given(MOMENTS, LIMITS, SHAPES, st.lists(st.timedeltas(timedelta(0), timedelta(days=70)), min_size=2, max_size=5))
def test_the_share_only_grows_and_reaches_one_at_due(
    start: datetime, one: Limit, shape: Shape, looks: list[timedelta]
) -> None:
    pauses = pauses_of(start, shape)
    due = clock.due(start, one, pauses, HOLIDAYS)
    seen = [clock.remaining(start, one, pauses, HOLIDAYS, moment=start + look) for look in sorted(looks)]
    shares = [reading.share for reading in seen]
    assert shares == sorted(shares)
    for look, reading in zip(sorted(looks), seen, strict=True):
        if not reading.paused:
            assert (reading.share >= 1) == (start + look >= due)
            assert (reading.left <= timedelta(0)) == (start + look >= reading.due)
        assert reading.due <= due
        assert 0 <= reading.counted_days <= one.amount
    if not pauses:
        half, most, last = clock.rings(start, one, pauses, HOLIDAYS)
        for moment, share in ((half, 0.5), (most, 0.8), (last, 1.0)):
            assert clock.remaining(start, one, moment=moment, calendar=HOLIDAYS).share == pytest.approx(share)


@FAST
@given(MOMENTS, SHAPES, LIMITS)
def test_a_pause_may_last_until_it_may_last(start: datetime, shape: Shape, most: Limit) -> None:
    pauses = [(start, None), *pauses_of(start, shape)]
    latest = clock.pause_until([(start, None)], most, HOLIDAYS)
    assert latest == clock.due(start, most, calendar=HOLIDAYS)
    clock.check_pause([(start, latest)], most, None, HOLIDAYS)
    with pytest.raises(PauseTooLong):
        clock.check_pause([(start, latest + timedelta.resolution)], most, None, HOLIDAYS)
    assert clock.pause_until(pauses, most, HOLIDAYS) is not None


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 96, date(2032, 2, 29)),
    ],
)
def test_a_month_without_the_day_ends_with_its_last(day: date, months: int, found: date) -> None:
    assert months_after(day, months) == found
