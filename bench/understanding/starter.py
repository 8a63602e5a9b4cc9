"""Makes anxin/understanding/starter.npz, the weights a fresh installation begins with.

Run it as python -m bench.understanding.starter.

Learns from the demo city's own messages, the names and words of the kinds, and - where they lie beside this clone -
public messages that carry no kind of ours: those in which the words of one kind clearly prevail count as weak
examples of it. What is shipped are weights of single words and of runs of up to three characters that occurred in
many messages; no message can be read from them.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "messages"
LABELLED = Path(__file__).resolve().parents[1] / "labelled"
PUBLIC = {
    "labelled_7298.csv": ("subject", "detail"),
    "dated_4326.csv": ("留言主题", "留言详情"),
    "replied_2816.csv": ("留言主题", "留言详情"),
    "second_source_dev.csv": ("", "留言"),
}
EACH, WEAK, NAMED = 250, 0.25, 0.3
"""Weak examples a kind may have; what one weighs; what the bare word of a kind weighs [INF]."""
RIGHT = 0.75
"""Share of what the starter says that must be right on its own held-back examples: sets its threshold [INF]."""
SEEN = 6
"""Messages a run or word must have occurred in to be shipped."""


def _words() -> Any:
    from anxin.kernel import registry

    return {word.lower(): kind.code for kind in registry.kinds().values() for word in kind.words if len(word) > 1}


def _prevails(text: str, words: dict[str, str]) -> str | None:
    """The kind of which two different words are said, none of another's being as many."""
    said = Counter(code for word, code in words.items() if word in text)
    (best, many), *others = [*said.most_common(2), ("", 0)]
    return best if many >= 2 and (not others or others[0][1] * 2 <= many) else None


def examples() -> tuple[list[Any], list[Any]]:
    """The city's own messages, and all else to learn from."""
    from anxin.city.messages import messages
    from anxin.kernel import registry
    from anxin.understanding.learning import Example

    own = [Example(m.title, m.narrative, m.kind, group=m.twin or m.id) for m in messages()]
    for name in ("kind_examples_a.jsonl", "kind_examples_b.jsonl"):
        with (LABELLED / name).open(encoding="utf-8") as lines:
            own += [Example("", row["text"], row["kind"]) for row in map(json.loads, lines)]
    more = []
    for kind in registry.kinds().values():
        more.append(Example("", kind.title, kind.code, f"name {kind.code}", weight=NAMED))
        more += [Example("", word, kind.code, f"name {kind.code}", weight=NAMED) for word in kind.words]
    words, taken = _words(), Counter[str]()
    for name, (subject, detail) in PUBLIC.items():
        if not (SHARED / name).exists():
            print(f"skipped: {name} is not beside this clone", file=sys.stderr)
            continue
        with (SHARED / name).open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines)):
                code = _prevails(f"{row.get(subject, '')}{row[detail][:300]}", words)
                if code and taken[code] < EACH:
                    taken[code] += 1
                    more.append(
                        Example(row.get(subject, "").strip(), row[detail][:600], code, f"{name} {number}", weight=WEAK)
                    )
    return own, more


def blind() -> list[Any]:
    """Everyday wording that avoids the telling words, by somebody who had not seen the lists."""
    from anxin.understanding.learning import Example

    with (LABELLED / "kind_blind.jsonl").open(encoding="utf-8") as lines:
        return [Example("", row["text"], row["kind"]) for row in map(json.loads, lines)]


def slim(model: Any) -> Any:
    """The model without runs and words that hardly occurred: smaller, and nothing of a single message in it."""
    from anxin.understanding.model import Space

    space = model.space
    documents = float(model.card["documents"])
    seen = (1 + documents) / np.exp(space.rarity - 1) - 1
    keep = seen >= SEEN - 0.5
    runs, many = len(space.runs), len(space.all_words)
    model.space = Space(
        space.runs[keep[:runs]],
        [w for w, k in zip(space.all_words, keep[runs : runs + many], strict=True) if k],
        [w for w, k in zip(space.head_words, keep[runs + many :], strict=True) if k],
        space.rarity[keep],
        space.counts.tolist(),
    )
    model.weights = model.weights[keep]
    return model


def main() -> None:
    """Learn, judge, write."""
    import django

    django.setup()
    from anxin.understanding import learning
    from anxin.understanding.model import STARTER

    own, more = examples()
    short = learning.SETTINGS[1]
    own_only = learning.cross_validate(own)
    print(f"own messages only, cross-validated: macro-F1 {own_only.macro_f1:.3f} accuracy {own_only.accuracy:.3f}")
    known = learning._checked([*own, *more])
    scores, plan = learning._unseen(known, short, learning.FOLDS, 0, None)
    mine = np.arange(len(own))
    sure = np.zeros((len(known.plain), len(known.labels)))
    for others, ask in plan:
        fit = others[others < len(own)]
        scale, shift = learning._scaled(scores[fit], known.kinds[fit], len(known.labels))
        sure[ask] = learning._softmax(scores[ask] @ scale + shift)
    found = learning.judged(sure[mine], known.kinds[mine], known.labels)
    print(
        f"with names and weak examples, judged on own: macro-F1 {found.macro_f1:.3f} "
        f"accuracy {found.accuracy:.3f} ECE {found.ece:.3f}"
    )
    scale, shift = learning._scaled(scores[mine], known.kinds[mine], len(known.labels))
    space, weights, bias = learning._fit(known, short)
    from anxin.understanding.model import Model

    model = Model(
        labels=known.labels,
        space=space,
        weights=weights,
        bias=bias,
        scale=scale,
        shift=shift,
        least=0.5,
        card={
            "what": "starter weights for the kinds of programmes/onekey",
            "trained_on": len(known.plain),
            "documents": len(known.plain),
            "sources": "446 messages of the demo city and 1,680 example messages, own writing; names and words of the "
            "kinds; public messages of the 2020 TipDM contest (problem C) and of MSGABench as weak examples (learnt "
            "weights only, no text)",
            "judged": found.as_dict(),
        },
    )
    model = slim(model)
    model.least = round(next((t for t, _, right in found.curve if right >= RIGHT), found.curve[-1][0]), 3)
    model.write(STARTER)
    print(
        f"{STARTER.name}: {STARTER.stat().st_size / 1e6:.2f} MB, version {model.version}, threshold {model.least:.3f}"
    )
    read = Model.read(STARTER)
    test = learning.judge(read, blind())
    print(f"blind set: accuracy {test.accuracy:.3f} macro-F1 {test.macro_f1:.3f} ECE {test.ece:.3f}")
    said = [read.answer("", each.text) for each in blind()]
    right = sum(a.label == e.label for a, e in zip(said, blind(), strict=True))
    open_ = sum(a.abstained for a in said)
    print(f"blind set with threshold: right {right}, wrong {len(said) - right - open_}, open {open_} of {len(said)}")


if __name__ == "__main__":
    main()
