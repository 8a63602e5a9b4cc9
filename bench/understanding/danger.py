"""How well danger is heard: own texts, a set written blind by another person, real messages labelled by hand, time."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path

from anxin.understanding import danger
from anxin.understanding.text import clean
from bench.figures import Bench

LABELLED = Path(__file__).parent.parent / "labelled"
MESSAGES = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "messages"
FILES = ("labelled_7298", "dated_4326", "replied_2816", "second_source_dev")
FIRST_BLIND = (
    "texts of another person, first contact: recall 68.3 %, precision 91.1 %; the words were widened and short texts "
    "are weighed as a whole since then, learned from both sets, so the figures above are no longer blind. Held-out "
    "estimates: 45 fresh messages written around the words are heard to 33 % by the words alone and to about 88 % "
    "together with weights that had not seen them (six folds); weights that never saw the other person's texts hear "
    "85 % of them alone and flag 7.5 % of the harmless ones; of 98 harmless texts in the same excited voice about 25 % "
    "are flagged when not seen in training"
)


def real() -> Iterator[tuple[str, str, str]]:
    """(file, row, text) of every real message; the row is the file's own number, or the place in the file."""
    csv.field_size_limit(10**8)
    for file in FILES:
        with (MESSAGES / f"{file}.csv").open(encoding="utf-8-sig", newline="") as lines:
            for place, row in enumerate(csv.DictReader(lines)):
                if file == "labelled_7298":
                    yield (
                        file,
                        row["row"],
                        f"{row['subject']}\n{row['detail'] or row['segmented'].replace(' ', '')}",
                    )
                elif file == "second_source_dev":
                    yield file, str(place), row["留言"]
                else:
                    yield file, row["留言编号"], f"{row['留言主题']}\n{row['留言详情']}"


def _own(bench: Bench, name: str, title: str, bounds: bool) -> None:
    path = LABELLED / f"{name}.jsonl"
    if not path.exists():
        bench.notes.append(f"skipped: {path.name} is not there")
        return
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    heard = [(row, danger.read(row["text"])) for row in rows]
    dangerous = [bool(found) for row, found in heard if row["dangerous"]]
    harmless = [bool(found) for row, found in heard if not row["dangerous"]]
    recall = 100 * sum(dangerous) / len(dangerous)
    bench.add(
        f"{title}: recall",
        recall,
        "%",
        bound="100 %" if bounds else "",
        met=recall == 100 if bounds else None,
    )
    bench.add(f"{title}: harmless texts flagged", sum(harmless), f"of {len(harmless)}")
    missed = [row.get("id", row["text"][:20]) for row, found in heard if row["dangerous"] and not found]
    if missed:
        bench.notes.append(f"{title}, missed: " + ", ".join(missed))


def _real(bench: Bench) -> None:
    if not MESSAGES.exists():
        bench.notes.append("skipped: real messages are not beside this clone")
        return
    with (LABELLED / "danger_real.csv").open(newline="") as lines:
        labels = {(row["file"], row["row"]): row["label"] == "1" for row in csv.DictReader(lines)}
    true = false = unknown = count = 0
    seen: set[str] = set()
    for file, row, text in real():
        if text in seen:
            continue
        seen.add(text)
        count += 1
        if danger.read(text):
            label = labels.get((file, row))
            true, false, unknown = true + (label is True), false + (label is False), unknown + (label is None)
    precision = 100 * true / max(1, true + false)
    bench.add("real messages flagged", true + false + unknown, f"of {count}")
    bench.add("real messages: precision", precision, "%", bound="at least 80 %", met=precision >= 80)
    bench.add("real messages: flagged without a label", unknown, "")
    bench.notes.append(
        f"{len(labels)} real messages were labelled by hand ({sum(labels.values())} dangerous), flagged by this or an "
        "earlier, wider reading; the words were tuned on the same messages, on others precision will be lower"
    )


def _speed(bench: Bench) -> None:
    text = "反映湘南公寓停车问题：车位一直不够，晚上回来只能停在路边，物业说没有办法，请帮忙协调。" * 8
    for length, name in ((300, "300 characters"), (20_000, "20,000 characters")):
        said = (text * 60)[:length]
        plain = clean(said)
        danger.read_plain(plain)
        ways = ((danger.read, said, "with cleaning"), (danger.read_plain, plain, "cleaned already"))
        for read, argument, how in ways:
            begun = time.perf_counter()
            for _ in range(300):
                read(argument)
            taken = (time.perf_counter() - begun) / 300 * 1e6
            most = 50 if length == 300 and how != "with cleaning" else 20_000
            bench.add(f"{name}, {how}", taken, "µs", bound=f"at most {most:,}", met=taken <= most)


def measure(bench: Bench) -> None:
    """Recall and precision of danger on all sets, and the time of one reading."""
    _own(bench, "danger", "own texts", True)
    _own(bench, "danger_blind", "texts of another person", False)
    _own(bench, "danger_blind_2", "second set, nothing learned from it", False)
    bench.notes.append(FIRST_BLIND)
    _real(bench)
    _speed(bench)
