"""The language of warning rules, what is usual, and the rule of hot spots: as tables and as properties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.kernel import changes, clock
from anxin.kernel.areas import Area
from anxin.kernel.errors import BadInput, NotAllowed
from anxin.programmes.situation.actions import warnings
from anxin.programmes.situation.figures import arrivals, lives, spots
from anxin.programmes.situation.rules import declared, language, reckoning, usual
from anxin.programmes.situation.rules.language import Condition, Rule, RuleNotUnderstood, Span
from anxin.programmes.situation.rules.reckoning import Life, Reckoned
from anxin.programmes.situation.tests.conftest import Tell
from tests.cast import Cast

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=clock.TZ)

GOOD = (
    ('when overdue in town > 3 then warn "x" to dispatcher', Condition("overdue", number=3)),
    ('当 超时 在 全镇 > 3 则 预警 "x" 致 调度员', Condition("overdue", number=3)),
    ('当超时在全镇>3则预警“x”致调度员', Condition("overdue", number=3)),
    ('当 将到期 1 小时内 在 全镇 >= 5 则 预警 "x" 致 调度员',
     Condition("due", Span(1, "hour"), strict=False, number=5)),
    ('when unsigned for 5 minutes in each grid > 0 then warn "x" to dispatcher',
     Condition("unsigned", Span(5, "minute"), each=("grid",), number=0)),
    ('当 到件 近 7 天 按 每个地址 按 每个类别 >= 3 则 预警 "x" 致 调度员',
     Condition("arrived", Span(7, "day"), each=("address", "kind"), strict=False, number=3)),
    ('when arrived within 7 days in each grid > usual then warn "x" to dispatcher',
     Condition("arrived", Span(7, "day"), each=("grid",), sd=2.0)),
    ('when arrived within 2 days > usual + 2.5 sd then warn "x" to dispatcher',
     Condition("arrived", Span(2, "day"), sd=2.5)),
    ('when open of kind "onekey.water" in town > 9 then warn "x" to dispatcher',
     Condition("open", only=(("kind", "onekey.water"),), number=9)),
    ('# 说明\nwhen emergencies in any village >= 2\nthen warn "x" to dispatcher',
     Condition("emergencies", each=("village",), strict=False, number=2)),
)  # fmt: skip
BAD = (
    ("", "ended", 1, 1),
    ("overdue > 3", "expected", 1, 1),
    ('when overdue in town > 3 then warn "x"', "ended", 1, 39),
    ('when overdue in town > then warn "x" to dispatcher', "expected", 1, 24),
    ('when overdue\nin town < 3 then warn "x" to dispatcher', "letter", 2, 9),
    ('when due in town > 3 then warn "x" to dispatcher', "expected", 1, 13),
    ('当 超时 在 全镇 > 3 则 预警 "x 致 调度员', "string", 1, 20),
    ('when open > 3 then warn "" to dispatcher', "words", 1, 25),
    ('when open > 3 then warn "找13800001234" to dispatcher', "personal", 1, 25),
    ('when open > usual then warn "x" to dispatcher', "usual", 1, 13),
    ('when arrived within 8 days > usual then warn "x" to dispatcher', "usual", 1, 30),
    ('when arrived within 90 days > 3 then warn "x" to dispatcher', "span", 1, 21),
    ('when open > 9999999 then warn "x" to dispatcher', "large", 1, 13),
    ('when arrived within 0 days > 3 then warn "x" to dispatcher', "zero", 1, 21),
    ('when open in each grid > 1 and overdue in town > 1 then warn "x" to dispatcher', "groups", 1, 28),
    ('when open in each grid in each grid > 1 then warn "x" to dispatcher', "twice", 1, 32),
    ('when open of kind "nobody" > 1 then warn "x" to dispatcher', "unknown", 1, 19),
    ('when open > 1 then warn "x" to dispatcher extra', "after", 1, 43),
    ('when open > 1 then warn "x" to mayor', "expected", 1, 32),
)
PERSONS = (
    "person", "caller", "phone", "name", "resident", "reporter", "来电人", "诉求人", "姓名", "电话", "身份证", "民族",
    "上访人",
)  # fmt: skip


@pytest.mark.parametrize(("text", "condition"), GOOD)
def test_rules_that_are_understood(text: str, condition: Condition) -> None:
    assert language.read(text) == Rule((condition,), "x", ("dispatcher",))


@pytest.mark.parametrize(("text", "what", "line", "column"), BAD)
def test_what_is_wrong_is_said_with_its_place_in_both_languages(text: str, what: str, line: int, column: int) -> None:
    known = {"kind": {"water": "onekey.water"}, "platform": {}, "channel": {}, "grid": {}}
    with pytest.raises(RuleNotUnderstood) as wrong:
        language.read(text, known)
    assert (wrong.value.what, wrong.value.line, wrong.value.column) == (what, line, column)
    assert wrong.value.said().startswith(f"第 {line} 行第 {column} 列：")
    assert wrong.value.said(english=True).startswith(f"line {line}, column {column}: ")


@pytest.mark.parametrize("word", PERSONS)
def test_there_is_no_word_for_a_person(word: str) -> None:
    for text in (
        f'when {word} > 3 then warn "x" to dispatcher',
        f'when open in each {word} > 3 then warn "x" to dispatcher',
        f'when open of {word} "x" > 3 then warn "x" to dispatcher',
        f'when open > 3 then warn "x" to {word}',
    ):
        with pytest.raises(RuleNotUnderstood) as wrong:
            language.read(text)
        assert wrong.value.what == "person"
    fields = set(Life.__dataclass_fields__) | set(language.DIMENSIONS) | set(language.FILTERS)
    assert not [each for each in fields if any(part in each for part in ("person", "phone", "name", "account"))]


SPANS = st.builds(Span, st.integers(1, 6), st.sampled_from(list(language.UNITS)))


@st.composite
def _conditions(draw: st.DrawFn, each: tuple[str, ...]) -> Condition:
    quantity = draw(st.sampled_from(list(language.QUANTITIES)))
    span = draw(SPANS) if language.QUANTITIES[quantity][2] else None
    names = st.dictionaries(st.sampled_from(list(language.FILTERS)), st.sampled_from(["a.b", "湘南", "7"]), max_size=2)
    only = tuple(sorted(draw(names).items()))
    if quantity == "arrived" and draw(st.booleans()):
        return Condition(quantity, span, only, each, True, None, draw(st.sampled_from([0.5, 1.0, 2.0, 3.25])))
    return Condition(quantity, span, only, each, draw(st.booleans()), draw(st.integers(0, 99)))


@st.composite
def _rules(draw: st.DrawFn) -> Rule:
    chosen = draw(st.sets(st.sampled_from(list(language.DIMENSIONS)), max_size=2))
    each = tuple(sorted(chosen, key=list(language.DIMENSIONS).index))
    conditions = tuple(draw(st.lists(_conditions(each), min_size=1, max_size=3)))
    to = tuple(draw(st.lists(st.sampled_from(list(language.ROLES)), min_size=1, max_size=3, unique=True)))
    return Rule(conditions, draw(st.sampled_from(["超时较多", "x y", "热点"])), to)


@settings(deadline=None)
@given(_rules(), st.booleans())
def test_a_rule_said_again_is_the_same_rule(rule: Rule, english: bool) -> None:
    assert language.read(language.say(rule, english=english)) == rule


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_rule_or_an_error_with_a_place(text: str) -> None:
    wrong: RuleNotUnderstood | None = None
    try:
        language.read(text)
    except RuleNotUnderstood as error:
        wrong = error
    assert wrong is None or (wrong.line >= 1 and wrong.column >= 1)


def test_every_declared_rule_is_understood_and_says_where_it_comes_from() -> None:
    for each in declared.DEFAULTS:
        rule = language.read(each.text)
        assert language.read(language.say(rule, english=True)) == rule
        assert each.source
        assert each.provenance in ("INF", "S33")


# ---- usual ------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.integers(0, 500), min_size=8, max_size=8))
def test_the_usual_lies_within_what_was(counts: Sequence[int]) -> None:
    found = usual.usual(counts)
    assert found.weeks == 8
    assert min(counts) <= found.low <= found.middle <= found.high <= max(counts)
    assert found == usual.usual(list(reversed(counts)))
    assert found.tone(found.middle) == "within"
    assert usual.bound(counts).limit >= usual.bound(counts).mean


HOT = (
    ([0] * 8, 2, False), ([0] * 8, 3, True), ([2] * 8, 2, False), ([2] * 8, 3, True), ([1, 3] * 4, 4, False),
    ([1, 3] * 4, 5, True), ([10, 12, 9, 11, 10, 8, 12, 10], 13, True), ([10, 12, 9, 11, 10, 8, 12, 10], 12, False),
)  # fmt: skip


@pytest.mark.parametrize(("weeks", "count", "hot"), HOT)
def test_more_than_usual_is_mean_plus_two_deviations_and_never_below_three(
    weeks: Sequence[int], count: int, hot: bool
) -> None:
    assert usual.bound(weeks).passed(count) is hot


def test_without_weeks_enough_there_is_no_usual() -> None:
    assert not usual.usual([1, 2, 3]).known
    assert usual.usual([1, 2, 3]).tone(99) == "within"
    assert not usual.bound([0, 0, 0]).passed(99)
    assert usual.bound([0, 0, 0, 0]).passed(3)


def test_arrivals_against_the_same_weekday_and_hours(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    for week, count in enumerate((2, 0, 3, 1, 1, 0, 4, 1), 1):
        for _ in range(count):
            tell(timedelta(weeks=week, minutes=20))
    tell(timedelta(weeks=1, hours=20))  # another day
    tell(timedelta(weeks=1) - timedelta(hours=3))  # later on that day
    tell(timedelta(minutes=10))
    found = arrivals.today(town, clock.now())
    assert (found.count, found.usual.middle, found.usual.low, found.usual.high) == (1, 1.0, 0.75, 2.25)
    assert [hour.count for hour in found.hours][8:11] == [0, 1, None]
    assert found.hours[9].usual.middle == 1.0
    below = arrivals.below(cast_city(town), clock.now())
    assert below[county_of(town)][0] == 1


def cast_city(town: Area) -> Area:
    """The city a town lies in."""
    from anxin.kernel import areas

    tree = areas.tree()
    return next(tree.areas[pk] for pk in tree.chain(town.pk, areas.today()) if tree.areas[pk].level == "city")


def county_of(town: Area) -> int:
    """The county a town lies in."""
    from anxin.kernel import areas

    return areas.tree().place(town.pk, areas.today()).county or 0


def test_hot_spots_of_an_address_and_of_a_grid(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    for door in ("3幢2单元501室", "3幢1单元", "3 幢"):
        tell(timedelta(days=2), address=f"湘南公寓{door}")
    tell(timedelta(days=8), address="湘南公寓3幢")
    assert {each.sort for each in spots.found(town, clock.now())} == {"address"}, "eight days are no usual yet"
    tell(timedelta(weeks=10), kind="onekey.noise", address="")
    found = spots.found(town, clock.now())
    address = next(each for each in found if each.sort == "address")
    grid = next(each for each in found if each.sort == "grid")
    assert (address.count, grid.count, grid.weeks[-2:]) == (3, 3, (1, 3))
    assert grid.usual is not None
    assert grid.usual.limit == pytest.approx(0.125 + 2 * (7 / 64) ** 0.5)


SAME = (
    ("七星街道湘南公寓3幢2单元501室", "七星街道 湘南公寓3幢"),
    ("湘南公寓地下车库", "湘南公寓，地下车库"),
    ("中环南路88号", "中环南路88号3楼"),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_an_address_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert reckoning.spot_of_address(one) == reckoning.spot_of_address(other) != ""


def test_another_house_is_another_address() -> None:
    assert reckoning.spot_of_address("中环南路88号") != reckoning.spot_of_address("中环南路89号")
    assert reckoning.spot_of_address("路口") == ""


# ---- a rule over lives ------------------------------------------------------------------------------------------


def _life(pk: int, reported: float, ended: float | None = None, due: float | None = None, **at: str) -> Life:
    def moment(hours: float | None) -> datetime | None:
        return None if hours is None else NOW - timedelta(hours=hours)

    return Life(matter=pk, reported=moment(reported) or NOW, ended=moment(ended), due=moment(due), at=at)


def _nothing(condition: Condition, spot: str) -> Sequence[datetime]:
    return ()


HOLDS: tuple[tuple[str, list[str]], ...] = (
    ('when open in town >= 2 then warn "x" to leader', [""]),
    ('when open in town > 2 then warn "x" to leader', []),
    ('when overdue in town >= 1 then warn "x" to leader', [""]),
    ('when open in each grid >= 1 then warn "x" to leader', ["grid:1", "grid:2"]),
    ('when arrived within 3 hours in each grid >= 1 then warn "x" to leader', ["grid:2"]),
    ('when open of kind water >= 1 then warn "x" to leader', [""]),
    ('when open in each grid >= 1 and overdue in each grid >= 1 then warn "x" to leader', ["grid:1"]),
)


@pytest.mark.parametrize(("text", "where"), HOLDS)
def test_where_a_rule_holds(text: str, where: list[str]) -> None:
    here = [
        _life(1, 10, due=1, grid="1", kind="water"), _life(2, 2, due=-5, grid="2", kind="road"),
        _life(3, 9, ended=4, due=5, grid="2", kind="road"),
    ]  # fmt: skip
    hits = Reckoned(language.read(text), here, _nothing).hits(NOW)
    assert sorted(hit.spot for hit in hits) == where


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 700), st.floats(0, 300)), max_size=25), st.integers(1, 4))
def test_what_a_trial_says_is_what_would_have_been_said(rows: list[tuple[float, float]], number: int) -> None:
    here = [_life(pk, begin, max(begin - length, 0) or None) for pk, (begin, length) in enumerate(rows)]
    rule = Rule((Condition("open", strict=False, number=number),), "x", ("leader",))
    since = NOW - timedelta(days=30)
    for moment, hit in Reckoned(rule, here, _nothing).past(since, NOW):
        then = Reckoned(rule, here, _nothing).hits(moment)
        assert [(each.spot, each.counts) for each in then] == [(hit.spot, hit.counts)]
    once = Reckoned(rule, here, _nothing).past(since, NOW)
    assert all(b[0] - a[0] >= reckoning.QUIET for a, b in pairwise(once))


def test_a_rule_is_tried_on_thirty_days_before_it_is_decided(
    tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell
) -> None:
    for days in (20, 20, 20, 9, 9, 2):
        tell(timedelta(days=days))
    tried = warnings.try_out(town, '当 到件 近 1 天 在 全镇 >= 2 则 预警 "来件集中" 致 调度员')
    assert [hit.counts for _, hit in tried.warned] == [(3,), (2,)]
    assert [(clock.now() - at).days for at, _ in tried.warned] == [20, 9]


def test_rules_have_versions_and_days(tuesday: clock.Travel, cast: Cast, town: Area) -> None:
    leader = cast.leader
    with pytest.raises(NotAllowed):
        warnings.decide(town, "overdue", "", clock.local_day(clock.now()), "本镇", cast.dispatcher)
    with pytest.raises(RuleNotUnderstood):
        warnings.decide(town, "overdue", "当 超时", clock.local_day(clock.now()), "本镇", leader)
    with pytest.raises(BadInput):
        warnings.decide(town, "overdue", "", clock.local_day(clock.now()) - timedelta(days=1), "本镇", leader)
    tomorrow = clock.local_day(clock.now()) + timedelta(days=1)
    text = '当 超时 在 全镇 > 1 则 预警 "超时" 致 值班领导'
    warnings.decide(town, "overdue", text, tomorrow, "镇党政办会议", leader, seen=0)
    with pytest.raises(changes.Stale):
        warnings.decide(town, "overdue", "", tomorrow, "镇党政办会议", leader, seen=0)
    now = {each.code: each.stamp for each in declared.in_force(town.pk)}
    later = {each.code: each for each in declared.in_force(town.pk, tomorrow)}
    assert (now["overdue"], later["overdue"].stamp, later["overdue"].text) == ("overdue@0", "overdue@1t", text)
    assert changes.of("warning_rule", f"{town.code}:overdue").get().effective == tomorrow
    other = declared.in_force(town.pk + 1, tomorrow)
    assert next(each for each in other if each.code == "overdue").version == "0"


def test_now_and_the_trial_count_alike(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    tell(timedelta(hours=2))
    tell(timedelta(days=3))
    rule = language.read('when arrived within 1 day in each grid >= 1 then warn "x" to leader')
    here = lives.now(clock.now(), lives.window([rule]))[town.pk]
    then = lives.past(town.pk, clock.now() - timedelta(days=30), clock.now(), lives.window([rule]))
    history = lives.history(town.pk, clock.now())
    one, other = Reckoned(rule, here, history).hits(clock.now()), Reckoned(rule, then, history).hits(clock.now())
    assert one == other
    assert len(one) == 1
