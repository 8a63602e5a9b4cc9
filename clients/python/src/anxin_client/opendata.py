"""Open data: which months are out, and their tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from anxin_client.errors import check, out_of_reach
from anxin_client.sending import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month that is out (YYYY-MM): the addresses of its files by name."""

    month: str
    files: Mapping[str, str]


class OpenData(Client):
    """`OpenData("https://city.example").months()`."""

    def months(self) -> list[Month]:
        """The months that are out, newest first."""
        told = self._send("GET", "/open-data/index.json")
        return [
            Month(month=row["month"], files={each["name"]: each["url"] for each in row["files"]})
            for row in told["months"]
        ]

    def content(self, month: Month, name: str) -> bytes:
        """A file of a month. Raises NotFound."""
        try:
            answer = self._http.get(self._base + month.files.get(name, f"/open-data/{month.month}/{name}"))
        except httpx.HTTPError as error:
            raise out_of_reach(error) from error
        if not answer.is_success:
            check(answer)
        return answer.content

    def rows(self, month: Month, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table; what was taken out is None."""
        text = self.content(month, f"{table}.csv").decode()
        for row in csv.DictReader(io.StringIO(text)):
            yield {name: value if value != "" else None for name, value in row.items()}
