"""What a bench found: figures with unit, reference measured in the same run, ratio and bound; printed and kept."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

console = Console()


@dataclass
class Figure:
    """One measured value. `bound`: what it must reach, in words; `met`: whether it does (None: only information)."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    reference_name: str = ""
    bound: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Value through reference."""
        return self.value / self.reference if self.reference else None


@dataclass
class Bench:
    """All figures of one bench."""

    name: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, **more: Any) -> Figure:
        """Add a figure."""
        figure = Figure(name, value, unit, **more)
        self.figures.append(figure)
        return figure

    def done(self) -> bool:
        """Print the table, write the file; whether every bound is met."""
        table = Table(title=self.title)
        for column in ("figure", "value", "unit", "reference", "ratio", "bound", ""):
            table.add_column(column, justify="right" if column in ("value", "ratio") else "left")
        for f in self.figures:
            mark = {True: "[green]met", False: "[red]NOT MET", None: ""}[f.met]
            reference = f"{f.reference:,.2f} {f.reference_name}" if f.reference else ""
            table.add_row(
                f.name, f"{f.value:,.2f}", f.unit, reference, f"{f.ratio:.2f}" if f.ratio else "", f.bound, mark
            )
        console.print(table)
        for note in self.notes:
            console.print(note)
        from django.conf import settings

        place = Path(settings.VAR) / "bench" / f"{self.name}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        said = {
            "name": self.name,
            "at": datetime.now(UTC).isoformat(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "figures": [{**asdict(f), "ratio": f.ratio} for f in self.figures],
            "notes": self.notes,
        }
        place.write_text(json.dumps(said, ensure_ascii=False, indent=1))
        console.print(f"kept in {place.name}")
        return all(f.met is not False for f in self.figures)


def p(values: list[float], share: float) -> float:
    """A percentile by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
