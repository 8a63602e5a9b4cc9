"""Learning from the city's own history: enough, newer, better - or nothing changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anxin.kernel import clock, flow, journal
from anxin.kernel.bodies import SYSTEM, Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.matters import Matter
from anxin.understanding import history, suggest
from anxin.understanding.models import ModelVersion
from tests.cast import Cast, garage

pytestmark = pytest.mark.django_db
SAID = {
    "onekey.animal": ("鸽子笼", "鸽粪", "养鸽"),
    "onekey.network": ("蓝盒子", "光猫", "没网"),
    "onekey.rural": ("水杉林", "看林人", "苗木"),
}
"""Words of this place that no starter knows, by kind."""


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def tell(count: int, *, since: int = 100, swap: bool = False) -> None:
    """So many matters, settled one after the other over the days before today."""
    kinds = list(SAID)
    start = clock.now() - timedelta(days=since)
    with journal.bulk(quiet=True):
        for n in range(count):
            kind = kinds[n % 3]
            words = SAID[kinds[(n + 1) % 3] if swap and n % 2 else kind]
            place = "东西南北中"[n % 5] + "区" + "甲乙丙丁戊己庚"[n % 7] + "处"
            told = f"{place}{words[n % 3]}的事，{words[(n + 1) % 3]}也有，第{n}回，请来看看。"
            with clock.at(start + timedelta(minutes=7 * n)):
                change = flow.report(
                    garage(kind=kind, title=f"{place}{words[n % 3]}", narrative=told, person=None), Actor(role="seat")
                )
                lead = next(o for o in change.orders if o.role == "lead")
                for order in [*(o for o in change.orders if o.role != "lead"), lead]:
                    flow.sign(order, SYSTEM)
                    flow.finish(order, SYSTEM, "已处理")


def test_too_little_history_teaches_nothing(cast: Cast) -> None:
    tell(30)
    out = history.learn()
    assert not out.replaced
    assert "至少需要 200 件" in out.said
    assert not ModelVersion.objects.exists()


def test_a_better_model_is_taken_into_use_and_one_can_go_back(
    cast: Cast, django_capture_on_commit_callbacks: Any, tmp_path: Path
) -> None:
    tell(260)
    starter = suggest.in_use().version
    with django_capture_on_commit_callbacks(execute=True):
        out = history.learn()
    assert out.replaced, out.said
    assert out.new["macro_f1"] > out.old["macro_f1"]
    assert out.judged_on >= history.LEAST_NEW
    row = ModelVersion.objects.get(in_use=True)
    assert (row.version, row.trained_on) == (out.version, out.examples)
    assert "鸽" not in str(row.figures)
    assert suggest.in_use().version == out.version
    assert suggest.suggest("隔壁有个鸽子笼，鸽粪到处都是").kind == "onekey.animal"

    again = history.learn()
    assert not again.replaced
    assert "上次学习之后" in again.said

    (tmp_path / "models" / "in_use").unlink()  # another host
    (tmp_path / "models" / f"{out.version}.npz").unlink()
    assert history.follow()
    assert not history.follow()
    assert suggest.in_use().version == out.version

    with pytest.raises(NotAllowed):
        history.use("starter", cast.dispatcher)
    with pytest.raises(NotFound):
        history.use("no such version", cast.supervisor)
    with django_capture_on_commit_callbacks(execute=True):
        history.use("starter", cast.supervisor)
    assert suggest.in_use().version == starter
    assert [each["in_use"] for each in history.versions()] == [False]


def test_what_clerks_correct_is_truth_and_what_is_merged_is_not_asked(cast: Cast) -> None:
    tell(6)
    open_one = flow.report(garage(), cast.resident).matter
    corrected = flow.report(garage(), cast.resident).matter
    flow.reclassify(corrected, cast.dispatcher, "onekey.fire", "实为火情")
    merged = flow.report(garage(), cast.resident).matter
    flow.merge(merged, cast.dispatcher, corrected)
    erased = flow.report(garage(), cast.resident).matter
    flow.reclassify(erased, cast.dispatcher, "onekey.fire", "实为火情")
    flow.erase_words(erased, Actor(role="admin"), "本人申请")
    known = history.examples()
    assert len(known) == 7
    assert open_one.state != "finished"
    assert known[-1].label == "onekey.fire"
    assert known[-1].weight == history.CORRECTED
    assert [each.at for each in known] == sorted(each.at for each in known)


def test_matters_that_came_out_of_one_another_are_never_divided(cast: Cast) -> None:
    tell(4)
    first, second = Matter.objects.order_by("pk")[:2]
    groups = history._groups([(first.pk, None), (second.pk, first.pk)])
    assert len(set(groups.values())) == 1
