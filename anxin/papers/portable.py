"""A paper as PDF, set by typst with the fonts that come with the installation: the same on every machine.

What people wrote goes to the compiler as JSON beside a fixed template (paper.typ), so that no text can be taken for a
command. The file is tagged (headings and tables can be heard) and fit for archives (PDF/A-2a); where a character has
no glyph in the fonts, it is an ordinary tagged PDF.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pylopdf_fonts_zh_cn
import typst

from anxin.kernel import clock
from anxin.papers.paper import Box, Heading, Line, PageBreak, Paper, Part, Signatures, Table, Text, clean

if TYPE_CHECKING:
    from typst import PDFStandard

_TEMPLATE = Path(__file__).with_name("paper.typ")
ARCHIVAL: PDFStandard = "a-2a"


@cache
def _fonts() -> typst.Fonts:
    """宋体 and 黑体 as Noto Serif SC and Noto Sans SC: read once a process."""
    folder = pylopdf_fonts_zh_cn.serif_path().parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


def pdf(paper: Paper) -> bytes:
    """The paper as a PDF on A4, with the number of each page; one hundredth of a second a page or so."""
    told = json.dumps(
        {
            "title": clean(paper.title),
            "number": clean(paper.number),
            "footer": clean(paper.footer),
            "parts": [_told(part) for part in paper.parts],
        },
        ensure_ascii=False,
    )
    try:
        return _made(told, [ARCHIVAL])
    except typst.TypstError:
        return _made(told, [])


def _made(told: str, standards: list[PDFStandard]) -> bytes:
    made = typst.compile(
        _template(), font_paths=_fonts(), format="pdf", sys_inputs={"paper": told},
        pdf_standards=standards, timestamp=int(clock.now().timestamp()),
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def _told(part: Part) -> dict[str, Any]:
    match part:
        case Line(label, value):
            return {"sort": "line", "label": clean(label), "value": clean(value)}
        case Text(text, indent, align):
            return {"sort": "text", "text": clean(text), "indent": indent and align == "left", "align": align}
        case Heading(text, level):
            return {"sort": "heading", "text": clean(text), "level": min(max(level, 1), 2)}
        case Table(header):
            head = [clean(cell) for cell in header]
            return {"sort": "table", "header": head, "rows": part.cells(), "shares": part.shares()}
        case Signatures(places):
            return {"sort": "signatures", "places": [[clean(label), clean(name)] for label, name in places]}
        case PageBreak():
            return {"sort": "break"}
        case Box(label, width, height):
            return {"sort": "box", "label": clean(label), "width": width, "height": height}
