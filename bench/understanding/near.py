"""Known already: precision and recall on pairs of real messages that two readers labelled, time and room of a look-up.

    python -m bench.understanding.near      fits the formula of anxin/understanding/near.py anew and prints it
    python -m bench.understanding.near counts   counts the runs of the messages anew (near.npz)

The labels (bench/labelled/pairs.csv) hold only where the two messages stand; the messages stay in ../shared/data.
Nothing is scored by a formula fitted on it: ten folds, and two messages that any chain of pairs joins are in one fold.
"""

from __future__ import annotations

import csv
import math
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anxin.kernel.clock import TZ
from anxin.understanding import near
from anxin.understanding.near import Index
from bench.figures import Bench

Key = tuple[str, str]
Table = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT.parent / "shared" / "data" / "messages"
PAIRS = ROOT / "bench" / "labelled" / "pairs.csv"
COLUMNS = {
    "dated": ("dated_4326.csv", "留言编号", "留言主题", "留言详情", "留言时间"),
    "replied": ("replied_2816.csv", "留言编号", "留言主题", "留言详情", "留言时间"),
    "labelled": ("labelled_7298.csv", "row", "subject", "detail", "time"),
}
FOLDS, SEED = 10, 20261124
TYPED, BEGUN = 100, 12
"""Characters of a detail, and of a headline, that stand for a form half filled in."""
SHAPES = {"whole": 1.0, "headline": 0.5, "beginning": 0.5, "first words": 0.25}
"""What of a message is looked for, and its weight in the fit."""
SWAPPED, SWAPPED_WEIGHT = 1200, 0.05
"""Messages whose place is replaced by another one's (the same words about another estate), and their weight."""
ROUNDS = 15
STRANGERS, STRANGER_WEIGHT, STRANGE = 1500, 0.5, 0.15
"""Messages that share a few keys but less than STRANGE of what is telling, taken as different, and their weight: the
labelled pairs are similar ones, and a formula that never saw strangers calls two reports of one hour the same."""
NAMED = re.compile(r"([一-鿿]{2,4})(小区|社区|花园|公寓|新城|家园|学校|小学|中学|公司|镇|街道|村|路|广场|大道|国际城)")
COUNTY = re.compile(r"[A-Z]\d*[市区县]")


@dataclass(frozen=True, slots=True)
class Message:
    """A real message: headline, detail, and when (seconds since 1970, NaN where the source does not say)."""

    headline: str
    detail: str
    at: float

    @property
    def text(self) -> str:
        """As Anxin gives it to the index."""
        return f"{self.headline}\n{self.detail}" if self.detail else self.headline

    def shaped(self, shape: str) -> str:
        """The whole of it, its headline, the beginning of its detail, or the first words of its headline."""
        return {
            "whole": self.text,
            "headline": self.headline,
            "beginning": self.detail[:TYPED],
            "first words": self.headline[:BEGUN],
        }[shape]


def _seconds(said: str) -> float:
    found = re.match(r"(\d+)[/-](\d+)[/-](\d+)(?:\D+(\d+):(\d+)(?::(\d+))?)?", said.strip())
    if not found:
        return math.nan
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=TZ).timestamp()


@cache
def messages() -> dict[Key, Message]:
    """All real messages beside this clone; empty when there are none."""
    found: dict[Key, Message] = {}
    csv.field_size_limit(1 << 24)
    for name, (file, ident, headline, detail, at) in COLUMNS.items():
        if not (MESSAGES / file).exists():
            return {}
        with (MESSAGES / file).open(encoding="utf-8-sig", newline="") as rows:
            for row in csv.DictReader(rows):
                words = row[detail] or row.get("segmented", "").replace(" ", "")
                found[name, row[ident]] = Message(row[headline].strip(), words.strip(), _seconds(row[at] or ""))
    return found


@dataclass(frozen=True, slots=True)
class Labels:
    """What the two readers said of each pair."""

    pairs: list[tuple[Key, Key]]
    first: list[str]
    second: list[str]
    label: list[str]

    def agreement(self) -> tuple[float, float]:
        """Share of pairs with the same label, and Cohen's kappa, over the three answers (same, different, unsure)."""
        many = len(self.pairs)
        seen = sum(a == b for a, b in zip(self.first, self.second, strict=True)) / many
        one, other = Counter(self.first), Counter(self.second)
        chance = sum(one[word] * other[word] for word in one) / many**2
        return seen, (seen - chance) / (1 - chance)

    def agreed(self) -> list[tuple[Key, Key, bool]]:
        """The pairs both called same or both called different."""
        return [(*pair, said == "same") for pair, said in zip(self.pairs, self.label, strict=True) if said]


def labels() -> Labels:
    """The labelled pairs of this repository."""
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    pairs = [((row["file_a"], row["id_a"]), (row["file_b"], row["id_b"])) for row in rows]
    return Labels(pairs, [r["label_1"] for r in rows], [r["label_2"] for r in rows], [r["label"] for r in rows])


def filled(capacity: int = 1 << 14) -> tuple[Index, dict[Key, int]]:
    """An index of all real messages, and their numbers in it."""
    index, idents = Index(capacity=capacity), {key: n for n, key in enumerate(messages(), 1)}
    index.add_all((idents[key], message.text, message.at, ()) for key, message in messages().items())
    return index, idents


@dataclass(slots=True)
class Examples:
    """Comparisons to learn from: `clues` a row each; which message's family it belongs to decides the fold."""

    clues: Table
    same: Flags
    weight: Table
    fold: NDArray[np.intp]
    shape: list[str]

    def of(self, shape: str) -> Flags:
        """Which of them have this shape."""
        return np.array([each == shape for each in self.shape])


def _folds(pairs: Iterable[tuple[Key, Key, bool]]) -> dict[Key, int]:
    """A fold for each message: the same one for all that a chain of pairs joins."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for a, b, _ in pairs:
        parent[root(a)] = root(b)
    families = sorted({root(key) for key in parent})
    random.Random(SEED).shuffle(families)
    turn = {family: n % FOLDS for n, family in enumerate(families)}
    return {key: turn[root(key)] for key in list(parent)}


def examples(index: Index, idents: dict[Key, int]) -> Examples:
    """Every agreed pair in both directions and three shapes, and messages with the place of another one put in."""
    agreed = labels().agreed()
    folds = _folds(agreed)
    rows: list[tuple[NDArray[Any], bool, float, int, str]] = []
    for a, b, same in agreed:
        for asked, kept in ((a, b), (b, a)):
            for shape, weight in SHAPES.items():
                text = messages()[asked].shaped(shape)
                if len(text) >= 4:
                    clues = index.clues(text, [idents[kept]], at=messages()[asked].at)[0]
                    rows.append((clues, same, weight, folds[a], shape))
    for n, (key, text, at) in enumerate(swapped()):
        clues = index.clues(text, [idents[key]], at=at)[0]
        rows.append((clues, False, SWAPPED_WEIGHT, folds.get(key, n % FOLDS), "swapped"))
    for n, (key, other, at) in enumerate(_strangers(index, idents)):
        clues = index.clues(messages()[key].text, [other], at=at)[0]
        rows.append((clues, False, STRANGER_WEIGHT, folds.get(key, n % FOLDS), "stranger"))
    clues_, same_, weight_, fold_, shape_ = zip(*rows, strict=True)
    return Examples(
        np.array(clues_, np.float64), np.array(same_), np.array(weight_), np.array(fold_, np.intp), list(shape_)
    )


def swapped() -> Iterator[tuple[Key, str, float]]:
    """Messages with the name in their headline (and half the time the county) replaced by another one's throughout."""
    dice = random.Random(SEED)
    named = [(key, found) for key, message in messages().items() if (found := NAMED.search(message.headline))]
    pool = defaultdict(list)
    for _, found in named:
        pool[found[2]].append(found[1])
    made = 0
    while made < SWAPPED:
        key, found = dice.choice(named)
        message = messages()[key]
        text = message.text
        name = next((found[1][-n:] for n in (4, 3, 2) if text.count(found[1][-n:]) > 1), found[1][-2:])
        other = dice.choice(pool[found[2]])[-len(name) :]
        if other == name:
            continue
        text = text.replace(name, other)
        county = COUNTY.search(message.headline)
        if county and dice.random() < 0.5:
            text = text.replace(county[0], f"{dice.choice('ABCDEFGH')}{dice.randint(1, 9)}{county[0][-1]}")
        made += 1
        yield key, text, message.at + 86_400 * dice.uniform(0, 60)


def _strangers(index: Index, idents: dict[Key, int]) -> Iterator[tuple[Key, int, float]]:
    """A message, the number of one that came up with it and is hardly like it, and an hour to a year after that one."""
    dice = random.Random(SEED)
    keys, found = list(messages()), 0
    while found < STRANGERS:
        key = dice.choice(keys)
        near_by = [each.ident for each in index.look(messages()[key].text, at=0.0, limit=near.COMPARED, least=0.0)]
        if not near_by:
            continue
        other = dice.choice(near_by)
        if index.clues(messages()[key].text, [other], at=0.0)[0][0] < math.log(STRANGE + near.SOME):
            found += 1
            began = messages()[keys[other - 1]].at
            yield key, other, (began if began == began else 1.5e9) + 3600 * 8760 ** dice.random()


def fit(clues: Table, same: Flags, weight: Table, *, penalty: float = 1.0) -> Table:
    """Weights of the logistic formula (constant first): weighted, ridge on the standardised clues, by Newton."""
    centre, spread = clues.mean(0), clues.std(0) + 1e-9
    rows = np.column_stack((np.ones(len(clues)), (clues - centre) / spread))
    ridge = np.diag([0.0] + [penalty] * clues.shape[1])
    found = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weight * (chance - same)) + ridge @ found
        bend = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + ridge
        found -= np.linalg.solve(bend, slope)
    back = found[1:] / spread
    return np.concatenate(([found[0] - (back * centre).sum()], back))


def crossed(given: Examples) -> tuple[Table, list[Table]]:
    """The probability of each example by the formula fitted on the other folds; and the formula of each fold."""
    chance, formulas = np.zeros(len(given.same)), []
    for fold in range(FOLDS):
        rest = given.fold != fold
        found = fit(given.clues[rest], given.same[rest], given.weight[rest])
        chance[~rest] = 1 / (1 + np.exp(-(given.clues[~rest] @ found[1:] + found[0])))
        formulas.append(found)
    return chance, formulas


def recall_at(precision: float, chance: Table, same: Flags) -> tuple[float, float]:
    """The greatest recall at this precision, and the lowest probability shown for it (1 where it is never reached)."""
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(same[order])
    fine = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= precision)
    if not len(fine):
        return 0.0, 1.0
    return float(hits[fine[-1]] / same.sum()), float(chance[order][fine[-1]])


def calibration_error(chance: Table, same: Flags) -> float:
    """Mean difference between the probability said and the share that was the same, over ten equal bands."""
    band = np.minimum((chance * 10).astype(int), 9)
    return float(
        sum(abs(chance[band == n].mean() - same[band == n].mean()) * (band == n).mean() for n in set(band.tolist()))
    )


def _retrieval(index: Index, idents: dict[Key, int], formulas: Sequence[Table]) -> tuple[float, float, int]:
    """Looking in all messages at DESK: recall of the same pairs, precision by the labels, labelled pairs shown.

    Each message is looked for with the formula of the folds it is not in.
    """
    agreed = labels().agreed()
    folds = _folds(agreed)
    shown: dict[Key, set[int]] = {}
    for key in {key for a, b, _ in agreed for key in (a, b)}:
        index.weights = formulas[folds[key]].astype(np.float32)
        message = messages()[key]
        shown[key] = {found.ident for found in index.look(message.text, at=message.at, but=(idents[key],))}
    index.weights = np.array(near.WEIGHTS, np.float32)
    found = [(same, idents[b] in shown[a]) for one, other, same in agreed for a, b in ((one, other), (other, one))]
    right = sum(same and seen for same, seen in found)
    seen = sum(seen for _, seen in found)
    return right / sum(same for same, _ in found), right / max(seen, 1), seen


def _crowd(many: int, asked: Sequence[Message]) -> Index:
    """An index of so many resampled messages: time and place drawn anew, a third of the kept runs replaced."""
    dice = np.random.default_rng(SEED)
    index = Index(capacity=many)
    left_out = {id(message) for message in asked}
    pool = [message for message in messages().values() if id(message) not in left_out]
    kept = []
    for message in pool:
        told = index.told(message.text)
        kept.append((told.hashes[told.best], told.marks()))
    chosen = dice.integers(0, len(kept), many)
    at, areas = dice.uniform(1.5e9, 1.6e9, many), dice.integers(1, 10_000, (many, 4))
    for ident, which in enumerate(chosen.tolist(), 1):
        keys, marks = kept[which]
        keys = np.where(dice.random(len(keys)) < 1 / 3, dice.integers(0, 1 << 32, len(keys), np.uint32), keys)
        index.put(ident, keys, marks, at=float(at[ident - 1]), areas=areas[ident - 1].tolist())
    return index


def _look_times(indexes: Sequence[Index], asked: Sequence[Message]) -> list[float]:
    """Milliseconds of this process for a look-up in each index, by turns, the best of some rounds."""
    best = [math.inf] * len(indexes)
    for _ in range(ROUNDS):
        for n, index in enumerate(indexes):
            began = time.process_time()
            for message in asked:
                index.look(message.text, at=1.6e9, areas=(1, 2, 3, 4))
            best[n] = min(best[n], time.process_time() - began)
    return [took / len(asked) * 1000 for took in best]


def measure(bench: Bench) -> None:
    """Add precision-recall, retrieval, time and room of the look-up of near-duplicates."""
    if not messages():
        bench.notes.append("near: skipped: the real messages are not beside this clone")
        return
    index, idents = filled()
    said = labels()
    seen, kappa = said.agreement()
    given = examples(index, idents)
    chance, formulas = crossed(given)
    whole, swaps = given.of("whole"), given.of("swapped")
    bench.add("near: pairs both readers decided alike", len(said.agreed()), "pairs", bound=">= 500", met=True)
    bench.add("near: the two readers agree (same, different, unsure)", 100 * seen, "%")
    bench.add("near: Cohen's kappa", kappa, "")
    for precision in (0.98, 0.95, 0.9, 0.8):
        recall, shown = recall_at(precision, chance[whole], given.same[whole])
        aim = {"bound": ">= 70", "met": recall >= 0.7} if precision == 0.95 else {}
        bench.add(f"near: recall at {precision:.0%} precision (p >= {shown:.2f})", 100 * recall, "%", **aim)
    for shape in ("headline", "beginning"):
        mask = given.of(shape)
        for precision in (0.95, 0.8):
            recall, shown = recall_at(precision, chance[mask], given.same[mask])
            bench.add(f"near: {shape} only, recall at {precision:.0%} (p >= {shown:.2f})", 100 * recall, "%")
    bench.add("near: calibration error", 100 * calibration_error(chance[whole], given.same[whole]), "%")
    bench.add("near: same words, another place: called the same", 100 * float((chance[swaps] >= near.DESK).mean()), "%")
    recall, precision, labelled = _retrieval(index, idents, formulas)
    bench.add("near: looked up in all, same pairs among the five", 100 * recall, "%", bound=">= 70", met=recall >= 0.7)
    bench.add(f"near: of {labelled} labelled ones shown, the same", 100 * precision, "%")
    asked = [message for message in messages().values() if 280 <= len(message.text) <= 320][:400]
    small, large = _crowd(100_000, asked), _crowd(1_000_000, asked)
    small_time, second = _look_times((small, large), asked)
    bench.add("near: look-up in 100,000", small_time, "ms", bound="<= 0.15", met=small_time <= 0.15)
    bench.add("near: look-up in 1,000,000", second, "ms")
    ratio = second / small_time
    bench.add("near: 1,000,000 against 100,000", ratio, "times", bound="<= 1.5", met=ratio <= 1.5)
    bench.add("near: room a message, full index of 1,000,000", large.room / 1_000_000, "bytes")
    bench.notes.append(
        "near: 100,000 and 1,000,000 are the real messages resampled, times and places drawn anew, a third of the kept "
        "runs replaced; about 300 characters are looked up that are not in it; time of this process, the "
        "best of fifteen rounds by turns; other work on the machine still slows it."
    )


def _count() -> None:
    """Count in how many of the real messages each run occurs, and keep the counts of those that are not rare."""
    nothing = np.full(near.COUNTERS, 255, np.uint8)
    counted = np.zeros(near.COUNTERS, np.int64)
    for message in messages().values():
        told = near.read(message.text, nothing)
        counted[np.unique(told.hashes & np.uint32(near.COUNTERS - 1))] += 1
    often = np.flatnonzero(counted >= near.RARE)
    np.savez_compressed(
        ROOT / "anxin" / "understanding" / "near.npz",
        steps=np.diff(often, prepend=0).astype(np.uint16),
        eighths=np.round(np.log2(counted[often]) * 8).astype(np.uint8),
    )


def main() -> None:
    """Fit on all labelled pairs and print what belongs into anxin/understanding/near.py."""
    if sys.argv[1:] == ["counts"]:
        _count()
    given = examples(*filled())
    chance, _ = crossed(given)
    found = fit(given.clues, given.same, given.weight)
    print(f"constant {found[0]:8.3f}")
    for weight, clue in zip(found[1:], near.CLUES, strict=True):
        print(f"{weight:8.3f}  {clue}")
    print("WEIGHTS = (", ", ".join(f"{weight:.3f}" for weight in found), ")", sep="")
    typed = given.of("headline") | given.of("beginning")
    for name, mask in (("whole", given.of("whole")), ("typed", typed)):
        for precision in (0.95, 0.9, 0.8):
            recall, shown = recall_at(precision, chance[mask], given.same[mask])
            print(f"{name}: precision {precision:.0%} recall {recall:.1%} from {shown:.3f}")
    swaps = given.of("swapped")
    print(f"another place called the same: {(chance[swaps] >= 0.5).mean():.1%} at 0.5")


if __name__ == "__main__":
    main()
