"""The briefing as a Word document: the same parts as the page, a native chart of the night and the grids as a picture.

Written on a blank paper of the house. The chart is a part of its own in DrawingML, so that Word draws it with the
reader's fonts and reads it out; it carries its numbers, no workbook.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm

from anxin.kernel import clock
from anxin.papers import Table, word
from anxin.programmes.situation.pages import drawings
from anxin.web import words

_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def write(parts: dict[str, Any]) -> bytes:
    """The document of a briefing (`morning.parts`)."""
    doc = word.blank(f"{parts['title']} {parts['day']:%Y-%m-%d}", parts["briefing"].town.name)
    doc.add_heading(parts["title"], 0)
    doc.add_paragraph(
        _("%(day)s；夜间 %(since)s 至 %(moment)s") % {
            "day": f"{parts['day']:%Y-%m-%d}", "since": _at(parts["since"]), "moment": _at(parts["moment"]),
        }
    ).alignment = WD_ALIGN_PARAGRAPH.CENTER  # fmt: skip
    doc.add_heading(_("夜间数字"), 1)
    _table(doc, [_("指标"), _("数"), _("参照")], parts["numbers"])
    _chart(doc, parts)
    doc.add_heading(_("网格未办结"), 1)
    if parts["grids"]:
        doc.add_picture(io.BytesIO(drawings.picture(parts["briefing"].town, parts["counts"])), width=Cm(14))
        doc.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
        _describe(doc, _("各网格未办结件数的地图，数字见下表"))
        _table(doc, [_("网格"), _("未办结")], [(name, str(count)) for name, count in parts["grids"][:15]])
    else:
        doc.add_paragraph(_("没有。"))
    doc.add_heading(_("四平台"), 1)
    _table(
        doc, [_("平台"), *parts["states"], _("合计")],
        [(name, *[str(count) for count in counts], str(total)) for name, counts, total in parts["queues"]],
    )  # fmt: skip
    for title, count, lines in parts["lists"]:
        doc.add_heading(f"{title}（{count}）" if not words.english() else f"{title} ({count})", 1)
        _lines(doc, lines, count)
    _rest(doc, parts)
    doc.core_properties.created = parts["moment"].astimezone(clock.TZ).replace(tzinfo=None)
    doc.core_properties.modified = doc.core_properties.created
    word.foot(doc)
    return word.saved(doc)


def _rest(doc: Any, parts: dict[str, Any]) -> None:
    doc.add_heading(_("热点"), 1)
    rows = [(place, kind, sort, str(count), said) for place, kind, sort, count, said in parts["spots"]]
    _table(doc, [_("地点"), _("类别"), _("范围"), _("件数"), _("依据")], rows)
    if parts["hot"]:
        _table(doc, [_("热点问题"), _("地点"), _("人数")], [(n, p, str(c)) for n, p, c in parts["hot"]])
    doc.add_heading(_("预警和处置"), 1)
    _table(
        doc, [_("预警"), _("数"), _("发出"), _("已做")],
        [(said, str(count), _at(at), done) for said, count, at, _noted, done, _ended, _rule in parts["warnings"]],
    )  # fmt: skip
    doc.add_heading(_("今日值班"), 1)
    _table(
        doc, [_("值班"), _("岗位"), _("时间")],
        [(duty, post, f"{_at(begins)} – {_at(ends)}") for duty, post, begins, ends in parts["duty"]],
    )  # fmt: skip
    doc.add_heading(_("今日回头看"), 1)
    _table(
        doc, [_("编号"), _("事项"), _("办结后"), _("应在")],
        [(line["number"], line["title"], _("%(n)s 个月") % {"n": months}, f"{due:%Y-%m-%d}")
         for line, months, due in parts["checks"]],
    )  # fmt: skip


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(clock.TZ):%m-%d %H:%M}"


def _table(doc: Any, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        word.add(doc, Table(heads, rows))
    else:
        doc.add_paragraph(_("没有。"))


def _w() -> str:
    return "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _lines(doc: Any, lines: Sequence[dict[str, Any]], count: int) -> None:
    rows = [
        (line["number"], f"{line['title']}（{line['kind']}）", line["place"], line["lead"],
         _at(line["at"]) if line["at"] else "")
        for line in lines
    ]  # fmt: skip
    _table(doc, [_("编号"), _("事项"), _("网格"), _("主办"), _("时限")], rows)
    if count > len(lines):
        doc.add_paragraph(_("另有 %(n)s 件，见工作台。") % {"n": count - len(lines)})


def _describe(doc: Any, words_: str) -> None:
    """Say what the last picture is of, for who does not see it."""
    for each in doc.paragraphs[-1]._p.iter(f"{{{_WP}}}docPr"):
        each.set("descr", words_)


def _chart(doc: Any, parts: dict[str, Any]) -> None:
    """The hours of the night against the usual, as a chart of Word's own."""
    columns = parts["hours"].columns
    labels = [f"{column.label}:00" for column in columns]
    counts = [str(column.count or 0) for column in columns]
    usual = [f"{column.usual:g}" for column in columns]
    xml = _chart_xml(labels, (_("到件"), counts), (_("平时（中位数）"), usual))
    package = doc.part.package
    part = Part(PackURI("/word/charts/chart1.xml"), _CHART, xml.encode(), package)
    relation = doc.part.relate_to(part, _RELATION)
    said = _("夜间每小时到件与平时") + "：" + "；".join(f"{at} {n}" for at, n in zip(labels, counts, strict=True))
    run = doc.add_paragraph().add_run()
    run._r.append(parse_xml(
        f'<w:drawing xmlns:w="{_w()}" xmlns:wp="{_WP}" xmlns:a="{_A}">'
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="5900000" cy="2200000"/><wp:docPr id="901" name="chart" descr={quoteattr(said)}/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" xmlns:r="{_R}" '
        f'r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    ))  # fmt: skip


def _series(place: int, name: str, labels: Sequence[str], values: Sequence[str], look: str) -> str:
    cats = "".join(f'<c:pt idx="{i}"><c:v>{escape(each)}</c:v></c:pt>' for i, each in enumerate(labels))
    nums = "".join(f'<c:pt idx="{i}"><c:v>{escape(each)}</c:v></c:pt>' for i, each in enumerate(values))
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:strRef><c:f>n{place}</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>{look}'
        f'<c:cat><c:strRef><c:f>c</c:f><c:strCache><c:ptCount val="{len(labels)}"/>{cats}</c:strCache></c:strRef>'
        "</c:cat>"
        f"<c:val><c:numRef><c:f>v{place}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{nums}</c:numCache></c:numRef></c:val></c:ser>'
    )


def _chart_xml(labels: Sequence[str], bar: tuple[str, Sequence[str]], line: tuple[str, Sequence[str]]) -> str:
    fill = '<c:spPr><a:solidFill><a:srgbClr val="0B5D4E"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>'
    stroke = '<c:spPr><a:ln w="25400"><a:solidFill><a:srgbClr val="B3261E"/></a:solidFill></a:ln></c:spPr>'
    stroke += '<c:marker><c:symbol val="none"/></c:marker>'
    axes = (
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:tickLblPos val="nextTo"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:majorGridlines/><c:numFmt formatCode="0" sourceLinked="0"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="1"/></c:valAx>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{_R}"><c:chart><c:autoTitleDeleted val="1"/><c:plotArea>'
        '<c:layout/><c:barChart><c:barDir val="col"/><c:grouping val="clustered"/>'
        f'{_series(0, bar[0], labels, bar[1], fill)}<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/>'
        "</c:barChart>"
        f'<c:lineChart><c:grouping val="standard"/>{_series(1, line[0], labels, line[1], stroke)}'
        f'<c:axId val="1"/><c:axId val="2"/></c:lineChart>{axes}</c:plotArea>'
        '<c:legend><c:legendPos val="b"/></c:legend><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    )
