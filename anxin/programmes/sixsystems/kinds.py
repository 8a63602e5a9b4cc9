"""The ten event classes of the grid (guide 5.3) and the task of a meeting; their first grades stand in rules.toml."""

from __future__ import annotations

from anxin.kernel.bodies import Body
from anxin.kernel.registry import Kind, Part
from anxin.programmes.sixsystems.rules import GRADES, LEVEL_BODY, TABLES

FIRST_GRADE = {f"sixsystems.{row['code']}": str(row["grade"]) for row in TABLES["kind"]}
TASK = "sixsystems.task"
EVENTS = tuple(code for code in FIRST_GRADE if code != TASK)


def _clocks(kind: Kind, body: Body, role: str) -> tuple[str, ...]:
    return ("sign.grid",)


def _kind(code: str, title: str, title_en: str, words: str, grade: str) -> Kind:
    event = grade in GRADES
    return Kind(
        code=f"sixsystems.{code}",
        title=f"网格·{title}",
        title_en=f"Grid: {title_en}",
        words=tuple(words.split()),
        lead=Part(role=LEVEL_BODY[GRADES[grade][3]] if event else "committee", task="核实、处置并反馈"),
        clocks=_clocks,
        whole=GRADES[grade][2] if event else "handle.grid.task",
        whole_by_urgency={"emergency": GRADES["E"][2]} if event else {},
        on_site=event,
        needs_proof=event,
    )


KINDS: tuple[Kind, ...] = tuple(_kind(**row) for row in TABLES["kind"])
