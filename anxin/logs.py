"""What the log keeps: one line of JSON per event, for the operator at night."""

from __future__ import annotations

import json
import logging
from typing import Any

TOLD = ("matter", "code", "path", "channel")
"""What an event may carry besides its words; never anything personal."""


class JsonLine(logging.Formatter):
    """One line of JSON per event, with the matter's number where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {name: value for name in TOLD if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
