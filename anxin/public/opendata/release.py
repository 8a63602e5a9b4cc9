"""A month's release: the tables as CSV and Parquet with their dictionary, made once, published by a person's decision.

What is published, when and by whom stands in the book of changes ("open_data", by month); files lie in VAR/open-data.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pyarrow.parquet
from django.conf import settings

from anxin.kernel import areas, changes, jobs
from anxin.kernel.errors import NotFound
from anxin.public.opendata import tables
from anxin.public.opendata.suppression import LEAST, PEOPLE
from anxin.public.opendata.tables import Table

ABOUT = "open_data"
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
MEDIA = {
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
}
TYPES = {
    "string": pyarrow.string(), "integer": pyarrow.int64(), "number": pyarrow.float64(), "boolean": pyarrow.bool_(),
}  # fmt: skip
LICENCE = "CC-BY-4.0"
"""Under which the tables may be used; a default an installation may change [INF]."""


def folder() -> Path:
    """Where the releases lie."""
    return Path(settings.VAR) / "open-data"


def last_month() -> str:
    """The last month that is over, in Shanghai."""
    return f"{areas.today().replace(day=1) - timedelta(days=1):%Y-%m}"


def months() -> list[str]:
    """The months that have been made, newest first."""
    return sorted((each.name for each in folder().glob("20*") if MONTH.fullmatch(each.name)), reverse=True)


def is_published(month: str) -> bool:
    """Whether a month has been let out, by the last decision in the book."""
    found = changes.of(ABOUT, month).first()
    return found is not None and found.after.get("out") is True


def published() -> list[str]:
    """The months everybody may have, newest first."""
    return [month for month in months() if is_published(month)]


def make(month: str) -> Path:
    """Make the files of a month, all or nothing; an earlier making is replaced. Raises ValueError for what is none."""
    if not MONTH.fullmatch(month) or month > last_month():
        raise ValueError(month)
    folder().mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder(), prefix=".making-"))
    found = tables.all_of(month)
    for table in found:
        (place / f"{table.name}.csv").write_bytes(as_csv(table))
        pyarrow.parquet.write_table(as_arrow(table), place / f"{table.name}.parquet", compression="zstd")
    (place / "datapackage.json").write_bytes(msgspec.json.format(msgspec.json.encode(dictionary(month, found))))
    (place / "README.md").write_text(readme(month, found), "utf-8")
    place.chmod(0o755)
    old = folder() / month
    shutil.rmtree(old, ignore_errors=True)
    place.rename(old)
    return old


def as_csv(table: Table) -> bytes:
    """A table as CSV (RFC 4180, UTF-8); empty is nothing, true and false in words."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([str(value).lower() if isinstance(value, bool) else value for value in row])
    return out.getvalue().encode()


def as_arrow(table: Table) -> pyarrow.Table:
    """A table with its types."""
    schema = pyarrow.schema([pyarrow.field(column.name, TYPES[column.sort]) for column in table.columns])
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    return pyarrow.table([list(column) for column in columns], schema=schema)


def dictionary(month: str, found: list[Table]) -> dict[str, Any]:
    """The dictionary of a release as a Frictionless data package."""
    return {
        "profile": "tabular-data-package",
        "name": f"anxin-{month}",
        "title": f"{settings.CITY_NAME} {month}",
        "created": f"{areas.today()}",
        "licenses": [{"name": LICENCE}],
        "suppression": {"least": LEAST, "people": PEOPLE, "secondary": True},
        "resources": [
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "alternate": f"{table.name}.parquet",
                "title": table.title,
                "description": table.title_en,
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {"name": each.name, "type": each.sort, "title": each.title, "description": each.title_en}
                        for each in table.columns
                    ],
                    "missingValues": [""],
                },
            }
            for table in found
        ],
    }


def readme(month: str, found: list[Table]) -> str:
    """The dictionary for reading."""
    lines = [
        f"# {settings.CITY_NAME} {month}", "",
        f"小于 {LEAST} 或不足 {PEOPLE} 人的数不公布，能由合计推算的一并隐去。",
        "没有文字，地点只到镇街；保密、隐私类别和涉警事项不计入。",
        f"Counts below {LEAST}, or of fewer than {PEOPLE} people, are taken out, and so are those that could be",
        "reckoned from the sums. No text, no place finer than a town; nothing confidential, private or with 110 in it.",
    ]  # fmt: skip
    for table in found:
        lines += ["", f"## {table.name}", "", f"{table.title} · {table.title_en}", "", "| | | | |", "|---|---|---|---|"]
        lines += [f"| `{each.name}` | {each.sort} | {each.title} | {each.title_en} |" for each in table.columns]
    return "\n".join(lines) + "\n"


NAMES = frozenset(
    {"datapackage.json", "README.md"} | {f"{name}.{form}" for name in tables.NAMES for form in ("csv", "parquet")}
)
"""The names files of a release may have."""


def file(month: str, name: str) -> Path:
    """A file of a month that has been let out. Raises NotFound."""
    if not MONTH.fullmatch(month) or name not in NAMES or not is_published(month):
        raise NotFound
    place = folder() / month / name
    if not place.is_file():
        raise NotFound
    return place


@jobs.every(seconds=6 * 3600)
def make_last_month() -> None:
    """Make the last month once it is over, so that somebody can look at it and let it out."""
    month = last_month()
    if month not in months():
        make(month)
