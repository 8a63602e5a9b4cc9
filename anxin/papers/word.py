"""A paper as a Word document on A4: 黑体 titles, 仿宋 text, 宋体 tables, page numbers, headers of tables repeated.

Word takes the face of Chinese characters from `w:eastAsia`, and a theme's face wins over it: both are set here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from anxin.kernel import clock
from anxin.papers.paper import Box, Heading, Line, PageBreak, Paper, Part, Signatures, Table, Text, clean

SONG, HEI, FANG = "宋体", "黑体", "仿宋"
LATIN = "Times New Roman"
WIDTH = 15.8
"""What the margins leave of A4, in centimetres."""
_ALIGN = {"left": WD_ALIGN_PARAGRAPH.JUSTIFY, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
_STYLES = {"Normal": (FANG, 14), "Title": (HEI, 18), "Heading 1": (HEI, 15), "Heading 2": (HEI, 14)}


def docx(paper: Paper) -> bytes:
    """The paper as a .docx file that can be read and changed in Word and WPS."""
    doc = blank(clean(paper.title))
    doc.add_heading(clean(paper.title), 0)
    if paper.number:
        number = doc.add_paragraph()
        number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        number.add_run(clean(paper.number)).font.size = Pt(10.5)
    for part in paper.parts:
        add(doc, part)
    foot(doc, clean(paper.footer))
    return saved(doc)


def blank(title: str, author: str = "") -> Any:
    """An empty A4 document with the house's styles and faces. A programme that draws more than parts starts from it."""
    doc = Document()
    for name, (face, size) in _STYLES.items():
        style = doc.styles[name]
        _face(style.element.get_or_add_rPr(), face)
        style.font.size, style.font.bold = Pt(size), False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_after = Pt(4)
    heading = doc.styles["Title"]
    heading.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in heading.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - WIDTH) / 2)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.6)
    doc.core_properties.title, doc.core_properties.author = title[:250], author[:250]
    doc.core_properties.comments = ""
    doc.core_properties.created = clock.now().astimezone(clock.TZ).replace(tzinfo=None)
    doc.core_properties.modified = doc.core_properties.created
    doc.core_properties.language = "zh-CN"
    return doc


def saved(doc: Any) -> bytes:
    """The file of a document."""
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


def foot(doc: Any, said: str = "") -> None:
    """Under every page: a sentence, then its number and how many there are."""
    line = doc.sections[0].footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if said:
        line.add_run(f"{said}    ")
    _count(line, "PAGE")
    line.add_run(" / ")
    _count(line, "NUMPAGES")
    for run in line.runs:
        run.font.size = Pt(9)
        _face(run._r.get_or_add_rPr(), SONG)


def add(doc: Any, part: Part) -> None:
    """A part at the end of the document."""
    match part:
        case Line(label, value):
            line = doc.add_paragraph()
            line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Cm(1), Cm(-1)
            _face(line.add_run(f"{clean(label)}：")._r.get_or_add_rPr(), HEI)
            line.add_run(clean(value))
        case Text(text, indent, align):
            for said in clean(text).split("\n"):
                line = doc.add_paragraph(said)
                line.alignment = _ALIGN[align]
                if indent and align == "left":
                    _two_characters(line)
        case Heading(text, level):
            doc.add_heading(clean(text), min(max(level, 1), 2))
        case Table():
            _table(doc, part)
        case Signatures(places):
            _signatures(doc, places)
        case PageBreak():
            doc.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        case Box():
            _box(doc, part)


def _face(properties: Any, face: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for way, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", face)):
        fonts.set(qn(f"w:{way}"), name)


def _two_characters(line: Any) -> None:
    """Two characters of whatever size the reader sets, which centimetres would not be."""
    way = line._p.get_or_add_pPr().get_or_add_ind()
    way.set(qn("w:firstLineChars"), "200")
    way.set(qn("w:firstLine"), "560")


def _count(line: Any, field: str) -> None:
    for sort, said in (("begin", ""), ("", field), ("end", "")):
        run = line.add_run()._r
        if sort:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), sort)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = said
        run.append(mark)


def _table(doc: Any, part: Table) -> None:
    rows = part.cells()
    table = doc.add_table(rows=len(rows) + 1, cols=len(part.header), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Cm(WIDTH * share) for share in part.shares()]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    heads = [clean(cell) for cell in part.header]
    for place, (row, said) in enumerate(zip(table._tbl.tr_lst, [heads, *rows], strict=True)):
        properties = row.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if not place:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, width, text in zip(row.tc_lst, widths, said, strict=True):
            cell.width = width
            _cell(cell.p_lst[0], text, HEI if not place else SONG)
    doc.add_paragraph()


def _cell(line: Any, text: str, face: str) -> None:
    run = line.add_r()
    properties = run.get_or_add_rPr()
    _face(properties, face)
    size = OxmlElement("w:sz")
    size.set(qn("w:val"), "21")
    properties.append(size)
    run.text = text
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:after"), "0")
    line.get_or_add_pPr().append(spacing)


def _plain_table(doc: Any, rows: int, columns: int) -> Any:
    return doc.add_table(rows=rows, cols=columns, style="Normal Table")


def _signatures(doc: Any, places: Sequence[tuple[str, str]]) -> None:
    doc.add_paragraph()
    table = _plain_table(doc, -(-len(places) // 2), 2)
    for place, (label, name) in enumerate(places):
        line = table.cell(place // 2, place % 2).paragraphs[0]
        line.paragraph_format.space_before = Pt(14)
        said = f"{clean(label)}（{clean(name)}）：" if name else f"{clean(label)}："
        line.add_run(said)
        line.add_run("　" * 6).font.underline = True
    doc.add_paragraph()


def _box(doc: Any, part: Box) -> None:
    table = doc.add_table(rows=1, cols=1, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.RIGHT, False
    table.columns[0].width = table.cell(0, 0).width = Cm(part.width)
    table.rows[0].height = Cm(part.height)
    line = table.cell(0, 0).paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(clean(part.label))
    run.font.size, run.font.color.rgb = Pt(9), RGBColor(0x59, 0x59, 0x59)
    doc.add_paragraph()
