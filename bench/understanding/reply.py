"""How often each hint about a reply is given on real replies, and what it costs."""

from __future__ import annotations

import csv
import time
from collections import Counter
from datetime import date
from pathlib import Path

from anxin.understanding import reply
from bench.figures import Bench, p

REPLIES = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "messages" / "replied_2816.csv"
CHECKED = (
    "hints read by hand: 74, drawn at random by code, 55 of them useful (74 %): empty 7 of 7, no_contact 6 of 7, "
    "no_date 6 of 7, particulars 6 of 7, no_action 6.5 of 8, wrong_date 5 of 7, no_actor 5 of 7, no_basis 5 of 8, "
    "other_person 4.5 of 8, unanswered 4 of 8 (afterwards narrowed for complaints: 5 of another 8)"
)
"""The result of one person's reading, before and after the last change of the words."""


def measure(bench: Bench) -> None:
    """Share of real replies with each hint; time of one check."""
    if not REPLIES.exists():
        bench.notes.append("skipped: real replies are not beside this clone")
        return
    csv.field_size_limit(10**8)
    with REPLIES.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    given: Counter[str] = Counter()
    taken = []
    for row in rows:
        year, month, day = map(int, row["答复时间"].split(" ")[0].split("/"))
        begun = time.perf_counter()
        question = f"{row['留言主题']}\n{row['留言详情'].strip()}"
        hints = reply.check(question, row["答复意见"].strip(), today=date(year, month, day))
        taken.append((time.perf_counter() - begun) * 1e3)
        given.update({each.code for each in hints} or {"none"})
    for code, count in given.most_common():
        bench.add(
            f"replies with {code}" if code != "none" else "replies without a hint",
            100 * count / len(rows),
            "%",
        )
    bench.add("one check, 95 of 100", p(taken, 0.95), "ms", bound="at most 20", met=p(taken, 0.95) <= 20)
    bench.notes.append(CHECKED)
