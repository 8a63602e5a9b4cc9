"""Kind: grouped cross-validation against a character SVM in the same folds, two sources; the starter on blind words."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.svm import LinearSVC

from anxin.understanding import learning
from anxin.understanding.learning import Example, Judged
from anxin.understanding.model import STARTER, Model
from bench.figures import Bench, console

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "messages"
LABELLED = Path(__file__).resolve().parents[1] / "labelled"
SEEDS = (0, 1, 2)


def first_source() -> list[Example]:
    """The labelled public messages; where there is no detail, the words the publisher gives instead."""
    return [
        Example(row["subject"].strip(), row["detail"].strip() or row["segmented"].replace(" ", ""), row["label"],
                row["twin_group"])
        for row in _rows("labelled_7298.csv")
    ]  # fmt: skip


def second_source(column: str) -> list[Example]:
    """The messages of the second source that have this label."""
    return [Example("", row["留言"], row[column]) for row in _rows("second_source_dev.csv") if row[column].strip()]


def _rows(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def ours(examples: list[Example], seed: int) -> tuple[Judged, list[tuple[NDArray[np.intp], NDArray[np.intp]]]]:
    """Our model in grouped 5-fold, and the folds."""
    known = learning._checked(examples)
    scores, plan = learning._unseen(known, learning._best_setting(known, seed), learning.FOLDS, seed, None)
    return learning._judge_folds(known, scores, plan), plan


def bar(examples: list[Example], plan: list[tuple[NDArray[np.intp], NDArray[np.intp]]]) -> float:
    """Macro-F1 of the character 1-3-gram TF-IDF linear SVM in the same folds."""
    texts = [f"{each.headline}\n{each.text}" for each in examples]
    kinds = np.array([each.label for each in examples])
    said = np.empty_like(kinds)
    for others, ask in plan:
        grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32)
        machine = LinearSVC().fit(grams.fit_transform([texts[i] for i in others]), kinds[others])
        said[ask] = machine.predict(grams.transform([texts[i] for i in ask]))
    return float(f1_score(kinds, said, average="macro"))


def measure(bench: Bench) -> None:
    """All figures of the kind."""
    _starter(bench)
    if not (SHARED / "labelled_7298.csv").exists():
        bench.notes.append("skipped: the public messages are not beside this clone")
        return
    messages, gained = first_source(), []
    for seed in SEEDS:
        found, plan = ours(messages, seed)
        reference = bar(messages, plan)
        gained.append(found.macro_f1 - reference)
        bench.add(
            f"first level, macro-F1, folds {seed}", found.macro_f1, "", reference=reference, reference_name="char SVM"
        )
        console.print(f"folds {seed}: {found.macro_f1:.4f} against {reference:.4f}")
        if seed == 0:
            bench.add("calibration error (ECE)", found.ece, "", bound="< 0.03", met=found.ece < 0.03)
            right = found.kept_at(0.10)[1]
            bench.add("accuracy at 10 % left to a person", right * 100, "%", bound=">= 97 %", met=right >= 0.97)
            needed = next((share for _, share, accuracy in found.curve if accuracy >= 0.97), 1.0)
            bench.add("share left to a person for 97 %", needed * 100, "%")
    gain = float(np.mean(gained)) * 100
    bench.add("points above the char SVM, mean of 3", gain, "points", bound=">= 1.5", met=gain >= 1.5)
    for column, name in (("问题类型", "kind of message"), ("问题领域", "field")):
        second = second_source(column)
        found, plan = ours(second, 0)
        reference = bar(second, plan)
        bench.add(
            f"second source, {name}, macro-F1", found.macro_f1, "", reference=reference, reference_name="char SVM",
            bound="above", met=found.macro_f1 > reference,
        )  # fmt: skip


def _starter(bench: Bench) -> None:
    with (LABELLED / "kind_blind.jsonl").open(encoding="utf-8") as lines:
        blind = [json.loads(line) for line in lines]
    said = Model.read(STARTER).answers([("", each["text"]) for each in blind])
    best = sum(answer.best == each["kind"] for answer, each in zip(said, blind, strict=True))
    right = sum(answer.label == each["kind"] for answer, each in zip(said, blind, strict=True))
    open_ = sum(answer.abstained for answer in said)
    bench.add("starter on blind words: best guess right", best / len(blind) * 100, "%")
    bench.add("starter on blind words: said and right", right / len(blind) * 100, "%")
    bench.add("starter on blind words: left to a person", open_ / len(blind) * 100, "%")
