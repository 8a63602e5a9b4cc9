"""Papers come out as they were described: read back from Word and from PDF, with Chinese, hostile and endless text."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import RequestFactory
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from anxin import papers
from anxin.papers import Box, Heading, Line, PageBreak, Paper, Signatures, Table, Text

AGREEMENT = Paper(
    "人民调解协议书",
    number="桐濮凤调〔2026〕第12号",
    parts=[
        Line("申请人", "王建国，男，汉族"),
        Line("纠纷类型", "邻里纠纷"),
        Heading("一、纠纷主要事实"),
        Text("2026年7月1日凌晨，车库进水，双方为排水发生争执。\n经实地查看，雨水管堵塞。"),
        Table(["事项", "金额（元）"], [["清淤", "1,234.56"], ["误工", "300.00"]], widths=[3, 1]),
        Signatures([("申请人", "王建国"), ("人民调解员", "陆平"), ("记录人", "")]),
        Box("捺印处"),
        PageBreak(),
        Text("本协议一式三份。", align="right"),
    ],
    footer="濮院镇濮凤社区人民调解委员会",
)
HOSTILE = [
    '#let x = 1; #sys.inputs $x^2$ *粗* _斜_ `码` <a> @b [c] {d} \\ // /* "引" #read("/etc/passwd") #panic("x")',
    "<w:t>&amp;</w:t>]]> {{ title }} {% now %} =1+1 %PDF-1.7 endobj",
    "甲\x00乙\x08丙\x1b丁\ud800戊\ufffe己\r\n庚\u202e辛\u2066壬",
    "😀🀄𠮷𪚥 مرحبا שלום ﷽ e\u0301",
    "连" * 3000,
    "a" * 3000,
    "",
]


def words_of_pdf(content: bytes) -> str:
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"[\s\u200b]+", "", said)


def words_of_docx(content: bytes) -> str:
    doc = Document(io.BytesIO(content))
    return re.sub(r"\s+", "", "".join(doc.element.body.itertext()))


def test_the_agreement_says_the_same_in_word_and_pdf() -> None:
    made = papers.pdf(AGREEMENT)
    for said in (words_of_docx(papers.docx(AGREEMENT)), words_of_pdf(made)):
        for each in (
            "人民调解协议书", "桐濮凤调〔2026〕第12号", "申请人：王建国，男，汉族", "一、纠纷主要事实", "雨水管堵塞。",
            "1,234.56", "人民调解员（陆平）：", "记录人：", "捺印处", "本协议一式三份。",
        ):  # fmt: skip
            assert each in said
    pages = PdfReader(io.BytesIO(made)).pages
    assert len(pages) == 2
    assert "1/2" in pages[0].extract_text().replace(" ", "")
    assert "濮凤社区人民调解委员会" in pages[1].extract_text()
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]


def test_a_pdf_is_tagged_archival_and_carries_its_fonts() -> None:
    reader = PdfReader(io.BytesIO(papers.pdf(AGREEMENT)))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == "人民调解协议书"
    assert "pdfaid" in root["/Metadata"].get_data().decode()
    fonts = {font["/BaseFont"] for page in reader.pages for font in _fonts(page)}
    assert {str(name).split("+")[-1].split("-Identity")[0] for name in fonts} == {
        "NotoSerifSC-Regular",
        "NotoSansSC-Regular",
    }
    for page in reader.pages:
        for font in _fonts(page):
            assert "/FontFile3" in font["/DescendantFonts"][0]["/FontDescriptor"]


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_word_shows_chinese_faces_and_no_theme_wins_over_them() -> None:
    doc = Document(io.BytesIO(papers.docx(AGREEMENT)))
    for style, face in (("Normal", "仿宋"), ("Title", "黑体"), ("Heading 1", "黑体")):
        fonts = doc.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == face
        assert not [name for name in fonts.attrib if "heme" in name]
    faces = {fonts.get(qn("w:eastAsia")) for fonts in doc.tables[0]._tbl.iter(qn("w:rFonts"))}
    assert faces == {"宋体", "黑体"}
    assert abs((doc.sections[0].page_width or 0) - Cm(21)) < Cm(0.01)
    foot = doc.sections[0].footer._element.xml
    assert "NUMPAGES" in foot
    assert "濮凤社区" in foot


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_text_stays_text(said: str) -> None:
    paper = Paper(
        said, number=said, footer=said[:200],
        parts=[Line(said, said), Text(said), Heading(said[:200]), Table([said[:60], "二"], [[said, said]]),
               Signatures([(said[:40], said[:40])]), Box(said[:40])],
    )  # fmt: skip
    document, made = papers.docx(paper), papers.pdf(paper)
    assert len(PdfReader(io.BytesIO(made)).pages) >= 1
    seen = re.sub(r"\s+", "", papers.clean(said))
    assert seen in words_of_docx(document)
    if said in HOSTILE[:2] or said in HOSTILE[4:6]:
        assert seen[:100] in words_of_pdf(made)


def test_what_is_unseen_is_left_out() -> None:
    assert papers.clean(HOSTILE[2]) == "甲乙丙丁戊己\n庚辛壬"
    assert papers.clean(12) == "12"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=300))
def test_no_text_breaks_a_paper(title: str, text: str) -> None:
    paper = Paper(title, parts=[Text(text), Table([title], [[text]])])
    assert papers.pdf(paper).startswith(b"%PDF-")
    assert Document(io.BytesIO(papers.docx(paper))).tables


def test_a_table_of_four_hundred_rows_repeats_its_header_on_every_page() -> None:
    rows = [
        [str(n), f"第{n}号摊位", "羊毛衫、围巾和披肩，货架两层，通道堆放纸箱", f"{n * 137 % 9973}.00"]
        for n in range(1, 401)
    ]
    paper = Paper("摊位清册", parts=[Table(["序号", "摊位", "现状", "应缴（元）"], rows, widths=[1, 2, 5, 2])])
    pages = PdfReader(io.BytesIO(papers.pdf(paper))).pages
    assert len(pages) > 5
    assert all("应缴（元）" in page.extract_text() for page in pages)
    said = words_of_pdf(papers.pdf(paper))
    assert all(f"第{n}号摊位" in said for n in range(1, 401))
    doc = Document(io.BytesIO(papers.docx(paper)))
    assert len(doc.tables[0].rows) == 401
    assert "w:tblHeader" in doc.tables[0].rows[0]._tr.xml


def test_rows_of_another_length_and_tables_without_rows() -> None:
    table = Table(["甲", "乙"], [["1"], ["1", "2", "3"]], widths=[1])
    assert table.cells() == [["1", ""], ["1", "2"]]
    assert table.shares() == [0.5, 0.5]
    paper = Paper("空表", parts=[table, Table(["甲"], [])])
    assert len(Document(io.BytesIO(papers.docx(paper))).tables) == 2
    assert "空表" in words_of_pdf(papers.pdf(paper))


def test_the_answer_has_the_form_that_was_asked_for_and_a_chinese_name() -> None:
    web = RequestFactory()
    answer = papers.answer(web.get("/x", {"form": "docx"}), AGREEMENT, '调解协议 王/建"国')
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert "调解协议_王_建_国.docx" in unquote(answer["Content-Disposition"])
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "no-store" in answer["Cache-Control"]
    assert papers.answer(web.get("/x"), AGREEMENT, "协议").content.startswith(b"%PDF-")
    with pytest.raises(papers.UnknownForm):
        papers.answer(web.get("/x", {"form": "exe"}), AGREEMENT, "协议")
