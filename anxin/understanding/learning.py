"""How a model is trained, and how it is judged: on messages it has not seen, near-identical ones never divided.

The weights come from one linear support vector machine a kind; probabilities from a logistic scale fitted on what
the model said of messages it had not been trained on. The threshold below which it abstains is the one at which a
tenth of the messages is left to a person, unless the installation sets another [INF].
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from anxin.understanding.model import LEVEL, Keys, Model, Real, Space, keys, split, words
from anxin.understanding.text import TOGETHER

Told = Callable[[str], None]
FOLDS = 5
EVENNESS = 0.5
"""How far rare kinds are weighed up (0 not at all, 1 to equal) [INF]."""
SEEN = 2
"""Messages a run or word must occur in to be a feature [INF]."""
ABSTAIN = 0.10
"""Share of the messages left to a person at the threshold a new model proposes [INF]."""
NAME_WEIGHT = 0.3
"""What the bare name of a kind weighs as an example of it [INF]."""
BINS = 15
ENOUGH = 100
"""Messages every kind needs before more than one factor is fitted for the probabilities [INF]."""
Whole = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Setting:
    """How to learn: the price of a mistake, and how much each of the six views of a message counts."""

    cost: float
    counts: tuple[float, float, float, float, float, float]


SETTINGS = (Setting(1.0, (1.0, 0.7, 0.5, 0.0, 1.0, 0.7)), Setting(0.2, (1.0, 0.7, 0.0, 0.3, 0.25, 0.3)))
"""What is tried: the first suits long messages with headlines, the second short or noisy ones [INF]."""


class TooFew(ValueError):
    """There are not enough messages to learn from."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message whose kind a person has settled. `group`: near-identical messages share it; `at`: epoch seconds."""

    headline: str
    text: str
    label: str
    group: str = ""
    at: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True)
class Judged:
    """How good a model is on messages it has not seen. `curve`: (threshold, share abstained, accuracy of the rest).

    `ece`: expected calibration error in 15 bins of equal width; `bins`: (mean probability, accuracy, messages).
    """

    messages: int
    macro_f1: float
    accuracy: float
    ece: float
    labels: list[str]
    confusion: list[list[int]]
    curve: list[tuple[float, float, float]]
    bins: list[tuple[float, float, int]]
    by_label: dict[str, float] = field(default_factory=dict)

    def kept_at(self, share: float) -> tuple[float, float]:
        """Threshold and accuracy of the rest when the least sure `share` of the messages is left to a person."""
        reached = [row for row in self.curve if row[1] <= share + 0.005]
        row = max(reached, key=lambda each: each[1]) if reached else self.curve[0]
        return row[0], row[2]

    def as_dict(self) -> dict[str, Any]:
        """For a file."""
        found: dict[str, Any] = json.loads(json.dumps(vars(self)))
        return found


def _features_seen(plain: Sequence[tuple[str, str]], counts: Sequence[float]) -> Space:
    """The features that occur in at least two messages, the common ones first, and how rare each is."""
    runs, times = _count_runs(plain, np.array(counts, np.float32))
    every: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    for headline, detail in plain:
        first = set(words(headline))
        every.update(first.union(words(detail)))
        heads.update(first)
    all_kept = [(word, n) for word, n in every.most_common() if n >= SEEN]
    head_kept = [(word, n) for word, n in heads.most_common() if n >= SEEN]
    order = np.argsort(-times, kind="stable")
    runs, times = runs[order], times[order]
    seen = np.concatenate([times, [n for _, n in all_kept], [n for _, n in head_kept]]).astype(np.float64)
    rarity = (np.log((1 + len(plain)) / (1 + seen)) + 1).astype(np.float16).astype(np.float32)
    return Space(runs, [w for w, _ in all_kept], [w for w, _ in head_kept], rarity, counts)


def _count_runs(plain: Sequence[tuple[str, str]], counts: Real, batch: int = 1000) -> tuple[Keys, NDArray[np.int64]]:
    """Every run that occurs in enough messages, and in how many."""
    parts: list[tuple[Keys, NDArray[np.int64]]] = []
    for start in range(0, len(plain), batch):
        once = [np.unique(keys([each], counts)[0]) for each in plain[start : start + batch]]
        parts.append(np.unique(np.concatenate(once), return_counts=True))
    every, where = np.unique(np.concatenate([runs for runs, _ in parts]), return_inverse=True)
    times = np.bincount(where, np.concatenate([n for _, n in parts])).astype(np.int64)
    return every[times >= SEEN], times[times >= SEEN]


def matrix(space: Space, plain: Sequence[tuple[str, str]], batch: int = TOGETHER) -> sparse.csr_matrix:
    """The features of many messages (plain texts), one row each."""
    found = [space.features(plain[start : start + batch]) for start in range(0, len(plain), batch)]
    return sparse.vstack(
        [
            sparse.csr_matrix((each.values, each.rows, each.ends), shape=(len(each.ends) - 1, space.size))
            for each in found
        ],
        format="csr",
    )


@dataclass(frozen=True)
class _Set:
    """Examples ready to learn from."""

    plain: list[tuple[str, str]]
    kinds: Whole
    labels: list[str]
    groups: list[str]
    weights: NDArray[np.float64]


def _set(examples: Sequence[Example], labels: Sequence[str] | None = None) -> _Set:
    names = list(labels) if labels is not None else sorted({each.label for each in examples})
    number = {label: i for i, label in enumerate(names)}
    return _Set(
        plain=split([(each.headline, each.text) for each in examples]),
        kinds=np.array([number[each.label] for each in examples], np.intp),
        labels=names,
        groups=[each.group or f"#{i}" for i, each in enumerate(examples)],
        weights=np.array([each.weight for each in examples]),
    )


def _fit(known: _Set, setting: Setting, chosen: Whole | None = None) -> tuple[Space, Real, Real]:
    """The space of features and the weights learnt from (some of) the examples."""
    chosen = np.arange(len(known.plain)) if chosen is None else chosen
    plain = [known.plain[i] for i in chosen]
    space = _features_seen(plain, setting.counts)
    kinds = known.kinds[chosen]
    often = np.bincount(kinds, minlength=len(known.labels)).astype(np.float64)
    share: NDArray[np.float64] = np.maximum(often, 1.0) * max(1, int(np.count_nonzero(often))) / len(kinds)
    even = np.power(share, -EVENNESS)
    weights = np.zeros((space.size, len(known.labels)), np.float32)
    bias = np.full(len(known.labels), -2.0, np.float32)
    present = np.flatnonzero(often)
    learnt = LinearSVC(C=setting.cost, random_state=0)
    learnt.fit(matrix(space, plain), kinds, sample_weight=known.weights[chosen] * even[kinds])
    coef, intercept = learnt.coef_, learnt.intercept_
    if len(present) == 2:
        coef, intercept = np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
    weights[:, present] = coef.T
    bias[present] = intercept
    return space, weights, bias


def _best_setting(known: _Set, seed: int) -> Setting:
    """Of the settings, the one that did best on a fifth of the messages, learning from the others.

    One choice among two for the whole set: it is made before the folds, and flatters them by next to nothing.
    """
    train_on, ask = next(_folds(known, FOLDS, seed + 1_000))

    def reached(setting: Setting) -> float:
        said = _out_of_fold((known, setting, train_on, ask)).argmax(1)
        return float(f1_score(known.kinds[ask], said, average="macro", zero_division=0))

    return max(SETTINGS, key=reached)


def _out_of_fold(job: tuple[_Set, Setting, Whole, Whole]) -> Real:
    known, setting, train_on, ask = job
    space, weights, bias = _fit(known, setting, train_on)
    return np.asarray(matrix(space, [known.plain[i] for i in ask]) @ weights + bias, np.float32)


def _folds(known: _Set, folds: int, seed: int) -> Iterator[tuple[Whole, Whole]]:
    groups = np.unique(known.groups, return_inverse=True)[1]
    many = min(folds, int(groups.max()) + 1)
    yield from GroupKFold(many, shuffle=True, random_state=seed).split(groups, known.kinds, groups)


def _unseen(
    known: _Set, setting: Setting, folds: int, seed: int, told: Told | None
) -> tuple[Real, list[tuple[Whole, Whole]]]:
    """What models said of messages that they (and their near-twins) were not trained on."""
    plan = list(_folds(known, folds, seed))
    scores = np.zeros((len(known.plain), len(known.labels)), np.float32)
    jobs = [(known, setting, train_on, ask) for train_on, ask in plan]
    workers = min(len(plan), os.cpu_count() or 1)
    if workers > 1 and len(known.plain) >= 2000:
        with ProcessPoolExecutor(workers) as pool:
            for number, ((_, ask), got) in enumerate(zip(plan, pool.map(_out_of_fold, jobs), strict=True), 1):
                scores[ask] = got
                if told:
                    told(f"{number}/{len(plan)}")
    else:
        for number, ((_, ask), job) in enumerate(zip(plan, jobs, strict=True), 1):
            scores[ask] = _out_of_fold(job)
            if told:
                told(f"{number}/{len(plan)}")
    return scores, plan


def _scaled(scores: Real, kinds: Whole, many: int) -> tuple[Real, Real]:
    """A logistic scale that turns scores into probabilities; kinds that never occur get none."""
    scale, shift = np.zeros((many, many), np.float32), np.full(many, -20.0, np.float32)
    present = np.unique(kinds)
    if len(present) < 2:
        shift[present] = 0
        return scale, shift
    if np.bincount(kinds)[present].min() < ENOUGH:
        scale[:] = _sharpest(scores, kinds) * np.eye(many, dtype=np.float32)
        shift[present] = 0
        return scale, shift
    # In their own spread, or small scores would be held back more than large ones.
    spread = float(scores.std()) or 1.0
    fitted = LogisticRegression(C=1.0, max_iter=2000).fit(scores / spread, kinds)
    coef, intercept = fitted.coef_ / spread, fitted.intercept_
    if len(present) == 2:
        coef, intercept = np.vstack([-coef / 2, coef / 2]), np.concatenate([-intercept / 2, intercept / 2])
    scale[:, present] = coef.T
    shift[present] = intercept
    return scale, shift


def _sharpest(scores: Real, kinds: Whole) -> float:
    """The one factor under which what was said is most probable, where there is too little to fit more."""

    def surprise(factor: float) -> float:
        sure = _softmax(scores * factor)
        return float(-np.log(np.maximum(sure[np.arange(len(kinds)), kinds], 1e-9)).mean())

    return float(min(np.geomspace(0.2, 20, 60), key=surprise))


def _softmax(raised: NDArray[Any]) -> NDArray[np.float64]:
    raised = np.exp(raised - raised.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True), np.float64)


def judged(sure: NDArray[np.float64], kinds: Whole, labels: list[str]) -> Judged:
    """How good probabilities (messages x kinds) are against what people settled."""
    said = sure.argmax(1)
    top = sure.max(1)
    right = said == kinds
    bins = []
    for low in np.linspace(0, 1, BINS, endpoint=False):
        within = (top > low) & (top <= low + 1 / BINS)
        if within.any():
            bins.append((float(top[within].mean()), float(right[within].mean()), int(within.sum())))
    ece = sum(abs(mean - hit) * n for mean, hit, n in bins) / max(1, len(kinds))
    order = np.argsort(top)
    curve = []
    for share in np.linspace(0, 0.5, 51):
        left = round(share * len(order))
        rest = order[left:]
        curve.append((float(top[order[left]]) if left else 0.0, left / len(order), float(right[rest].mean())))
    present = sorted(set(kinds.tolist()))
    each = f1_score(kinds, said, labels=present, average=None, zero_division=0)
    return Judged(
        messages=len(kinds),
        macro_f1=float(np.mean(each)),
        accuracy=float(right.mean()),
        ece=float(ece),
        labels=labels,
        confusion=confusion_matrix(kinds, said, labels=range(len(labels))).tolist(),
        curve=curve,
        bins=bins,
        by_label={labels[k]: float(f1) for k, f1 in zip(present, each, strict=True)},
    )


def cross_validate(
    examples: Sequence[Example], *, folds: int = FOLDS, seed: int = 0, told: Told | None = None
) -> Judged:
    """How good a model trained on these examples will be: every message is judged by a model that never saw its group.

    The scale of probabilities that judges a fold was fitted on the other folds. Raises TooFew.
    """
    known = _checked(examples)
    scores, plan = _unseen(known, _best_setting(known, seed), folds, seed, told)
    return _judge_folds(known, scores, plan)


def _judge_folds(known: _Set, scores: Real, plan: list[tuple[Whole, Whole]]) -> Judged:
    many = len(known.labels)
    sure = np.zeros((len(known.plain), many))
    for others, ask in plan:
        scale, shift = _scaled(scores[others], known.kinds[others], many)
        sure[ask] = _softmax(scores[ask] @ scale + shift)
    return judged(sure, known.kinds, known.labels)


def _checked(examples: Sequence[Example]) -> _Set:
    known = _set(examples)
    if len(known.labels) < 2 or len(set(known.groups)) < 2 * FOLDS:
        raise TooFew(f"{len(examples)} messages, {len(known.labels)} kinds")
    return known


def train(
    examples: Sequence[Example],
    *,
    taxonomy: Sequence[str] = (),
    folds: int = FOLDS,
    seed: int = 0,
    told: Told | None = None,
    card: dict[str, Any] | None = None,
) -> Model:
    """Learn from settled messages; `taxonomy`: names of kinds, which count as small examples of themselves.

    The model's card keeps how it was judged by grouped cross-validation. Raises TooFew.
    """
    # Told twice, since a word must occur in two messages to be a feature.
    named = [Example("", name.replace(LEVEL, " "), name, f"name {name}", weight=NAME_WEIGHT / 2) for name in taxonomy]
    known = _checked([*examples, *named, *named])
    setting = _best_setting(known, seed)
    scores, plan = _unseen(known, setting, folds, seed, told)
    found = _judge_folds(known, scores, plan)
    scale, shift = _scaled(scores, known.kinds, len(known.labels))
    space, weights, bias = _fit(known, setting)
    return Model(
        labels=known.labels,
        space=space,
        weights=weights,
        bias=bias,
        scale=scale,
        shift=shift,
        least=round(found.kept_at(ABSTAIN)[0], 4),
        card={
            **(card or {}),
            "setting": [setting.cost, *setting.counts],
            "trained_on": len(examples),
            "folds": len(plan),
            "judged": found.as_dict(),
        },
    )


def judge(model: Model, examples: Sequence[Example]) -> Judged:
    """How good a model is on messages it was not trained on; kinds it does not know count as mistakes."""
    labels = model.labels + sorted({each.label for each in examples} - set(model.labels))
    asked = _set(examples, labels)
    sure = np.zeros((len(examples), len(labels)))
    for start in range(0, len(examples), TOGETHER):
        found = model.space.features(asked.plain[start : start + TOGETHER])
        sure[start : start + TOGETHER, : len(model.labels)] = model.probabilities(found)
    return judged(sure, asked.kinds, labels)
