"""What redaction misses and what it eats, by sort, on own texts and on those of another person; and its time."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

from anxin.understanding import redaction
from bench.figures import Bench

LABELLED = Path(__file__).parent.parent / "labelled"
FIRST_BLIND = (
    "texts of another person, first contact: numbers 91.5 % found, names 68.7 %, 5 eaten; general faults were mended "
    "afterwards, so the figures above are no longer blind"
)


def counted(path: Path) -> tuple[Counter[str], Counter[str], list[str], list[str]]:
    """(how many of each sort, how many of them missed, what was missed, what was eaten)."""
    there: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    lost: list[str] = []
    eaten: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        text = row["text"]
        found = redaction.spans(text)
        covered = {place for each in found for place in range(each.start, each.end)}
        gold = {place for start, end, _ in row["spans"] for place in range(start, end)}
        for start, end, what in row["spans"]:
            there[what] += 1
            if not all(p in covered for p in range(start, end) if text[p].isalnum()):
                missed[what] += 1
                lost.append(f"{row['id']} {what} {text[start:end]!r}")
        eaten += [
            f"{row['id']} {each.what} {text[each.start : each.end]!r}"
            for each in found
            if gold.isdisjoint(range(each.start, each.end))
        ]
    return there, missed, lost, eaten


def _set(bench: Bench, name: str, title: str, bounds: bool) -> None:
    path = LABELLED / f"{name}.jsonl"
    if not path.exists():
        bench.notes.append(f"skipped: {path.name} is not there")
        return
    there, missed, _, eaten = counted(path)
    numbers = sum(count for what, count in there.items() if what != "name")
    lost = sum(count for what, count in missed.items() if what != "name")
    found = 100 * (1 - lost / numbers)
    named = 100 * (1 - missed["name"] / there["name"])
    bench.add(
        f"{title}: numbers found",
        found,
        "%",
        bound="at least 98 %" if bounds else "",
        met=found >= 98 if bounds else None,
    )
    bench.add(
        f"{title}: names found",
        named,
        "%",
        bound="at least 90 %" if bounds else "",
        met=named >= 90 if bounds else None,
    )
    bench.add(f"{title}: eaten though nobody's", len(eaten), f"beside {sum(there.values())} right ones")
    bench.notes.append(
        f"{title}, missed by sort: " + (", ".join(f"{w} {missed[w]} of {n}" for w, n in sorted(there.items())))
    )


def measure(bench: Bench) -> None:
    """False negatives by sort, false positives, and the time of hostile texts of 20,000 characters."""
    _set(bench, "redaction", "own texts", True)
    _set(bench, "redaction_blind", "texts of another person", False)
    if FIRST_BLIND:
        bench.notes.append(FIRST_BLIND)
    said = "我叫王建国，住湘南公寓3幢2单元501室，电话138 0000 1234，邻居张大伟天天吵，请你们来看看。"
    worst = 0.0
    for text in (
        said * 500,
        "1" * 20_000,
        "1 " * 10_000,
        "王" * 20_000,
        "a" * 20_000,
        "3-" * 10_000,
        "一二" * 10_000,
    ):
        begun = time.perf_counter()
        redaction.spans(text[:20_000])
        worst = max(worst, (time.perf_counter() - begun) * 1e3)
    bench.add("slowest of seven texts of 20,000 characters", worst, "ms", bound="at most 20", met=worst <= 20)
