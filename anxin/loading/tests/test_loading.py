"""What is loaded becomes matters like any other: all or nothing, or resumed, exactly once, with its whole life."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import QuerySet
from typer.testing import CliRunner

from anxin.kernel import clock
from anxin.kernel.journal import Entry, Words
from anxin.kernel.matters import CLOSED, REPLIED, REPORTED, WORKING, Matter
from anxin.kernel.orders import Clock, Order
from anxin.kernel.people import Person
from anxin.loading import loading, synthetic
from anxin.loading.loading import Outcome, Wish
from anxin.loading.mapping import Plan, guess, recognised
from anxin.tables.sources import Source, open_source
from tests.cast import Cast

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "messages"
HEAD = "标题,内容,受理时间,经度,纬度,来电人,联系电话,类别"
GARAGE = "车库进水,湘南公寓车库进水没过车轮,2026-07-01 03:30,120.8330,30.7856,王建国,00000000001,供水排水积水"
LAMP = "路灯不亮,整条路都黑,2026-07-02 20:00,,,许静,,公共设施"


def table(path: Path, *rows: str, head: str = HEAD) -> tuple[Source, Plan]:
    path.write_text("\n".join((head, *rows)) + "\n", "utf-8")
    source = open_source(path, recognised)
    return source, guess(source)


def load(what: tuple[Source, Plan], **wish: bool) -> Outcome:
    return loading.load(*what, Wish(**wish))


def taken(out: Outcome) -> QuerySet[Matter]:
    """The matters of a load; other stories may have left theirs in the city."""
    keys = Entry.objects.filter(key__startswith=f"load:{out.load}:")
    return Matter.objects.filter(pk__in=keys.values("matter")).order_by("reported_at")


def only(out: Outcome) -> Matter:
    assert out.refusals == []
    return taken(out).get()


def test_rows_become_matters_with_kind_place_and_owner(cast: Cast, tmp_path: Path) -> None:
    out = load(table(tmp_path / "a.csv", GARAGE, LAMP))
    assert (out.loaded, out.refusals) == (2, [])
    flooded, lamp = taken(out)
    assert flooded.reported_at == datetime(2026, 6, 30, 19, 30, tzinfo=UTC)
    assert (flooded.kind, flooded.state, flooded.lead_id) == ("onekey.water", WORKING, cast.dispatcher.body)
    assert (lamp.kind, lamp.state, lamp.town_id) == ("onekey.facility", REPORTED, None)
    assert out.towns == {"七星街道": 1, "": 1}
    warned = Entry.objects.filter(matter=lamp.pk, verb="warn").get()
    assert warned.data["facts"]["rung"]
    assert not Clock.objects.filter(matter__in=(flooded.pk, lamp.pk), rings_at__lt=clock.now()).exists()


def test_what_names_persons_stands_with_the_people_only(cast: Cast, tmp_path: Path) -> None:
    matter = only(load(table(tmp_path / "a.csv", GARAGE)))
    assert matter.person_id is not None
    person = Person.objects.get(pk=matter.person_id)
    assert (person.masked_name, person.masked_phone) == ("王**", "000****0001")
    told = "".join(str(entry.data) for entry in Entry.objects.filter(matter=matter)) + str(vars(matter))
    assert "王建国" not in told
    assert "00000000001" not in told


def test_one_wrong_row_undoes_the_whole_file(cast: Cast, tmp_path: Path) -> None:
    future = f"{clock.now() + timedelta(days=2):%Y-%m-%d}"
    rows = (
        GARAGE,
        f"明天的事,还没发生,{future},,,,,",
        "没有时间,看不懂,昨天,,,,,",
        "外地,在上海,2026-07-01,121.47,31.23,,,",
        "半个位置,缺纬度,2026-07-01,120.8,,,,",
        ",,2026-07-01,,,,,停车",
        LAMP,
    )
    what = table(tmp_path / "a.csv", *rows)
    out = load(what)
    assert (out.rows, out.loaded, out.undone) == (2, 1, True)
    out = load(what, skip=True)
    assert [(r.line, r.code, r.fields) for r in out.refusals] == [
        (3, "in_the_future", "reported_at"), (4, "wrong_moment", "reported_at"), (5, "outside_the_city", "lat、lon"),
        (6, "wrong_place", "lat、lon"), (7, "nothing_said", "narrative"),
    ]  # fmt: skip
    assert out.undone
    assert not taken(out).exists()
    place = loading.write_refusals(out, what[0])
    assert place.parent != tmp_path
    assert "地点不在本市范围内" in place.read_text("utf-8-sig")
    place.unlink()
    kept = load(what, skip=True, keep_good=True)
    assert (kept.loaded, kept.undone, taken(kept).count()) == (2, False, 2)


def test_a_dry_run_says_the_same_and_writes_nothing(cast: Cast, tmp_path: Path) -> None:
    what = table(tmp_path / "a.csv", GARAGE, "没有时间,看不懂,昨天,,,,,", LAMP)
    before = Matter.objects.count(), Entry.objects.count(), Person.objects.count()
    dry = load(what, dry_run=True, skip=True)
    assert (Matter.objects.count(), Entry.objects.count(), Person.objects.count()) == before
    real = load(what, skip=True, keep_good=True)
    for name in ("load", "rows", "loaded", "refusals", "kinds", "towns", "states", "entries", "clocks"):
        assert getattr(dry, name) == getattr(real, name)


def test_the_same_file_again_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    what = table(tmp_path / "a.csv", GARAGE, LAMP)
    load(what)
    again = load(what)
    assert (again.loaded, again.repeated, taken(again).count()) == (0, 2, 2)
    other = loading.load(what[0], guess(what[0], constants=["channel=web"]), Wish())
    assert (other.loaded, other.repeated) == (2, 0)


LIFE = (
    "标题,内容,受理时间,经度,纬度,签收时间,联系时间,办理时间,办理结果,答复时间,答复意见,"
    "回访时间,是否解决,满意度,办结时间"
)
ANSWERED = "标题,内容,留言时间,答复时间,答复意见"


def test_a_whole_life_is_told_again_at_its_moments(cast: Cast, tmp_path: Path) -> None:
    row = (
        "车库进水,地下车库积水,2026-07-01 03:30:00,120.8330,30.7856,2026-07-01 03:30:40,2026-07-01 03:32,"
        "2026-07-01 09:00,已排空,2026-07-01 10:00,积水已排空,2026-07-02 10:00,是,满意,2026-07-02 11:00"
    )
    matter = only(load(table(tmp_path / "a.csv", row, head=LIFE)))
    assert (matter.state, matter.solved, matter.satisfied) == (CLOSED, True, "satisfied")
    assert matter.closed_at == datetime(2026, 7, 2, 3, 0, tzinfo=UTC)
    lead = Order.objects.get(matter=matter, role="lead")
    assert lead.signed_at == datetime(2026, 6, 30, 19, 30, 40, tzinfo=UTC)
    outcomes = {c.code: c.outcome for c in Clock.objects.filter(matter=matter, order__in=(lead.pk,))}
    assert outcomes == {"sign": "met", "contact": "met", "arrive": "cancelled", "feedback": "met"}
    assert not Clock.objects.filter(matter=matter, stopped_at=None).exists()
    told = Entry.objects.filter(matter=matter).order_by("seq")
    assumed = [entry.verb for entry in told if entry.data.get("facts", {}).get("assumed")]
    assert assumed == ["sign", "finish"]
    assert "积水已排空" in [words.texts.get("reply") for words in Words.objects.filter(entry__matter=matter)]


def test_an_answer_alone_closes_without_praise_or_blame(cast: Cast, tmp_path: Path) -> None:
    row = "房产证,怎么办证,2018-07-01,2018-07-29,请到窗口办理"
    matter = only(load(table(tmp_path / "a.csv", row, head=ANSWERED)))
    assert matter.state == CLOSED
    assert {c.outcome for c in Clock.objects.filter(matter=matter, order__isnull=False)} == {"cancelled"}
    assert Clock.objects.get(matter=matter, code__startswith="handle.").outcome == "missed"


def test_an_answer_may_wait_for_its_call_back(cast: Cast, tmp_path: Path) -> None:
    row = "房产证,怎么办证,2018-07-01,2018-07-09,请到窗口办理,许静"
    matter = only(load(table(tmp_path / "a.csv", row, head=f"{ANSWERED},来电人")))
    assert matter.state == REPLIED, "somebody has a name and was never asked"


def test_moments_in_the_wrong_order_are_refused(cast: Cast, tmp_path: Path) -> None:
    row = "房产证,怎么办证,2018-07-09,2018-07-01,请到窗口办理"
    (refusal,) = load(table(tmp_path / "a.csv", row, head=ANSWERED)).refusals
    assert (refusal.line, refusal.code, refusal.fields) == (2, "wrong_order", "replied_at、reported_at")


def test_labels_become_kinds_by_a_table(cast: Cast, tmp_path: Path) -> None:
    source, _ = table(tmp_path / "a.csv", "甲,一,城建", "乙,二,噪声", "丙,三,没有的", head="标题,内容,类别")
    labels = tmp_path / "kinds.toml"
    labels.write_text('[kinds]\n"城建" = "onekey.road"\n', "utf-8")
    out = loading.load(source, guess(source, kinds=labels), Wish(skip=True))
    assert [(r.line, r.code) for r in out.refusals] == [(4, "unknown_kind")]
    labels.write_text('[kinds]\n"城建" = "onekey.road"\n"*" = "onekey.other"\n', "utf-8")
    out = loading.load(source, guess(source, kinds=labels), Wish())
    assert out.kinds == {"onekey.road": 1, "onekey.noise": 1, "onekey.other": 1}


def test_the_command_speaks_and_answers_with_its_exit_code(cast: Cast, tmp_path: Path) -> None:
    import typer

    from anxin.loading.command import load as command

    app = typer.Typer()
    app.command()(command)
    run = CliRunner()
    source, _ = table(tmp_path / "a.csv", GARAGE, "没有时间,看不懂,昨天,,,,,")
    result = run.invoke(app, [str(source.path)], env={"COLUMNS": "160"})
    assert result.exit_code == 1
    assert "整个文件未载入" in result.output
    assert "王建国" not in result.output
    result = run.invoke(app, [str(source.path), "--keep-good"], env={"COLUMNS": "160"})
    assert result.exit_code == 3
    assert run.invoke(app, [str(tmp_path / "missing.csv")]).exit_code == 2
    assert taken(Outcome(loading.load_id(source, guess(source)))).count() == 1
    for left in (Path(os.environ.get("ANXIN_VAR", "var")) / "loads").glob("a.csv.*.errors.csv"):
        left.unlink()


def test_a_synthetic_city_is_the_same_each_time(cast: Cast) -> None:
    until = datetime(2026, 11, 20, tzinfo=UTC)
    out = synthetic.fill(60, seed=5, until=until, workers=1)
    again = synthetic.fill(60, seed=5, until=until, workers=1)
    assert (out.loaded, again.loaded, again.repeated) == (60, 0, 60)
    told = list(taken(out))
    assert all(matter.state == CLOSED and matter.closed_at and matter.closed_at <= until for matter in told)
    assert {matter.county_id for matter in told} == {told[0].county_id}
    other = synthetic.fill(60, seed=5, until=until + timedelta(seconds=1), workers=1)
    assert sorted(matter.title for matter in taken(other)) == sorted(matter.title for matter in told)


def test_one_in_a_thousand_stays_open() -> None:
    assert 69 <= len(synthetic.still_open(synthetic.MATTERS, 1)) <= 207


# ---- killed in the middle ---------------------------------------------------------------------------------------

CHILD = """
import sys, django
django.setup()
from pathlib import Path
from anxin.loading import loading
from anxin.loading.mapping import guess, recognised
from anxin.tables.sources import open_source
source = open_source(Path(sys.argv[1]), recognised)
wish = loading.Wish(keep_good=sys.argv[2] == "keep", chunk=40)
out = loading.load(source, guess(source), wish, lambda done: print(done, flush=True))
print("loaded", out.loaded, out.repeated, flush=True)
"""


def many(path: Path, count: int) -> tuple[Source, Plan]:
    mark = uuid.uuid4().hex
    rows = [f"路灯不亮{n},第{n}盏 {mark},2026-07-02 20:00,,,,,公共设施" for n in range(count)]
    return table(path, *rows)


def started(path: Path, how: str) -> subprocess.Popen[str]:
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT']}"
    secret = f":{place['PASSWORD']}" if place["PASSWORD"] else ""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "anxin.settings",
                   "DATABASE_URL": url.replace("@", f"{secret}@", 1)}  # fmt: skip
    root = Path(__file__).resolve().parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), how], env=environment, cwd=root, text=True, stdout=subprocess.PIPE
    )


def lines_taken(load_id: str) -> list[str]:
    return [str(entry.key) for entry in Entry.objects.filter(key__startswith=f"load:{load_id}:")]


def killed_after_its_first_rows(path: Path, how: str) -> None:
    child = started(path, how)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "40"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()


def test_killed_while_keeping_good_rows_it_goes_on_exactly_once(live_city: Cast, tmp_path: Path) -> None:
    what = many(tmp_path / "a.csv", 1200)
    name = loading.load_id(*what)
    killed_after_its_first_rows(tmp_path / "a.csv", "keep")
    before = len(lines_taken(name))
    assert 40 <= before < 1200
    deadline = time.monotonic() + 30
    child = started(tmp_path / "a.csv", "keep")
    output, _ = child.communicate(timeout=max(1, deadline - time.monotonic()) + 30)
    *_, loaded, repeated = output.split()
    assert int(loaded) + int(repeated) == 1200
    assert int(repeated) >= before
    lines = lines_taken(name)
    assert len(lines) == len(set(lines)) == 1200


def test_killed_otherwise_nothing_is_left(live_city: Cast, tmp_path: Path) -> None:
    what = many(tmp_path / "a.csv", 1200)
    killed_after_its_first_rows(tmp_path / "a.csv", "all")
    assert lines_taken(loading.load_id(*what)) == []


# ---- real messages ----------------------------------------------------------------------------------------------


FIRST = 300


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("labelled_7298.csv", REPORTED),
        ("dated_4326.csv", REPORTED),
        ("replied_2816.csv", CLOSED),
        ("second_source_dev.csv", REPORTED),
    ],
)
def test_real_messages(cast: Cast, name: str, state: str) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"../shared/data/messages/{name} is not there: real messages are not part of the repository")
    source = open_source(DATA / name, recognised)
    whole = source.read
    source.read = lambda: islice(whole(), FIRST)
    out = loading.load(source, guess(source), Wish(dry_run=True, skip=True))
    assert (out.rows, out.refusals) == (FIRST, [])
    assert out.states.most_common(1)[0][0] == state
