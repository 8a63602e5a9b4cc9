"""The story of understanding: a garage that fills, neighbours who say the same, a clerk who knows better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anxin.kernel import flow
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.understanding import advice, body, known
from anxin.understanding.tests.worker import hear
from tests.cast import Cast, area, garage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    body.count_anew()


def stands(matter: Matter) -> Matter:
    """The matter as it is now."""
    return Matter.objects.get(pk=matter.pk)


def test_the_garage_is_heard_named_and_known_already(cast: Cast) -> None:
    """王建国 reports plainly what burns; before anybody looks 110 knows, and the desk knows what, where and who."""
    wang = flow.report(garage(), cast.resident).matter
    assert (wang.urgency, wang.police) == ("ordinary", "")
    hear()

    now = stands(wang)
    assert (now.urgency, now.police) == ("emergency", "sent")
    raised = Entry.objects.get(matter=wang.pk, verb="correct")
    assert raised.role == "system"
    assert "R4" in raised.words.texts["reason"]
    assert "没过" in raised.words.texts["reason"]

    said = advice.of(wang)
    assert said is not None
    assert said.raised
    assert said.version
    assert said.kind in ("onekey.water", "")
    assert area(said.area).name == "湘南网格"
    assert said.body == "330402015.command"
    assert "七星街道综合信息指挥室" in said.body_reason
    assert said.dangers[0][0] == "water"
    assert said.twins == []

    xu = flow.report(
        garage(person=None, title="湘南公寓车库被水淹", narrative="湘南公寓地下车库进水，水没过车轮，快来人。"),
        cast.resident,
    ).matter
    hear()
    told = advice.of(xu)
    assert told is not None
    (twin,) = told.twins
    assert twin[0] == wang.pk
    assert twin[1] >= 0.5
    assert "车库" in "".join(twin[2])


def test_a_person_who_lowers_the_urgency_is_not_overruled(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    hear()
    flow.correct(stands(matter), cast.arbiter, "现场查看，只是洗车水", urgency="ordinary")
    hear()
    flow.correct(stands(matter), cast.arbiter, "补充", narrative="湘南公寓地下车库进水，水没过车轮，救命")
    hear()
    assert stands(matter).urgency == "ordinary"


def test_while_typing_the_form_finds_what_is_known(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    hear()
    found = advice.near("湘南公寓的地下车库进水了，水没过车轮", areas=known.numbers(stands(matter)), least=0.3)
    assert [each.pk for each, _ in found] == [matter.pk]
    assert found[0][1].reason


def test_a_second_caller_who_sees_it_burn_is_heard(cast: Cast) -> None:
    """许静 only adds her voice, but what she says cannot wait."""
    quiet = flow.report(
        garage(title="车库有异味", narrative="湘南公寓地下车库有股怪味，请来看看。"), cast.resident
    ).matter
    hear()
    assert stands(quiet).urgency == "ordinary"
    flow.add_voice(stands(quiet), cast.resident, "现在冒烟了，着火了，有人困在里面！")
    hear()
    assert (stands(quiet).urgency, stands(quiet).police) == ("emergency", "sent")
