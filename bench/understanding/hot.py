"""How well hot issues are found: members by hand, known groups against the plain baseline, days that go by, speed."""

from __future__ import annotations

import csv
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.feature_extraction.text import TfidfVectorizer

from anxin.understanding import hot
from anxin.understanding.text import clean
from bench.figures import Bench

LABELLED = Path(__file__).parents[1] / "labelled" / "hot.csv"
DATA = Path(__file__).parents[3] / "shared" / "data" / "messages" / "dated_4326.csv"
TOP, PRECISE = 20, 0.90
"""Issues checked by hand, and the share of their members that must belong (the issue's own bound)."""
LARGE = 20_000
"""Messages of the speed run; 100,000 take about five times as long."""
EVERYDAY = 500
"""Most frequent characters that the made-up cities of the speed run share."""
WEEKS = 12
"""Weeks at the end of the data that are told week by week."""
EPS = (0.70, 0.75, 0.80)
"""Distances at which the baseline is tried; its best one counts."""


def measure(bench: Bench) -> None:
    """Add the figures of hot issues."""
    if not DATA.exists():
        bench.notes.append("hot issues skipped: ../shared/data is not beside this clone")
        return
    messages = hot.read(DATA)
    yes, no = labels()
    start = time.perf_counter()
    found = hot.issues(messages)
    seconds = time.perf_counter() - start
    right, total, unread = members(found[:TOP], yes, no)
    bench.add(
        f"members of the top {TOP} that belong (by hand)",
        100 * right / total,
        "%",
        bound=">= 90",
        met=right / total >= PRECISE,
    )
    bench.add("members of the top nobody has read (counted as wrong)", unread, "messages")
    ours = best([set(each.members) for each in found], yes)
    plain = baseline(messages, yes)
    known = [key for key in yes if key.startswith("K")]
    bench.add(
        f"best issue per known one, mean F1 ({len(known)} known)",
        mean(ours[key][0] for key in known),
        "F1",
        reference=plain["K"],
        reference_name="char TF-IDF DBSCAN",
        bound="above",
        met=mean(ours[key][0] for key in known) > plain["K"],
    )
    bench.add("  of their members in one issue", 100 * mean(ours[key][2] for key in known), "%")
    for key, name in (("P1", "360100-360109"), ("P2", "360110-360114")):
        bench.add(
            f"publisher's group {name}: members in one issue", 100 * ours[key][2], "%", reference=100 * plain[key]
        )
    changes, steps = replay(messages)
    bench.add(f"issues that changed their number, {WEEKS} weeks told one by one", changes, f"of {steps} carried over")
    bench.add(f"all {len(messages):,} messages", seconds, "s")
    many = cities(messages, LARGE)
    start = time.perf_counter()
    hot.issues(many)
    bench.add(f"{LARGE:,} messages (resampled, rare characters exchanged)", time.perf_counter() - start, "s")


def labels() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Rows that belong to each known issue, and rows somebody has read that do not."""
    yes: dict[str, set[str]] = defaultdict(set)
    no: dict[str, set[str]] = defaultdict(set)
    with LABELLED.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            (yes if row["belongs"] == "yes" else no)[row["issue"]].add(row["row"])
    return dict(yes), dict(no)


def members(found: list[hot.Issue], yes: dict[str, set[str]], no: dict[str, set[str]]) -> tuple[int, int, int]:
    """Members that belong to the known issue theirs is most like, all members, and those never read."""
    right = total = unread = 0
    for each in found:
        rows = set(each.members)
        key = max((key for key in yes if key.startswith("K")), key=lambda key: (len(yes[key] & rows), key))
        right += len(rows & yes[key])
        total += len(rows)
        unread += len(rows - yes[key] - no.get(key, set()))
    return right, total, unread


def best(groups: Iterable[set[str]], known: dict[str, set[str]]) -> dict[str, tuple[float, float, float]]:
    """F1, precision and recall of the group most like each known issue."""
    where: dict[str, list[int]] = defaultdict(list)
    listed = list(groups)
    for at, group in enumerate(listed):
        for row in group:
            where[row].append(at)
    answer = {}
    for key, rows in known.items():
        score = (0.0, 0.0, 0.0)
        for at, shared in Counter(at for row in rows for at in where[row]).items():
            precision, recall = shared / len(listed[at]), shared / len(rows)
            score = max(score, (2 * precision * recall / (precision + recall), precision, recall))
        answer[key] = score
    return answer


def mean(values: Iterable[float]) -> float:
    """The mean."""
    listed = list(values)
    return sum(listed) / len(listed)


def baseline(messages: list[hot.Message], known: dict[str, set[str]]) -> dict[str, float]:
    """Mean F1 on known issues ("K") and recall on the published ones of the plain method, at its best distance."""
    table: Any = TfidfVectorizer(analyzer="char", ngram_range=(2, 3)).fit_transform([clean(m.text) for m in messages])
    distance = np.clip(1 - (table @ table.T).toarray(), 0, None)
    answer = {"K": 0.0}
    for eps in EPS:
        label = DBSCAN(eps=eps, min_samples=2, metric="precomputed").fit_predict(distance)
        groups: dict[int, set[str]] = defaultdict(set)
        for message, one in zip(messages, label, strict=True):
            if one >= 0:
                groups[one].add(message.ident)
        score = best(groups.values(), known)
        value = mean(score[key][0] for key in known if key.startswith("K"))
        if value > answer["K"]:
            answer = {"K": value, "P1": score["P1"][2], "P2": score["P2"][2]}
    return answer


def replay(messages: list[hot.Message]) -> tuple[int, int]:
    """The last weeks told one by one: issues of three or more whose number is not that of most of their messages."""
    latest = max(each.at for each in messages)
    before: list[hot.Issue] = []
    changes = carried = 0
    for week in range(WEEKS, -1, -1):
        found = hot.issues(messages, before=before, now=latest - timedelta(weeks=week))
        where = {ident: each.number for each in found for ident in each.members}
        for each in before:
            if len(each.members) < 3:
                continue
            carried += 1
            now = Counter(where.get(ident, "") for ident in each.members)
            changes += now[each.number] * 2 < len(each.members)
        before = found
    return changes, carried


def cities(messages: list[hot.Message], count: int) -> list[hot.Message]:
    """Many messages made of few: each further copy has its rarer characters exchanged, as if of another city."""
    frequent = Counter(character for each in messages for character in each.text)
    rare = [one for one, _ in frequent.most_common()[EVERYDAY:] if "一" <= one <= "鿿"]
    made: list[hot.Message] = []
    for copy in range(math.ceil(count / len(messages))):
        other = rare[:]
        if copy:
            random.Random(copy).shuffle(other)
        table = str.maketrans(dict(zip(rare, other, strict=True)))
        made.extend(
            replace(m, ident=f"{copy}-{m.ident}", text=m.text.translate(table), person=f"{copy}-{m.person}")
            for m in messages
        )
    return made[:count]
