"""Learns the weights of short texts for danger from the labelled texts and, as harmless ones, short real messages."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from anxin.understanding import danger
from anxin.understanding.text import clean
from bench.understanding.danger import LABELLED, MESSAGES, real

LEAST = 0.03
"""Weights smaller than this are not kept."""
REAL_WEIGHT, LOOK_ALIKE = 0.15, 2.0
"""How much a real short message counts, and a harmless text that looks dangerous, beside a labelled dangerous one."""


def examples() -> tuple[list[str], list[int], list[float], list[str]]:
    """(texts, dangerous or not, weight, whose) of all short texts to learn from."""
    texts, labels, weights, whose = [], [], [], []
    for name in ("danger", "danger_blind"):
        for line in (LABELLED / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            texts.append(clean(row["text"]).lower()[: danger.FELT])
            labels.append(int(row["dangerous"]))
            weights.append(1.0 if row["dangerous"] else LOOK_ALIKE)
            whose.append(name)
    seen = set()
    with (LABELLED / "danger_real.csv").open(newline="") as lines:
        dangerous = {(row["file"], row["row"]) for row in csv.DictReader(lines) if row["label"] == "1"}
    for file, number, text in real():
        for said in (clean(text).lower(), clean(text.partition("\n")[0]).lower()):
            if len(said) <= danger.FELT and said not in seen and (file, number) not in dangerous:
                seen.add(said)
                texts.append(said)
                labels.append(0)
                weights.append(REAL_WEIGHT)
                whose.append("real")
    return texts, labels, weights, whose


def fitted(texts: list[str], labels: list[int], weights: list[float]) -> tuple[Any, Any]:
    """A linear model over the characters and pairs of characters of the texts."""
    from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped,unused-ignore]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped,unused-ignore]

    counter = CountVectorizer(analyzer="char", ngram_range=(1, 2), binary=True, min_df=2)
    table = counter.fit_transform(texts)
    return counter, LogisticRegression(C=2.0, max_iter=400).fit(table, labels, sample_weight=weights)


def learn(out: Path) -> int:
    """Write the weights to a file, the intercept first; how many there are. Needs the real messages."""
    if not MESSAGES.exists():
        raise SystemExit("real messages are not beside this clone")
    counter, model = fitted(*examples()[:3])
    kept = [(word, float(model.coef_[0][at])) for word, at in counter.vocabulary_.items() if " " not in word]
    kept = sorted((word, weight) for word, weight in kept if abs(weight) >= LEAST)
    with out.open("w", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("", f"{model.intercept_[0]:.3f}"))
        writer.writerows((word, f"{weight:.2f}") for word, weight in kept)
    return len(kept)


if __name__ == "__main__":
    print(learn(Path(danger.__file__).with_name("danger.csv")))
