"""Which cells of a table of counts may not be published, so that nobody behind a small one is found. No database.

A table has rows, columns and the sums of both. A cell of 1 to 4, or of too few people, is taken out (primary); then so
many others that it cannot be reckoned from the sums (secondary). Whether it can is not guessed: the range of every cell
taken out is computed as an attacker would, by linear programming over what is published. Source: guide 11.5 (cells
under 5, secondary suppression); the numbers and the width of the range are defaults of the project [INF].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

LEAST = 5
"""A count below it, other than none, is not published."""
PEOPLE = 3
"""So many different people must stand behind a count, as on `/around`."""
WIDTH = 4
"""So wide the range of what a cell that was taken out may hold must stay."""
SUM = ""
"""The row and the column of the sums."""
ROUNDS = 60
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and by how many different people at least."""

    number: int
    people: int


def with_sums(cells: Mapping[Key, int]) -> dict[Key, int]:
    """A table with its sums."""
    found: dict[Key, int] = defaultdict(int)
    for (row, column), number in cells.items():
        for key in ((row, column), (row, SUM), (SUM, column), (SUM, SUM)):
            found[key] += number
    return dict(found)


def hidden(cells: Mapping[Key, Count]) -> set[Key]:
    """The cells and sums that may not be published; zeros may.

    Where no choice of single cells is enough, all cells are taken out and the sums of columns stay, at last none.
    """
    whole = with_sums({key: each.number for key, each in cells.items()})
    people = with_sums({key: each.people for key, each in cells.items()})
    small = {
        key
        for key, number in whole.items()
        if 0 < number < LEAST or (number and (cells[key].people if key in cells else people[key]) < PEOPLE)
    }
    chosen = _chosen(whole, set(small))
    if chosen is not None:
        return chosen
    inside = {key for key, number in whole.items() if number and SUM not in key}
    rows = {key for key, number in whole.items() if number and key[1] == SUM and key[0] != SUM}
    for more in (inside, inside | rows):
        if not weak(whole, small | more):
            return small | more
    return {key for key, number in whole.items() if number}


def _chosen(whole: Mapping[Key, int], out: set[Key]) -> set[Key] | None:
    """The cells taken out and those taken out beside them; None when it does not come to an end."""
    for _round in range(ROUNDS):
        _fill(whole, out)
        found = weak(whole, out)
        if not found:
            return out
        before = len(out)
        for key in found:
            for line in _lines(key):
                if more := _next(whole, out, line):
                    out.add(more)
                    break
        if len(out) == before:
            return None
    return None


def _fill(whole: Mapping[Key, int], out: set[Key]) -> None:
    """Take out more in every line until those taken out in it cover each other."""
    again = True
    while again:
        again = False
        for line in {line for key in out for line in _lines(key)}:
            inside = [key for key in out if line in _lines(key)]
            known = sum(whole[key] for key in inside) - max(whole[key] for key in inside)
            if (len(inside) < 2 or known < LEAST) and (more := _next(whole, out, line)):
                out.add(more)
                again = True


def _lines(key: Key) -> tuple[tuple[str, str], tuple[str, str]]:
    """The two sums a cell takes part in: that of its row and that of its column."""
    return ("row", key[0]), ("column", key[1])


def _next(whole: Mapping[Key, int], out: set[Key], line: tuple[str, str]) -> Key | None:
    """What is best taken out next in a line: the smallest cell, a sum only when there is no other."""
    place = 0 if line[0] == "row" else 1
    free = [key for key, number in whole.items() if key[place] == line[1] and number and key not in out]
    return min(free, key=lambda key: (SUM in key, whole[key], key), default=None)


def weak(whole: Mapping[Key, int], out: Iterable[Key]) -> list[Key]:
    """The cells taken out that could be reckoned too closely from what is published."""
    return [key for key, low, high in ranges(whole, out) if high < LEAST - 1e-6 or high - low < WIDTH - 1e-6]


def ranges(whole: Mapping[Key, int], out: Iterable[Key]) -> Iterator[tuple[Key, float, float]]:
    """What an attacker knows of each cell taken out: that it is one at least, and all sums. Key, lowest, highest."""
    taken = sorted(out)
    if not taken:
        return
    place = {key: number for number, key in enumerate(taken)}
    lines = sorted({line for key in taken for line in _lines(key)})
    entries: list[tuple[int, int, float]] = []
    right = np.zeros(len(lines))
    for number, (sort, name) in enumerate(lines):
        at = 0 if sort == "row" else 1
        for key, value in whole.items():
            if key[at] != name:
                continue
            sign = -1.0 if key[1 - at] == SUM else 1.0
            if key in place:
                entries.append((number, place[key], sign))
            else:
                right[number] -= sign * value
    rows, columns, values = zip(*entries, strict=True)
    matrix = csr_array((values, (rows, columns)), shape=(len(lines), len(taken)))
    for key in taken:
        aim = np.zeros(len(taken))
        aim[place[key]] = 1.0
        yield key, _best(aim, matrix, right), -_best(-aim, matrix, right)


def _best(aim: Sequence[float] | np.ndarray, matrix: csr_array, right: np.ndarray) -> float:
    found = linprog(aim, A_eq=matrix, b_eq=right, bounds=(1, None), method="highs")
    if found.status == 3:
        return float("-inf")
    return float(found.fun)
