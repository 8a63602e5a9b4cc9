"""A model learns kinds from settled messages, says how sure it is and why, and admits when it does not know."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.understanding import learning
from anxin.understanding.learning import Example, TooFew
from anxin.understanding.model import Model, NoModel, keys, spell, split
from anxin.understanding.text import close

STREET = ("路灯坏了", "井盖松动", "护栏倒了", "路面有坑", "人行道破损", "信号箱敞开")
WATER = ("车库进水", "下水道堵了", "水管爆了", "雨水倒灌", "污水冒溢", "自来水发黄")
QUARREL = ("邻居吵架", "摊位争执", "漏水赔偿谈不拢", "停车起纠纷", "楼上噪音吵", "押金不退")
KINDS = {"市政/道路": STREET, "市政/排水": WATER, "纠纷": QUARREL}
PLACES = ("湘南公寓", "七星街道", "桂苑新村", "月河", "菜场门口", "三家浜花苑", "学校东门", "湘湖路")


def told(times: int = 3) -> list[Example]:
    """Messages of three kinds; those that differ only in a stop share a group."""
    return [
        Example(f"{place}{trouble}", f"{place}这里{trouble}{'，请尽快来看看' * again}。", kind, f"{place}{trouble}")
        for kind, troubles in KINDS.items()
        for trouble in troubles
        for place in PLACES
        for again in range(times)
    ]


@pytest.fixture(scope="module")
def model() -> Model:
    return learning.train(told())


def test_it_knows_what_it_has_been_told_and_says_on_which_words(model: Model) -> None:
    answer = model.answer("", "我家门口下水道堵了，水都冒上来")
    assert answer.best == "市政/排水"
    assert any("下水道" in word or "堵" in word for word in answer.words)
    assert 0 < answer.probability <= 1


def test_what_it_cannot_tell_it_leaves_to_a_person(model: Model) -> None:
    for text in ("", "😀😀", "asdf qwer", "   \n", "\ud800"):
        assert model.answer("", text, least=0.9).abstained


def test_an_answer_goes_only_as_deep_as_it_is_sure(model: Model) -> None:
    text = "湘南公寓路灯坏了，下水道堵了"
    own = model.answer("", text, least=0.0)
    upper = model.answer("", text, least=min(0.99, own.probability + 0.02))
    assert own.label in ("市政/道路", "市政/排水")
    assert upper.label in ("市政", None)


def test_near_identical_messages_are_never_divided() -> None:
    known = learning._checked(told())
    for train_on, ask in learning._folds(known, 5, 0):
        assert not {known.groups[i] for i in train_on} & {known.groups[i] for i in ask}


def test_it_is_judged_on_what_it_has_not_seen_and_its_card_says_so(model: Model) -> None:
    found = learning.Judged(**model.card["judged"])
    assert found.messages == len(told())
    assert found.macro_f1 > 0.5
    assert sum(map(sum, found.confusion)) == found.messages
    shares = [share for _, share, _ in found.curve]
    assert shares == sorted(shares)
    assert sum(many for _, _, many in found.bins) == found.messages


def test_a_model_in_a_file_says_the_same_and_has_a_version(model: Model, tmp_path: Path) -> None:
    model.write(tmp_path / "m.npz")
    read = Model.read(tmp_path / "m.npz")
    assert read.version == model.version != "new"
    pairs = [(each.headline, each.text) for each in told()[::7]]
    for one, other in zip(model.answers(pairs), read.answers(pairs), strict=True):
        assert one.best == other.best
        assert one.probability == pytest.approx(other.probability, abs=0.02)
    model.write(tmp_path / "again.npz")
    assert Model.read(tmp_path / "again.npz").version == read.version


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"PK nonsense")
    with pytest.raises(NoModel):
        Model.read(tmp_path / "m.npz")


def test_too_few_messages_teach_nothing() -> None:
    with pytest.raises(TooFew):
        learning.train(told()[:3])


def test_the_name_of_a_kind_is_a_small_example_of_it() -> None:
    made = learning.train(told(), taxonomy=("市政/园林绿化", "纠纷"))
    assert "市政/园林绿化" in made.labels
    answer = made.answer("", "园林绿化没人管", least=0)
    assert "市政/园林绿化" in (answer.best, *(label for label, _ in answer.alternatives))


def test_together_or_one_by_one_the_answers_are_the_same(model: Model) -> None:
    pairs = [(each.headline, each.text) for each in told()[:80]] + [("", ""), ("路灯", "")]
    for one, other in zip(model.answers(pairs), [model.answer(*pair) for pair in pairs], strict=True):
        assert one.best == other.best
        assert one.probability == pytest.approx(other.probability, abs=1e-5)


@given(st.text(max_size=300), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_strange(model: Model, text: str, headline: str) -> None:
    answer = model.answer(headline, text)
    assert 0 <= answer.probability <= 1.0001
    assert sum(model.probabilities(model.space.features(split([(headline, text)])))[0]) == pytest.approx(1, abs=1e-3)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FFFF, exclude_categories=["Cs"]), max_size=20))
def test_a_run_can_be_spelled_again(text: str) -> None:
    runs, whose = keys([("", text)], np.ones(6, np.float32))
    spelled = {spell(int(run)) for run in runs}
    assert all(text[i : i + 3] in spelled for i in range(max(0, len(text) - 2)))
    assert not np.any(whose)


def test_a_long_text_is_cut_before_it_costs(model: Model) -> None:
    ((headline, detail),) = split([("", "路灯坏了。" * 5_000)])
    assert len(headline) + len(detail) < 5_000
    assert model.answer("", "路灯坏了。" * 5_000).best == "市政/道路"


def test_the_card_is_plain_json(model: Model) -> None:
    assert json.loads(json.dumps(model.card)) == model.card


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_made_plain_together_is_made_plain_one_by_one(texts: list[str]) -> None:
    together = close(texts)
    assert together == [close([text])[0] for text in texts]
    assert not any(letter in text for text in together for letter in " \n\x01ABCＡ\u200b")


def test_close_texts_are_clean_ones_without_blanks_and_capitals() -> None:
    assert close(["臺灣 國語ＡＢＣ\u200b\ud800１２３\n好"]) == ["台湾国语abc123好"]
