"""Every default of guide 2.7 is there with its source; versions follow the day; a city sets its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anxin.kernel import clock, flow, registry
from anxin.kernel.clock import BadRule, Unit
from anxin.programmes.onekey.guards import BEFORE
from anxin.programmes.onekey.kinds import KINDS
from anxin.programmes.onekey.rules import BUCKETS, RULES
from tests.cast import Cast, garage

DEFAULTS = {
    "hotline.answer": (15, Unit.SECOND, "S41"),
    "hotline.media": (3, Unit.MINUTE, "S41"),
    "hotline.mailbox": (24, Unit.HOUR, "S41"),
    "sign": (1, Unit.MINUTE, "S33"),
    "contact": (3, Unit.MINUTE, "S33 S35"),
    "arrive": (30, Unit.MINUTE, "S33"),
    "feedback": (24, Unit.HOUR, "S33"),
    "handle.ordinary": (5, Unit.WORKDAY, "LAW"),
    "handle.emergency": (2, Unit.HOUR, "S42"),
    "handle.timely": (24, Unit.HOUR, "S42"),
    "handle.general": (7, Unit.DAY, "S42"),
    "handle.complex": (15, Unit.DAY, "S42"),
    "handle.consult": (1, Unit.WORKDAY, "BK"),
}


@pytest.fixture
def own_rules(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A city's own file of rules; forgotten again after the story."""
    settings.RULES_FILE = str(tmp_path / "rules.toml")
    yield tmp_path / "rules.toml"
    registry._rules_by_code.cache_clear()
    registry._rule_on.cache_clear()


def anew() -> None:
    """Read the rules again."""
    registry._rules_by_code.cache_clear()
    registry._rule_on.cache_clear()


def on(year: int, month: int, day: int) -> datetime:
    """Noon of a day."""
    return datetime(year, month, day, 12, tzinfo=clock.TZ)


@pytest.mark.parametrize("code", DEFAULTS)
def test_every_default_of_the_guide_is_there_with_its_paper(code: str) -> None:
    (rule,) = (each for each in RULES if each.code == code)
    assert (rule.limit.amount, rule.limit.unit, rule.provenance) == DEFAULTS[code]
    assert rule.source


def test_no_default_passes_for_the_citys_own() -> None:
    for rule in RULES:
        assert rule.provenance.split()[0].rstrip("0123456789") in ("S", "LAW", "BK", "INF"), rule.code
        if rule.provenance == "INF":
            assert "默认" in rule.source, rule.code
    assert set(BUCKETS) == {"sign", "arrive", "feedback"}


def test_every_limit_a_kind_names_has_a_rule_and_every_guard_its_paper() -> None:
    known = {rule.code for rule in RULES}
    for kind in KINDS:
        assert {kind.whole, *kind.whole_by_urgency.values()} <= known, kind.code
    for guards in BEFORE.values():
        for guard in guards:
            assert all((guard.title, guard.title_en, guard.source, guard.provenance)), guard
    assert {name.partition(":")[0] for name in BEFORE} <= {"report", *flow.VERBS}


@pytest.mark.django_db
def test_a_citys_own_version_counts_from_its_day_on(cast: Cast, own_rules: Path) -> None:
    own_rules.write_text(
        '[[rule]]\ncode = "handle.timely"\nversion = "jx-1"\namount = 12\nunit = "hour"\neffective = 2026-08-01\n'
        'source = "本市办法"\nprovenance = "LAW"\nmax_pause = { amount = 10, unit = "day" }\n',
        "utf-8",
    )
    anew()
    assert registry.rule("handle.timely", on(2026, 7, 31)).stamp == "handle.timely@1"
    new = registry.rule("handle.timely", on(2026, 8, 1))
    assert (new.stamp, new.max_pause and new.max_pause.amount) == ("handle.timely@jx-1", 10)
    with clock.at(on(2026, 7, 31)):
        before = flow.report(garage(), cast.resident)
    with clock.at(on(2026, 8, 1)):
        after = flow.report(garage(), cast.resident)
    stamps = [next(c.rule for c in told.clocks if c.code == "handle.timely") for told in (before, after)]
    assert stamps == ["handle.timely@1", "handle.timely@jx-1"]


def test_a_version_that_ends_gives_way(own_rules: Path) -> None:
    own_rules.write_text(
        '[[rule]]\ncode = "sign"\nversion = "drill"\namount = 30\nunit = "second"\neffective = 2026-08-01\n'
        'until = 2026-09-01\nsource = "演练"\nprovenance = "INF"\n',
        "utf-8",
    )
    anew()
    assert [registry.rule("sign", on(2026, month, 15)).version for month in (7, 8, 9)] == ["1", "drill", "1"]
    assert registry.rule("sign", on(2026, 8, 31)).effective == date(2026, 8, 1)


@pytest.mark.parametrize("row", ['code = "sign"', 'code = "sign"\nversion = "x"\namount = 1\nunit = "moon"'])
def test_a_row_that_is_incomplete_or_cannot_be_is_refused(own_rules: Path, row: str) -> None:
    own_rules.write_text(f"[[rule]]\n{row}\n", "utf-8")
    anew()
    with pytest.raises(BadRule):
        registry.rules()


@pytest.mark.django_db
def test_an_emergency_does_not_stand_still(cast: Cast) -> None:
    matter = flow.report(garage(urgency="emergency"), cast.resident).matter
    flow.suspend(matter, cast.supervisor, "等待泵车", clock.now() + timedelta(hours=1))
    matter.refresh_from_db()
    whole = matter.clocks.get(code="handle.emergency")
    assert (whole.paused_until, whole.pauses) == (None, [])
