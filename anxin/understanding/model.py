"""What kind of thing a message is about: a linear model over runs of characters and words that can say why.

A message is looked at in six views: the runs of one to three characters of all of it, of its headline, of the
beginning and of the end of its detail; the words of all of it and of its headline. Each view is weighed by how rare
its features are and brought to length one, then every kind adds up its weights. A fitted scale turns the sums into
probabilities.

Kinds may be paths ("城乡建设/路灯"): the probability of an upper level is the sum of what lies below it, and an
answer goes only as deep as its probability reaches the threshold. Below that the model says that it does not know.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import rjieba
import scipy.sparse as sparse
from numpy.typing import NDArray

from anxin.understanding.text import BETWEEN, TOGETHER, close

Keys = NDArray[np.uint64]
Rows = NDArray[np.int32]
Real = NDArray[np.float32]

STARTER = Path(__file__).parent / "starter.npz"
"""The weights a fresh installation begins with; starter.md says what they were trained on."""
FORMAT = 1
LEVEL = "/"
"""Between the levels of a kind in a hierarchical catalogue."""
VIEWS = ("text", "headline", "opening", "closing", "words", "words of the headline")
"""The six views; how much each counts is learnt with the model."""
OPENING = 100
"""Characters of the detail that are its opening [INF]."""
CLOSING = 40
"""Characters at its end, where people say what they want [INF]."""
HEADLINE = 60
"""A first line of at most so many characters is the headline of a text that brings none [INF]."""
READ = 400
"""Characters of a detail that are read for its kind: more of them find no more (docs/understanding/kinds.md) [INF]."""
LONGEST = 3
"""Characters in the longest run."""
SHOWN, SEARCHED = 5, 12
"""Words of a reason; heaviest features they are sought among."""
ALTERNATIVES = 3
_BITS, _TAG = np.uint64(18), 54
_MIX, _SLOTS = np.uint64(0x9E3779B97F4A7C15), 22
_LOGS = np.concatenate(([0.0], 1 + np.log(np.arange(1, 10_000)))).astype(np.float32)
_NEXT, _ROWS, _ROW = -2, np.uint32(26), np.uint32((1 << 26) - 1)
"""The number of a message among those read together (6 bits) and a row share 32 bits."""
UNLIKELY = 0.01
"""Alternatives below this probability are not shown."""


class NoModel(ValueError):
    """The file is not a model of this release."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says: `label` (None: it does not know), its probability, the words that decided.

    `best` is the most probable kind even where the model abstains; `alternatives` are the next ones with theirs.
    """

    label: str | None
    best: str
    probability: float
    words: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()

    @property
    def abstained(self) -> bool:
        """Whether it was not sure enough to say."""
        return self.label is None


def split(many: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headline and detail of (headline, text) pairs, made plain; a short first line is the headline of a text alone."""
    parts: list[str] = []
    for headline, text in many:
        if not headline:
            first, line, rest = text.partition("\n")
            if line and len(first) <= HEADLINE and rest.strip():
                headline, text = first, rest
        parts += (headline, text[:READ])
    plain = close(parts)
    return list(zip(plain[::2], plain[1::2], strict=True))


def _runs(texts: Sequence[str], view: int) -> tuple[list[Keys], list[Rows]]:
    """Every run of one to three characters as one number (the view, then the characters, 18 bits each), and whose.

    A mark stands between the texts; runs across it are no runs of any text, since no text contains it.
    """
    codes = np.frombuffer(BETWEEN.join(texts).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    whose = np.repeat(np.arange(len(texts), dtype=np.int32), [len(text) + 1 for text in texts])
    tag = np.uint64(view << _TAG)
    found, of = [codes | tag], [whose[: len(codes)]]
    run = codes
    for length in range(2, LONGEST + 1):
        if len(codes) < length:
            break
        run = run[:-1] << _BITS | codes[length - 1 :]
        found.append(run | tag)
        of.append(whose[: len(run)])
    return found, of


def keys(plain: Sequence[tuple[str, str]], counts: Real) -> tuple[Keys, Rows]:
    """All runs of the views of characters that count of some messages (from `split`), and which message has them."""
    found: list[Keys] = []
    whose: list[Rows] = []
    texts = (
        [f"{headline}\n{detail}" if headline else detail for headline, detail in plain],
        [headline for headline, _ in plain],
        [detail[:OPENING] for _, detail in plain],
        [detail[-CLOSING:] for _, detail in plain],
    )
    for view, each in enumerate(texts):
        if counts[view]:
            runs, of = _runs(each, view)
            found += runs
            whose += of
    return np.concatenate(found), np.concatenate(whose)


def words(text: str) -> list[str]:
    """The words of a plain text (from `split`)."""
    return rjieba.cut(text, False) if text else []


def spell(key: int) -> str:
    """The characters of a run."""
    found = ""
    while part := key & 0x3FFFF:
        found, key = chr(part) + found, (key & ((1 << _TAG) - 1)) >> 18
    return found


class Table:
    """Which row of the weights a run of characters has: one step of a hash, the run itself compared."""

    def __init__(self, runs: Keys) -> None:
        self.slots = max(10, min(_SLOTS, int(len(runs) * 4).bit_length()))
        self._shift = np.uint64(64 - self.slots)
        at = self._slot(runs)
        self._key = np.zeros(1 << self.slots, np.uint64)
        self._row = np.full(1 << self.slots, -1, np.int32)
        # The common ones come first in the file: written last, they win a slot that two would share.
        self._key[at[::-1]] = runs[::-1]
        self._row[at[::-1]] = np.arange(len(runs), dtype=np.int32)[::-1]

    def _slot(self, runs: Keys) -> NDArray[np.intp]:
        mixed = runs ^ (runs >> np.uint64(29))
        return ((mixed * _MIX) >> self._shift).astype(np.intp)

    def rows(self, runs: Keys) -> Rows:
        """The rows of the runs that are known, -1 for the others."""
        at = self._slot(runs)
        return np.where(self._key[at] == runs, self._row[at], np.int32(-1))


@dataclass(frozen=True, slots=True)
class Features:
    """What some messages have: rows of the weights, each once a message, with its value; the views at length one.

    Those of message i are `rows[ends[i]:ends[i + 1]]`.
    """

    rows: Rows
    values: Real
    ends: NDArray[np.intp]


class Space:
    """All features a model knows: runs of characters, words, how rare each is, and to which view it belongs.

    Rows: runs of characters in the order of `runs`, then the words of the text, then those of the headline.
    """

    def __init__(
        self, runs: Keys, all_words: Sequence[str], head_words: Sequence[str], rarity: Real, counts: Sequence[float]
    ) -> None:
        self.runs, self.all_words, self.head_words, self.rarity = runs, list(all_words), list(head_words), rarity
        self.table = Table(runs)
        base = len(runs)
        self._all = {word: base + i for i, word in enumerate(self.all_words)}
        base += len(self.all_words)
        self._head = {word: base + i for i, word in enumerate(self.head_words)}
        self._all[BETWEEN] = self._head[BETWEEN] = _NEXT
        self.size = base + len(self.head_words)
        if self.size > _ROW:
            raise NoModel(f"{self.size} features")
        view = np.concatenate(
            [
                (runs >> np.uint64(_TAG)).astype(np.int8),
                np.full(len(self.all_words), 4, np.int8),
                np.full(len(self.head_words), 5, np.int8),
            ]
        )
        self.view = view.astype(np.int32)
        self.counts = np.array(counts, np.float32)

    def _words_of(self, texts: Sequence[str]) -> tuple[Rows, Rows, list[str]]:
        """The rows of the words of some texts, whose they are, and the words, a mark between those of two texts."""
        said = words(BETWEEN.join(texts))
        got = np.fromiter(map(self._all.get, said, repeat(-1)), np.int32, len(said))
        return got, np.cumsum(got == _NEXT, dtype=np.int32), said

    def features(self, plain: Sequence[tuple[str, str]]) -> Features:
        """What some messages (plain texts, from `split`; at most 64) have of it."""
        runs, whose = keys(plain, self.counts)
        head_rows, of_head, said = self._words_of([headline for headline, _ in plain])
        rest_rows, of_rest, _ = self._words_of([detail for _, detail in plain])
        own_rows = np.fromiter(map(self._head.get, said, repeat(-1)), np.int32, len(said))
        rows = np.concatenate((self.table.rows(runs), head_rows, rest_rows, own_rows))
        whose = np.concatenate((whose, of_head, of_rest, of_head))
        known = rows >= 0
        both = whose[known].astype(np.uint32) << _ROWS | rows[known].astype(np.uint32)
        both.sort()
        first = np.empty(len(both), bool)
        first[:1] = True
        np.not_equal(both[1:], both[:-1], out=first[1:])
        starts = np.flatnonzero(first)
        times = np.diff(starts, append=len(both))
        both = both[starts]
        rows = (both & _ROW).astype(np.int32)
        whose = (both >> _ROWS).astype(np.int32)
        values = _LOGS[np.minimum(times, len(_LOGS) - 1)] * self.rarity[rows]
        part = whose * len(VIEWS) + self.view[rows]
        length = np.sqrt(np.bincount(part, values * values, len(VIEWS) * len(plain)))
        scale = np.tile(self.counts, len(plain)) / np.maximum(length, 1e-9)
        ends = np.searchsorted(whose, np.arange(len(plain) + 1))
        return Features(rows, (values * scale[part]).astype(np.float32), ends)

    def spelled(self, row: int) -> str:
        """The characters or the word of a row."""
        if row < len(self.runs):
            return spell(int(self.runs[row]))
        row -= len(self.runs)
        return self.all_words[row] if row < len(self.all_words) else self.head_words[row - len(self.all_words)]


@dataclass
class Model:
    """A trained model: its kinds, weights (features x kinds), the scale of its probabilities, and its threshold.

    `scale` and `shift` are the fitted logistic scale: probabilities are softmax(scores @ scale + shift). `card` says
    what it was trained on and how it was judged; it holds no text.
    """

    labels: list[str]
    space: Space
    weights: Real
    bias: Real
    scale: Real
    shift: Real
    least: float
    card: dict[str, Any] = field(default_factory=dict)
    version: str = "new"

    def __post_init__(self) -> None:
        self._upper: list[tuple[str, Real]] = []
        depth = max((label.count(LEVEL) for label in self.labels), default=0)
        for level in range(depth, 0, -1):
            names = [LEVEL.join(label.split(LEVEL)[:level]) for label in self.labels]
            for name in dict.fromkeys(names):
                self._upper.append((name, np.array([name == each for each in names], np.float32)))

    def scores(self, found: Features) -> Real:
        """What the messages add up to for each kind (messages x kinds)."""
        table = sparse.csr_matrix((found.values, found.rows, found.ends), shape=(len(found.ends) - 1, self.space.size))
        return np.asarray(table @ self.weights + self.bias, np.float32)

    def probabilities(self, found: Features) -> Real:
        """The probability of each kind for each message (they sum to one)."""
        raised = self.scores(found) @ self.scale + self.shift
        raised = np.exp(raised - raised.max(1, keepdims=True))
        return np.asarray(raised / raised.sum(1, keepdims=True), np.float32)

    def answer(self, headline: str, text: str, *, least: float | None = None) -> Answer:
        """What a message is about, how sure, and on which words; `least` overrides the threshold."""
        return self.answers([(headline, text)], least=least)[0]

    def answers(self, many: Sequence[tuple[str, str]], *, least: float | None = None) -> list[Answer]:
        """The answers for (headline, text) pairs, in their order."""
        least = self.least if least is None else least
        found: list[Answer] = []
        for start in range(0, len(many), TOGETHER):
            features = self.space.features(split(many[start : start + TOGETHER]))
            sure = self.probabilities(features)
            order = np.argsort(-sure, 1)[:, : ALTERNATIVES + 1].tolist()
            for i, best in enumerate(order):
                found.append(self._told(features, i, sure[i], best, least))
        return found

    def _told(self, found: Features, i: int, sure: Real, order: list[int], least: float) -> Answer:
        begin, end = found.ends[i], found.ends[i + 1]
        if begin == end:
            return Answer(None, "", 0.0)
        label, probability = self._deepest(sure, order[0], least)
        why = self._why(found.rows[begin:end], found.values[begin:end], order[0], order[1])
        others = [(self.labels[k], round(float(sure[k]), 4)) for k in order[1:] if sure[k] >= UNLIKELY]
        return Answer(label, self.labels[order[0]], probability, why, tuple(others))

    def _deepest(self, sure: Real, best: int, least: float) -> tuple[str | None, float]:
        """The kind, or the lowest level above it that is sure enough; None with the best kind's own probability."""
        own = float(sure[best])
        if own >= least:
            return self.labels[best], own
        for name, below in self._upper:
            if below[best] and (share := float(sure @ below)) >= least:
                return name, share
        return None, own

    def _why(self, rows: Rows, values: Real, best: int, second: int) -> tuple[str, ...]:
        """The words that spoke for the kind and against the next one, the heaviest first; runs where no word did."""
        runs = len(self.space.runs)
        first_word = int(np.searchsorted(rows, runs))
        said = self._heaviest(rows[first_word:], values[first_word:], best, second)
        return said or self._heaviest(rows[:first_word], values[:first_word], best, second)

    def _heaviest(self, rows: Rows, values: Real, best: int, second: int) -> tuple[str, ...]:
        gain = (self.weights[rows, best] - self.weights[rows, second]) * values
        top = np.argpartition(-gain, SEARCHED)[:SEARCHED] if len(gain) > SEARCHED else np.arange(len(gain))
        said: list[str] = []
        for place in sorted(top.tolist(), key=gain.__getitem__, reverse=True):
            if gain[place] <= 0 or len(said) == SHOWN:
                break
            word = self.space.spelled(int(rows[place]))
            if len(word) > 1 and word.isalnum() and not any(word in other or other in word for other in said):
                said.append(word)
        return tuple(said)

    def write(self, path: Path) -> None:
        """Write the model to one file; its version is the beginning of the file's own hash."""
        into = io.BytesIO()
        arrays: dict[str, NDArray[Any]] = {
            "runs": self.space.runs,
            "rarity": self.space.rarity.astype(np.float16),
            "weights": self.weights.astype(np.float16),
            "bias": self.bias,
            "scale": self.scale,
            "shift": self.shift,
        }
        told = {
            "format": FORMAT,
            "labels": self.labels,
            "least": self.least,
            "counts": self.space.counts.tolist(),
            "words": self.space.all_words,
            "head": self.space.head_words,
            "card": self.card,
        }
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                one = io.BytesIO()
                np.save(one, array, allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), one.getvalue(), zipfile.ZIP_DEFLATED)
            archive.writestr(zipfile.ZipInfo("told.json"), json.dumps(told, ensure_ascii=False), zipfile.ZIP_DEFLATED)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(into.getvalue())
        self.version = hashlib.sha256(into.getvalue()).hexdigest()[:12]

    @classmethod
    def read(cls, path: Path) -> Model:
        """Read a model. Raises NoModel for a file that is none, FileNotFoundError."""
        content = path.read_bytes()
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                told = json.loads(archive.read("told.json"))
                arrays = {
                    name: np.load(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
                    for name in ("runs", "rarity", "weights", "bias", "scale", "shift")
                }
            if told["format"] != FORMAT:
                raise NoModel(f"{path.name}: format {told['format']}")
            rarity = arrays["rarity"].astype(np.float32)
            space = Space(arrays["runs"], told["words"], told["head"], rarity, told["counts"])
            return cls(
                labels=told["labels"],
                space=space,
                weights=np.ascontiguousarray(arrays["weights"].astype(np.float32)),
                bias=arrays["bias"],
                scale=arrays["scale"],
                shift=arrays["shift"],
                least=told["least"],
                card=told["card"],
                version=hashlib.sha256(content).hexdigest()[:12],
            )
        except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, EOFError) as error:
            raise NoModel(f"{path.name}: {error}") from None
