"""Tables as offices send them: read with every mistake named, written so that nothing is reckoned, read again alike."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin import tables
from anxin.tables import Column
from anxin.tables.reading import MOST_BYTES

ROOMS = (
    Column("code", "房号", required=True, aliases=("房间号", "room"), longest=20),
    Column("beds", "床位数", "int", required=True),
    Column("rent", "月租金（元）", "fen"),
    Column("area", "使用面积（㎡）", "m2"),
    Column("since", "启用日期", "day"),
    Column("way", "性质", "choice", choices={"own": "自有", "let": "租用"}),
    Column("open", "是否启用", "truth"),
    Column("note", "备注"),
)


def by_hand(rows: list[list[Any]], *, title: str = "房间") -> bytes:
    made = openpyxl.Workbook()
    cover = made.active
    assert cover is not None
    cover["A1"] = "填表说明"
    sheet = made.create_sheet(title)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


HEAD = ["房间号", "床位数", "月租金", "使用面积", "启用日期", "性质", "是否启用", "备注", "楼长"]


def test_a_workbook_with_a_title_its_columns_in_other_words() -> None:
    sheet = tables.read(
        "rooms.xlsx",
        by_hand([
            ["南湖公寓房间清册"],
            HEAD,
            ["A-101", 4, 1200.5, 32.456 - 0.006, datetime(2026, 7, 1), "自有", "是", "", "无"],
            ["A-102", "6", "￥1,800.00元", "40平方米", "2026年7月2日", "let", "否", "=1+1", None],
            [None, None, None],
            ["A-103", 2, 0.1 + 0.2, None, 46204, None, None, None, None],
        ]),
        ROOMS,
    )  # fmt: skip
    assert sheet.wrong == []
    assert sheet.unknown == ("楼长",)
    first, second, third = sheet.rows
    assert first.values == {
        "code": "A-101", "beds": 4, "rent": 120050, "area": Decimal("32.45"), "since": date(2026, 7, 1), "way": "own",
        "open": True, "note": "",
    }  # fmt: skip
    assert (second.values["rent"], second.values["area"], second.values["way"]) == (180000, Decimal("40.00"), "let")
    assert second.values["note"] == ""
    assert (third.line, third.values["rent"], third.values["since"]) == (6, 30, date(2026, 7, 1))
    assert (third.values["way"], third.values["open"], third.values["area"]) == ("", None, None)
    assert any("公式" in note for note in sheet.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_in_any_usual_encoding(encoding: str) -> None:
    text = '房号,床位数,性质\r\nA-101,4,自有\r\n"A-\n102",5,租用\r\n\'=cmd|x,1,\r\n'
    sheet = tables.read("房间.CSV", text.encode(encoding), ROOMS)
    assert sheet.wrong == []
    assert [(row.line, row.values["code"], row.values["beds"]) for row in sheet.rows] == [
        (2, "A-101", 4), (3, "A-\n102", 5), (5, "=cmd|x", 1),
    ]  # fmt: skip


BAD = [
    ("code", "", "不能为空"), ("code", "A" * 21, "超过 20 字"), ("beds", "四", "不是整数"), ("beds", "4.5", "不是整数"),
    ("beds", "1e400", "不是整数"), ("beds", "NaN", "不是整数"), ("rent", "12.345", "至多两位小数"),
    ("rent", "一千", "金额请写成"), ("area", "-3", "面积请写成"), ("area", "12.345", "面积请写成"),
    ("area", "Infinity", "面积请写成"), ("since", "昨天", "日期请写成"), ("since", "2026-02-30", "日期请写成"),
    ("way", "借用", "不在可选项中：自有、租用"), ("open", "也许", "应为是或否"), ("note", "a\x00b", "不可识别"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "cell", "said"), BAD)
def test_a_wrong_cell_is_named_with_line_and_column(code: str, cell: str, said: str) -> None:
    good = {"code": "A-1", "beds": "4"}
    titles = {column.code: column.title for column in ROOMS}
    lines = [",".join(titles.values())]
    lines += [",".join(str(row.get(name, "")) for name in titles) for row in (good, good | {code: cell}, good)]
    sheet = tables.read("a.csv", "\n".join(lines).encode(), ROOMS)
    assert [row.line for row in sheet.rows] == [2, 4]
    (wrong,) = sheet.wrong
    assert (wrong.line, wrong.column) == (3, titles[code])
    assert said in wrong.said
    assert str(wrong).startswith(f"第 3 行“{titles[code]}”：")


def test_numbers_a_spreadsheet_has_cut_are_not_taken_for_texts() -> None:
    sheet = tables.read("a.xlsx", by_hand([["房号", "床位数"], [330402199001010010, 1], [13800000000, 2]]), ROOMS)
    assert "丢失末几位" in sheet.wrong[0].said
    assert sheet.rows[0].values["code"] == "13800000000"


def test_what_is_no_such_table() -> None:
    for name, content, said in (
        ("a.csv", b"\xe6\xa0\x87,\xff\xff\xff\n", "编码"), ("a.pdf", b"%PDF-1.7", "pdf"),
        ("a.xls", b"\xd0\xcf\x11\xe0", ".xls"),
        ("a.xlsx", b"PK\x03\x04 broken", "不是完整的"), ("a.xlsx", b"", "无法读取"), ("a.csv", b"", "空文件"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "房号"), ("a.csv", "房号\nA\n".encode(), "床位数"),
        ("a.csv", "房号,床位数\n".encode(), "没有数据"), ("a.jsonl", b'{"room": 1}\n', ".xlsx 或 .csv"),
        ("a.csv", "房号,房间号,床位数\n1,2,3\n".encode(), "同一列"), ("a.csv", b"x" * (MOST_BYTES + 1), "10 MB"),
        ("a.xlsx", by_hand([["甲", "乙"]]), "房间"),
    ):  # fmt: skip
        sheet = tables.read(name, content, ROOMS)
        assert sheet.rows == []
        assert sheet.wrong, name
        assert sheet.wrong[0].line == 0
        assert said in str(sheet.wrong[0]) or name == "a.pdf" or said == "无法读取", (name, str(sheet.wrong[0]))


def test_a_row_with_more_cells_than_the_header_is_a_mistake() -> None:
    sheet = tables.read("a.csv", "房号,床位数\nA,1,多\nB,2\n".encode(), ROOMS)
    assert [(wrong.line, "表头只有 2 列" in wrong.said) for wrong in sheet.wrong] == [(2, True)]
    assert [row.values["code"] for row in sheet.rows] == ["B"]


def test_too_many_rows_and_too_many_mistakes() -> None:
    text = "房号,床位数\n" + "A,1\n" * 30
    assert "超过 20 行" in tables.read("a.csv", text.encode(), ROOMS, most=20).wrong[0].said
    wrong = tables.read("a.csv", ("房号,床位数\n" + "A,x\n" * 3000).encode(), ROOMS)
    assert "错误过多" in wrong.wrong[-1].said
    assert wrong.rows == []


def test_a_small_file_that_unpacks_to_a_large_one_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sharedStrings.xml", "w") as file:
        for _ in range(120):
            file.write(b" " * 1_000_000)
    assert len(out.getvalue()) < 1_000_000
    assert "展开后过大" in tables.read("a.xlsx", out.getvalue(), ROOMS).wrong[0].said


def test_a_sheet_that_claims_a_million_columns_is_read_by_its_header() -> None:
    content = by_hand([["房号", "床位数"], ["A", 1]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if "sheet2" in name:
                text = text.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"').replace(b'r="2"', b'r="190000"')
            new.writestr(name, text)
    sheet = tables.read("a.xlsx", out.getvalue(), ROOMS)
    assert [row.values["beds"] for row in sheet.rows] == [1]


DANGEROUS = [
    "=1+1",
    "@SUM(A1)",
    "+86 13800000000",
    "-5",
    "=cmd|' /C calc'!A0",
    "\t=1",
    "'quoted",
    '=HYPERLINK("http://x")',
]


def test_no_text_given_out_is_a_formula() -> None:
    rows = [{"code": f"A{n}", "beds": n, "note": said} for n, said in enumerate(DANGEROUS)]
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx("房间/清册[1]", ROOMS, rows)))
    assert book.active is not None
    assert {cell.data_type for line in book.active.iter_rows(min_row=2) for cell in line if cell.value} <= {"s", "n"}
    text = tables.csv(ROOMS, rows).decode("utf-8-sig")
    assert "'=1+1" in text
    assert "\n=" not in text
    assert ",=" not in text
    for name, content in (("a.xlsx", tables.xlsx("房间", ROOMS, rows)), ("a.csv", tables.csv(ROOMS, rows))):
        again = tables.read(name, content, ROOMS)
        assert [row.values["note"] for row in again.rows] == [said.strip() for said in DANGEROUS]


def test_money_and_days_are_numbers_and_days_in_the_workbook() -> None:
    row = ["A", 4, 123456, Decimal("32.5"), date(2026, 7, 1), "own", True, ""]
    sheet = openpyxl.load_workbook(io.BytesIO(tables.xlsx("房间", ROOMS, [row]))).active
    assert sheet is not None
    line = next(sheet.iter_rows(min_row=2, values_only=True))
    assert line == ("A", 4, 1234.56, 32.5, datetime(2026, 7, 1), "自有", "是", None)
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet.freeze_panes == "A2"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp")), max_size=30).map(str.strip)
ROWS = st.lists(
    st.fixed_dictionaries({
        "code": WORDS.filter(lambda said: 0 < len(said) <= 20), "beds": st.integers(-(10**9), 10**9),
        "rent": st.none() | st.integers(-(10**12), 10**12),
        "area": st.none() | st.decimals(0, 10**9, places=2),
        "since": st.none() | st.dates(date(1980, 1, 1), date(2100, 1, 1)), "way": st.sampled_from(["", "own", "let"]),
        "open": st.none() | st.booleans(), "note": WORDS,
    }),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_what_is_given_out_is_read_again_alike(rows: list[dict[str, Any]]) -> None:
    for name, content in (("a.xlsx", tables.xlsx("房间", ROOMS, rows)), ("a.csv", tables.csv(ROOMS, rows))):
        again = tables.read(name, content, ROOMS)
        # a code that names an error of a spreadsheet, and what looks like a line of titles, are not texts of ours
        if not again.wrong:
            assert [row.values for row in again.rows] == rows


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.xlsx", "a.csv", "a.txt", "a", "a.jsonl"]))
def test_no_file_is_too_strange(content: bytes, name: str) -> None:
    for each in (content, b"PK\x03\x04" + content, "房号,床位数\n".encode() + content):
        sheet = tables.read(name, each, ROOMS)
        assert sheet.rows or sheet.wrong


def test_the_answer_is_a_table_of_the_form_asked_for_and_mistakes_can_be_said_in_english() -> None:
    web = RequestFactory()
    answer = tables.answer(web.get("/x"), "房间清册", ROOMS, [], "新义村 房间")
    assert "新义村_房间.xlsx" in unquote(answer["Content-Disposition"])
    assert tables.answer(web.get("/x", {"form": "csv"}), "房间清册", ROOMS, []).content.startswith(b"\xef\xbb\xbf")
    with pytest.raises(tables.UnknownForm):
        tables.answer(web.get("/x", {"form": "pdf"}), "房间清册", ROOMS, [])
    with translation.override("en"):
        assert "Line 2" in str(tables.read("a.csv", "房号,床位数\nA,x\n".encode(), ROOMS).wrong[0])
