"""Messages a second for kind, place, danger and duplicates together, on one core, with 100,000 and 1,000,000 known."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable
from typing import Any

from anxin.city import gazetteer
from anxin.understanding import danger, near
from anxin.understanding.model import STARTER, Model
from anxin.understanding.place import Gazetteer
from anxin.understanding.text import TOGETHER
from bench.figures import Bench, console, p
from bench.understanding.kind import SHARED

SIZES = (100_000, 1_000_000)
ASKED, SINGLE = 3_000, 500
TWINS, TWIN_CUT = 0.14, 160
"""Share of the known messages that repeat another one (12 % of the public ones have a near-twin), by so much of it."""
YEAR = 400 * 86_400.0


def messages() -> list[tuple[str, str]]:
    """Public messages, the demo city's own where those are not beside this clone."""
    if (SHARED / "dated_4326.csv").exists():
        with (SHARED / "dated_4326.csv").open(encoding="utf-8-sig", newline="") as lines:
            return [(row["留言主题"].strip(), row["留言详情"].strip()) for row in csv.DictReader(lines)]
    from anxin.city.messages import messages as own

    return [(each.title, each.narrative) for each in own()]


def filled(size: int, said: list[tuple[str, str]]) -> near.Index:
    """An index of so many messages, each of four public ones; one in seven repeats one that has twins."""
    rng, index = random.Random(size), near.Index(capacity=size + 10_000)
    most, repeated = max(300, TWIN_CUT), rng.sample(said, int(len(said) * TWINS))

    def part(length: int) -> str:
        text = rng.choice(said)[1][:most]
        start = rng.randrange(max(1, len(text) - length))
        return text[start : start + length]

    def many() -> Any:
        for number in range(size):
            if rng.random() < TWINS:
                first = rng.choice(repeated)
                text = f"{first[0]}\n{first[1][: rng.randrange(40, TWIN_CUT)]}{part(150)}"
            else:
                text = f"{part(12)}{part(12)}\n{part(75)}{part(75)}{part(75)}{part(75)}"
            grid = rng.randrange(1, 4_000)
            yield number + 1, text, rng.uniform(0, YEAR), (grid, 10_000 + grid // 4, 20_000 + grid // 60, 30_000)

    index.add_all(many())
    return index


def measure(bench: Bench) -> None:
    """Throughput and added latency, both sizes in one run."""
    said, model, names = messages(), Model.read(STARTER), Gazetteer(gazetteer.spots())
    rng = random.Random(3)
    asked = [rng.choice(said) for _ in range(ASKED)]
    average = sum(len(a) + len(b) for a, b in asked) / len(asked)
    rates: list[float] = []
    for size in SIZES:
        console.print(f"filling an index with {size:,} messages ...")
        index = filled(size, said)

        def look(pair: tuple[str, str], index: near.Index = index) -> object:
            return index.look(f"{pair[0]}\n{pair[1]}", at=YEAR, areas=(17, 10_004, 20_000, 30_000))

        parts: dict[str, Callable[[list[tuple[str, str]]], object]] = {
            "kind": lambda some: model.answers(some),
            "place": lambda some: [names.find(f"{a}\n{b}") for a, b in some],
            "danger": lambda some: [danger.read(f"{a}\n{b}") for a, b in some],
            "known already": lambda some, look=look: [look(pair) for pair in some],  # type: ignore[misc]
        }
        for part in parts.values():
            part(asked[:TOGETHER])  # what is built at the first use is not counted
        spent = dict.fromkeys(parts, 0.0)
        begun = time.process_time()
        for start in range(0, len(asked), TOGETHER):
            some = asked[start : start + TOGETHER]
            for name, part in parts.items():
                before = time.process_time()
                part(some)
                spent[name] += time.process_time() - before
        rates.append(len(asked) / (time.process_time() - begun))
        bench.add(
            f"all parts, {size:,} known", rates[-1], "messages/s of one core",
            bound=">= 2,000" if size == SIZES[0] else "", met=rates[-1] >= 2_000 if size == SIZES[0] else None,
        )  # fmt: skip
        for name, seconds in spent.items():
            bench.add(f"  {name}, {size:,} known", seconds / len(asked) * 1e6, "µs a message")
        if size == SIZES[0]:
            single = []
            for pair in asked[:SINGLE]:
                before = time.perf_counter()
                for part in parts.values():
                    part([pair])
                single.append((time.perf_counter() - before) * 1_000)
            bench.add("one by one, p95", p(single, 0.95), "ms a report", bound="< 5 ms", met=p(single, 0.95) < 5)
        del index
    slower = rates[0] / rates[1]
    bench.add("slower with ten times as many", slower, "times", bound="<= 1.5", met=slower <= 1.5)
    bench.notes.append(
        f"speed: {average:.0f} characters a message on average; processor time of one core; the known messages are "
        "mixed of the words of four public ones, one in seven repeats one of them in part; times and places jittered"
    )
