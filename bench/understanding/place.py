"""How well places are found: own messages, a blind set, real ones with letters for places, addresses; speed."""

from __future__ import annotations

import csv
import json
import timeit
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anxin.city.gazetteer import spots
from anxin.understanding.place import Found, Gazetteer, Spot
from bench.figures import Bench

LABELLED = Path(__file__).parents[1] / "labelled"
DATA = Path(__file__).parents[3] / "shared" / "data"
ENOUGH, SLOWEST = 0.95, 120.0
"""Share of texts that name a place which must reach the right town; microseconds for a message [INF]."""
LANDMARKS = frozenset(("road", "estate", "market", "school", "point"))

BLIND_FIRST = (
    "blind messages, before anything was changed because of them: town right 94.4 % (136 of 144), most precise place "
    "88.9 %, questions asked 15 of 15, silently wrong 0, quiet 28 of 31; general faults were mended afterwards"
)
"""What the first run on the blind set gave; a second run is no longer blind."""

MESSAGE = (
    "我住在七星街道湘南公寓3幢，昨天夜里下了一夜的雨，地下车库的水已经没过车轮，物业的电话一直没有人接。早上我去物业办公室，"
    "门是锁着的，保安说经理休假了，让我们自己想办法。我们楼里有好几辆电动车泡在水里，充电桩也在水下面，大家都很怕漏电。"
    "请有关部门派人来抽水，把电先断掉，再查一查排水泵为什么不转。去年七月也淹过一次，当时说好要换新的水泵，"
    "业主也交了维修资金，可是一年过去了，什么都没有看到。请给一个说法，也请公布维修资金用到哪里去了。"
    "另外，东门往北200米的雨水井盖也被冲开了，晚上没有灯，走路的人看不见。"
    "去年夏天我们写过联名信，有一百多户签字，社区也来看过，说会跟物业谈，后来就没有下文。这一次如果再没有人管，损失谁来赔？"
)
"""A message of about 300 characters, our own."""


@dataclass
class Score:
    """How the answers to a labelled set compare with the labels."""

    named: int = 0
    town: int = 0
    exact: int = 0
    ask: int = 0
    asked: int = 0
    none: int = 0
    silent: int = 0
    quiet: int = 0
    wrong: list[str] | None = None


def above(names: Gazetteer, code: str | None, level: str) -> str:
    """The name of the area of a level that a spot stands in, or nothing."""
    chain = names.up[names.at[code]] if code else ()
    return next((names.spots[each].name for each in chain if names.spots[each].level == level), "")


def judge(names: Gazetteer, found: Found, expect: Any) -> tuple[bool, bool]:
    """Whether the town (for a county the county) is right, and whether the most precise place is.

    For "ask": whether a person is asked; for "none": whether nothing was found.
    """
    if expect == "ask":
        return bool(found.candidates), bool(found.candidates)
    if expect == "none":
        nothing = found.area is None and not found.candidates
        return nothing, nothing
    if found.candidates or found.area is None:
        return False, False
    level, name = expect["level"], expect["name"]
    if level == "county":
        right = above(names, found.area, "county") == name
        return right, right and names.spots[names.at[found.area]].level == "county"
    town = above(names, found.area, "town") == expect["town"]
    if level in LANDMARKS:
        return town, town and above(names, found.spot, level) == name
    own = names.spots[names.at[found.area]].level if level == "town" else level
    return town, town and own == level and above(names, found.area, level) == name


def score(names: Gazetteer, rows: list[dict[str, Any]], tell: Callable[[str], None] | None = None) -> Score:
    """Ask the gazetteer for each labelled text and count."""
    total = Score()
    for row in rows:
        expect = row["expect"]
        where: dict[str, Any] = {}
        if phone := row.get("phone"):
            spot = names.spots[names.at[phone]]
            where = {"lat": spot.lat, "lon": spot.lon, "grid": phone}
        found = names.find(row["text"], **where)
        town, exact = judge(names, found, expect)
        if "apart" in row and (found.apart is not None) != row["apart"]:
            exact = False
        if "metres" in row and (found.direction, found.metres) != (row["direction"], row["metres"]):
            exact = False
        if expect == "ask":
            total.ask, total.asked = total.ask + 1, total.asked + town
            total.silent += found.area is not None and not found.candidates
        elif expect == "none":
            total.none, total.quiet = total.none + 1, total.quiet + town
        else:
            total.named, total.town, total.exact = total.named + 1, total.town + town, total.exact + exact
        if not exact and tell is not None:
            tell(f"{row['text']} {expect} -> {found.reason} {found.direction} {found.metres} {found.apart}")
    return total


def read(name: str) -> list[dict[str, Any]]:
    """A labelled set, one JSON object a line; empty where there is none."""
    path = LABELLED / name
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line] if path.exists() else []


def letter_city() -> list[Spot]:
    """The province of the real messages, whose places are letters: 西地省, A市 .. M市, A1区, A2县 and so on."""
    province = Spot(code="X", level="province", name="西地省", aliases=("西地",))
    cities = [Spot(code=c, level="city", name=f"{c}市", within="X") for c in "ABCDEFGHIJKLM"]
    counties = [
        Spot(code=f"{city.code}{n}", level="county", name=f"{city.code}{n}{suffix}", within=city.code)
        for city in cities
        for n, suffix in _letter_counties(city.code)
    ]
    return [province, *cities, *counties]


def _letter_counties(city: str) -> Iterator[tuple[int, str]]:
    """Which numbers a city of letters has and what they are called."""
    kinds = {
        "A": "1区 2区 3区 4区 5区 6区 7县 8县 9市", "B": "1区 2区 3区 4区 5县 6县 7县 8县 9市",
        "C": "1区 2区 3县 4市 5市",
        "D": "1区 2区 3区 4区 5区 6县 7县 8县 9县 10县 11市 12市",
        "E": "1区 2区 3区 4县 5县 6县 7县 8县 9县 10县 11县 12市", "F": "1区 2区 3区 4县 5县 6县 7县 8市 9市",
        "G": "1区 2区 3县 4县 5县 6县 7县 8县 9市", "H": "1区 2区 3县 4县", "I": "1区 2区 3县 4县 5县 6市",
        "J": "1区 2区 3县 4县 5县 6县 7县 8县 9县 10县 11市", "K": "1区 2区 3县 4县 5县 6县 7县 8县 9县 10县 11县",
        "L": "1区 2县 3县 4县 5县 6县 7县 8县 9县 10县 11县 12市",
        "M": "1区 2县 3县 4市 5市 7市 8县 9县 10县 11县 12县 13县 14县",
    }  # fmt: skip
    for each in kinds[city].split():
        yield int(each[:-1]), each[-1]


def _real_messages(bench: Bench) -> None:
    """The county found in real messages against our reading of them."""
    rows = read("place_real.jsonl")
    texts: dict[tuple[str, str], str] = {}
    for file in sorted({row["file"] for row in rows}):
        path = DATA / "messages" / file
        if not path.exists():
            bench.notes.append(f"skipped: ../shared/data/messages/{file} is not beside this clone")
            return
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for each in csv.DictReader(lines):
                values = list(each.values())
                subject, detail = ("subject", "detail") if "subject" in each else ("留言主题", "留言详情")
                texts[file, values[0]] = f"{each[subject]}\n{each[detail]}"
    names = Gazetteer(letter_city())
    right = silent = 0
    for row in rows:
        found = names.find(texts[row["file"], row["row"]])
        said = "ask" if found.candidates else found.area or "none"
        right += said == row["expect"]
        silent += row["expect"] == "ask" and said not in ("ask", "none")
    bench.add("real messages: county as labelled", 100 * right / len(rows), "%", bound=f">= 95, {len(rows)} rows",
              met=right >= ENOUGH * len(rows))  # fmt: skip
    bench.add("real messages: several counties, one silently taken", silent, "rows")


def _addresses(bench: Bench, names: Gazetteer) -> None:
    """Real addresses: the county and town found against the labelled spans, where the city has the name today."""
    path = DATA / "places" / "jiaxing_addresses_labelled.csv"
    if not path.exists():
        bench.notes.append("skipped: ../shared/data/places is not beside this clone")
        return
    counts: Counter[str] = Counter()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            spans = dict(each.split(":", 1) for each in row["spans"].split("|") if ":" in each)
            found = names.find(row["text"])
            for level, span in (("county", spans.get("district", "")), ("town", spans.get("town", ""))):
                known = {s.name for s in names.spots if s.level == level and span in (s.name, *s.aliases, *s.former)}
                if not known:
                    counts[f"{level} unknown"] += bool(span)
                    continue
                counts[level] += 1
                counts[f"{level} right"] += above(names, found.area, level) in known
                counts[f"{level} asked"] += bool(found.candidates) and above(names, found.area, level) not in known
    for level in ("county", "town"):
        right, every = counts[f"{level} right"], counts[level]
        bench.add(
            f"real addresses: {level} right", 100 * right / every, "%",
            bound=f">= 95, {every} rows", met=right >= ENOUGH * every,
        )  # fmt: skip
        bench.add(f"real addresses: {level} asked instead", counts[f"{level} asked"], "rows")
        bench.add(f"real addresses: {level} name of no place of today", counts[f"{level} unknown"], "rows")


def measure(bench: Bench, tell: Callable[[str], None] | None = None) -> None:
    """Add the figures of place finding. `tell` is called with each text that was not answered as labelled."""
    names = Gazetteer(spots())
    for file, title in (("place.jsonl", "own messages"), ("place_blind.jsonl", "blind messages")):
        if not (rows := read(file)):
            continue
        found = score(names, rows, tell)
        bench.add(f"{title}: town right", 100 * found.town / found.named, "%", bound=f">= 95, {found.named} rows",
                  met=found.town >= ENOUGH * found.named)  # fmt: skip
        bench.add(f"{title}: most precise place right", 100 * found.exact / found.named, "%")
        bench.add(f"{title}: questions asked", 100 * found.asked / max(1, found.ask), "%", bound=f"{found.ask} rows")
        bench.add(f"{title}: silently wrong where a question was due", found.silent, "rows", bound="0",
                  met=not found.silent)  # fmt: skip
        bench.add(f"{title}: quiet where no place is named", 100 * found.quiet / max(1, found.none), "%",
                  bound=f"{found.none} rows")  # fmt: skip
    bench.notes.append(BLIND_FIRST)
    _real_messages(bench)
    _addresses(bench, names)
    took = min(timeit.repeat(lambda: names.find(MESSAGE), number=200, repeat=20)) / 200 * 1e6
    bench.add(f"one message of {len(MESSAGE)} characters", took, "µs", bound=f"<= {SLOWEST:.0f}", met=took <= SLOWEST)
    worst = max(timeit.repeat(lambda: names.find("瓶山社区新民村湘南公寓" * 2_000), number=1, repeat=3)) * 1e3
    bench.add("20,000 characters of nothing but names", worst, "ms", bound="<= 20", met=worst <= 20)
