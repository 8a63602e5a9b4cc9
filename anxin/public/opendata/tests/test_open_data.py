"""Open data: what goes out of a month, and that nobody behind a small number is found."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from pytest_django import Settings

from anxin.kernel import changes, clock, flow
from anxin.kernel.matters import Matter
from anxin.kernel.people import Particulars
from anxin.public.opendata import release, suppression, tables
from anxin.public.opendata.suppression import LEAST, PEOPLE, SUM, WIDTH, Count
from tests.cast import ELSEWHERE, Cast, garage
from tests.test_bad_input import signed_in

OCTOBER = datetime(2026, 10, 12, 9, 0, tzinfo=clock.TZ)
NOVEMBER = datetime(2026, 11, 24, 9, 0, tzinfo=clock.TZ)

# ---- nobody is found --------------------------------------------------------------------------------------------


def attack(whole: dict[tuple[str, str], int], out: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """What can be known of cells taken out by tightening bounds with every sum, again and again: no solver."""
    high = sum(whole.values())
    known = {key: (1, high) if key in out else (number, number) for key, number in whole.items()}
    rows, columns = {key[0] for key in whole}, {key[1] for key in whole}
    lines = [[key for key in whole if key[0] == row] for row in rows]
    lines += [[key for key in whole if key[1] == column] for column in columns]
    for _round in range(60):
        before = dict(known)
        for place, line in enumerate(lines):
            at = 1 if place < len(rows) else 0
            total = next(key for key in line if key[at] == SUM)
            parts = [key for key in line if key[at] != SUM]
            low, top = sum(known[key][0] for key in parts), sum(known[key][1] for key in parts)
            known[total] = max(known[total][0], low), min(known[total][1], top)
            for key in parts:
                mine = known[key]
                known[key] = (
                    max(mine[0], known[total][0] - (top - mine[1])),
                    min(mine[1], known[total][1] - (low - mine[0])),
                )
        if known == before:
            break
    return known


names = st.sampled_from("abcde")
numbers = st.integers(0, 9) | st.integers(0, 60)


@how(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.tuples(names, names), numbers, max_size=20), st.integers(1, 9))
def test_no_small_number_can_be_found_or_reckoned(cells: dict[tuple[str, str], int], people: int) -> None:
    told = {key: Count(number, min(number, people)) for key, number in cells.items()}
    whole = suppression.with_sums(cells)
    out = suppression.hidden(told)
    for key, number in whole.items():
        if key in out:
            continue
        assert number == 0 or number >= LEAST, key
        if key in cells and number:
            assert told[key].people >= PEOPLE
    everything = out == {key for key, number in whole.items() if number}
    for key, low, high in suppression.ranges(whole, out):
        assert everything or (high >= LEAST - 1e-6 and high - low >= WIDTH - 1e-6), (key, low, high)
    for key, (low, top) in attack(whole, out).items():
        if key in out and not everything:
            assert low <= whole[key] <= top
            assert top - low >= WIDTH, key


def test_a_small_cell_takes_others_with_it() -> None:
    cells = {("a", "x"): 2, ("a", "y"): 30, ("b", "x"): 40, ("b", "y"): 50, ("c", "x"): 60, ("c", "y"): 70}
    out = suppression.hidden({key: Count(number, number) for key, number in cells.items()})
    assert ("a", "x") in out
    assert len(out) >= 4, "one alone would follow from the sums"
    assert (SUM, SUM) not in out


def test_nothing_small_nothing_hidden() -> None:
    cells = {(row, column): 20 for row in "ab" for column in "xy"}
    assert not suppression.hidden({key: Count(number, number) for key, number in cells.items()})
    assert suppression.hidden({**{("a", "x"): Count(20, 1)}}), "one person who reports twenty times is one person"


# ---- a month ----------------------------------------------------------------------------------------------------


@pytest.fixture
def var(settings: Settings, tmp_path: Path) -> Path:
    """Where the releases of this story lie."""
    settings.VAR = tmp_path
    return tmp_path


def october(cast: Cast) -> None:
    """A month with much of one thing and little of another."""
    with clock.at(OCTOBER) as c:
        for number in range(9):
            c.advance(timedelta(minutes=1))
            who = Particulars(name="王建国", phone=f"{number:011d}")
            flow.report(garage(person=who), cast.resident)
            flow.report(garage(person=who, kind="onekey.road", title="路面坑洼"), cast.resident)
        for kind in ("onekey.noise", "onekey.animal"):
            flow.report(garage(kind=kind, title="只有一件"), cast.resident)
        flow.report(garage(kind="onekey.noise", title="别处", lat=ELSEWHERE[0], lon=ELSEWHERE[1]), cast.resident)
        flow.report(garage(confidential=True), cast.resident)
        flow.report(garage(kind="onekey.quarrel", title="吵架"), cast.resident)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_a_month_as_it_goes_out(cast: Cast, var: Path) -> None:
    october(cast)
    with clock.at(NOVEMBER):
        place = release.make("2026-10")
    assert {each.name for each in place.iterdir()} == release.NAMES
    rows = rows_of((place / "matters-by-town-and-kind.csv").read_bytes())
    by_key = {(row["town"], row["kind"]): row for row in rows}
    assert by_key["330402015", "onekey.noise"]["reported"] == ""
    assert by_key["330402015", "onekey.noise"]["suppressed"] == "true"
    assert not [row for row in rows if row["reported"] and 0 < int(row["reported"]) < LEAST]
    assert not [row for row in rows if row["kind"] == "onekey.quarrel"]
    counted = Matter.objects.filter(reported_at__gte=OCTOBER, reported_at__lt=OCTOBER + timedelta(days=1)).count()
    assert counted > 20
    parquet = pyarrow.parquet.read_table(place / "matters-by-town-and-kind.parquet")
    assert parquet.num_rows == len(rows)
    assert parquet.schema.field("reported").type == "int64"
    assert [str(row["reported"] if row["reported"] is not None else "") for row in parquet.to_pylist()] == [
        row["reported"] for row in rows
    ]
    words = b"".join(each.read_bytes() for each in place.iterdir() if each.suffix != ".parquet").decode()
    for word in ("王", "车库", "坑洼", "30.78", "00000000001"):
        assert word not in words
    package = json.loads((place / "datapackage.json").read_bytes())
    for resource in package["resources"]:
        head = (place / resource["path"]).read_text("utf-8").splitlines()[0].split(",")
        assert head == [field["name"] for field in resource["schema"]["fields"]]
    assert not suppression.weak(
        suppression.with_sums(_cells()), {(r["town"], r["kind"]) for r in rows if r["suppressed"] == "true"}
    )


def _cells() -> dict[tuple[str, str], int]:
    since, until = tables.span("2026-10")
    found: dict[tuple[str, str], int] = {}
    for m in tables.open_matters().filter(reported_at__gte=since, reported_at__lt=until).select_related("town"):
        key = (m.town.code, m.kind)
        found[key] = found.get(key, 0) + 1
    return found


def test_nothing_is_out_before_somebody_decides(cast: Cast, client: Client, var: Path) -> None:
    october(cast)
    with clock.at(NOVEMBER):
        release.make_last_month()
        assert release.months() == ["2026-10"]
        assert client.get("/open-data/2026-10/README.md").status_code == 404
        assert client.get("/open-data/index.json").json()["months"] == []
        admin = signed_in(cast.admin)
        session = admin.session
        session["proved"] = clock.now().isoformat()
        session.save()
        path = "/desk/administration/open-data/2026-10"
        assert admin.get("/desk/administration/open-data").status_code == 200
        assert admin.get(path).status_code == 200
        assert admin.get(f"{path}/publish").status_code == 200
        answer = admin.post(f"{path}/publish", {"do": "confirm", "key": "k" * 24, "reason": "每月公布"})
        assert answer.status_code == 303, answer.content.decode()[:2000]
        assert changes.of(release.ABOUT, "2026-10").count() == 1
        files = client.get("/open-data/index.json").json()["months"][0]["files"]
        for each in files:
            got = client.get(each["url"])
            assert got.status_code == 200
            assert len(got.content) == each["bytes"]
            assert got.headers["Access-Control-Allow-Origin"] == "*"
        for language in ("zh-hans", "en"):
            page = client.get("/open-data/", headers={"accept-language": language}).content.decode()
            assert "2026-10" in page
        admin.post(f"{path}/publish", {"do": "confirm", "key": "j" * 24, "reason": "有误"})
        assert client.get("/open-data/2026-10/README.md").status_code == 404
        assert signed_in(cast.supervisor).get(path).status_code == 403


@pytest.mark.parametrize("path", ["2026-13/README.md", "../x", "2026-10/../../secrets", "2026-10/x.csv", "x/README.md"])
def test_nothing_else_is_there(cast: Cast, client: Client, var: Path, path: str) -> None:
    assert client.get(f"/open-data/{path}").status_code == 404


def test_a_month_that_is_not_over_is_none(cast: Cast, var: Path) -> None:
    with clock.at(NOVEMBER):
        for month in ("2026-11", "2027-01", "2026-1", "x"):
            with pytest.raises(ValueError, match=month):
                release.make(month)


def test_an_empty_month(cast: Cast, var: Path) -> None:
    with clock.at(NOVEMBER):
        place: Any = release.make("2025-02")
    assert pyarrow.parquet.read_table(place / "handling-by-kind.parquet").num_rows == 0
