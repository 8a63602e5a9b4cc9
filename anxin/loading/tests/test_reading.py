"""Files as clerks have them: other encodings, titles above the header, merged cells, the wrong sheet, broken lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from anxin.kernel import clock
from anxin.kernel.errors import BrokenEncoding
from anxin.loading.mapping import field_of, guess, recognised, short
from anxin.loading.wrong import WrongColumn
from anxin.maps.gcj import from_gcj02, to_gcj02
from anxin.tables.cells import moment_of
from anxin.tables.sources import Source, open_source
from anxin.tables.wrong import UnreadableFile, WrongMoment, WrongSheet


def opened(path: Path, *, sheet: str = "") -> Source:
    return open_source(path, recognised, sheet=sheet)


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


NAMES = """
title: 留言主题 标题 Subject; narrative: 留言详情 内容 诉求内容（必填） detail;
reported_at: 留言时间 受理时间 reported_at Created_Date; kind: 一级分类 label; reply: 答复意见; replied_at: 答复时间;
address: 事发地址 位置; lon: 经度; lat: LAT; name: 来电人 姓名; phone: 联系电话; source_ref: 工单编号; nature: 诉求类型;
urgency: 紧急程度; satisfied: 满意度; closed_at: 办结时间; signed_at: 签收时间; body: 承办单位;
: 点赞数 留言用户 segmented
"""


@pytest.mark.parametrize(
    ("column", "field"),
    [(name, row.split(":")[0].strip()) for row in NAMES.split(";") for name in row.split(":")[1].split()],
)
def test_column_names_are_understood(column: str, field: str) -> None:
    assert field_of(column) == (field or None)


def test_a_mapping_can_be_overridden(tmp_path: Path) -> None:
    source = opened(written(tmp_path / "a.csv", "主题,内容,备注,类别\n车库进水,一早就进水,湘南公寓,供水\n"))
    plan = guess(source, ["narrative=备注", "kind="], ["channel=hotline"])
    assert (plan.columns["title"], plan.columns["narrative"]) == ("主题", "备注")
    assert "kind" not in plan.columns
    assert plan.unused == ("内容", "类别")
    assert plan.fingerprint() != guess(source).fingerprint()
    for wrong in (["title=没有这一列"], ["nonsense=主题"], ["主题"]):
        with pytest.raises(WrongColumn):
            guess(source, wrong)
    with pytest.raises(WrongColumn, match="没有找到标题或正文列"):
        guess(opened(written(tmp_path / "b.csv", "甲,乙\n1,2\n")))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=clock.TZ)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2019/2/28 11:25:05", at(2019, 2, 28, 11, 25, 5)),
        ("2019年2月28日 下午1时5分", at(2019, 2, 28, 13, 5)),
        ("2019-02-28", at(2019, 2, 28)),
        ("2019.2.8 9:05", at(2019, 2, 8, 9, 5)),
        ("20190228112505", at(2019, 2, 28, 11, 25, 5)),
        ("2026-07-01T03:30:00Z", datetime(2026, 7, 1, 3, 30, tzinfo=UTC)),
        ("2026-07-01T03:30:00+08:00", at(2026, 7, 1, 3, 30)),
        (at(2026, 7, 1, 9).replace(tzinfo=None), at(2026, 7, 1, 9)),
        (date(2026, 7, 1), at(2026, 7, 1)),
        (46204, at(2026, 7, 1)),
        ("2/28/2019 1:05:00 PM", None),
        ("2019-13-01", None),
        ("昨天", None),
    ],
)
def test_moments_as_people_write_them(said: Any, moment: datetime | None) -> None:
    if moment is None:
        with pytest.raises(WrongMoment):
            moment_of(said)
    else:
        assert moment_of(said) == moment
    assert moment_of("") is moment_of(None) is moment_of(" - ") is None


def test_a_chinese_csv_of_an_old_program(tmp_path: Path) -> None:
    text = '标题;内容;受理时间\n"车库;进水";"第一行\n第二行\n第三行";2026-07-01 03:30\n路灯不亮;整条路都黑;2026-07-02\n'
    source = opened(written(tmp_path / "old.csv", text, "gb18030"))
    first, second = source.rows()
    assert first.values["标题"] == "车库;进水"
    assert first.values["内容"].count("\n") == 2
    assert (first.line, second.line) == (2, 5)
    assert "GB18030" in source.notes[0]
    assert "分号" in source.notes[0]
    assert source.count() == 2


def test_titles_above_the_header_and_a_row_too_long(tmp_path: Path) -> None:
    text = "2026年诉求台账,,\n标题,内容,受理时间\n路灯不亮,黑,2026-07-02\n,,\n井盖,响,2026-07-02,多出来的\n"
    source = opened(written(tmp_path / "a.csv", text, "utf-8-sig"))
    good, long = source.rows()
    assert (good.line, long.line) == (3, 5)
    assert good.wrong is None
    assert long.wrong is not None
    assert any("表头在第 2 行" in note for note in source.notes)


def test_what_is_no_text_and_what_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "broken.csv").write_bytes(b"\xe6\xa0\x87,\xff\xff\xff\n")
    with pytest.raises(BrokenEncoding):
        opened(tmp_path / "broken.csv")
    wrong = {"a.pdf": b"%PDF-", "a.xls": b"\xd0\xcf\x11\xe0", "a.xlsx": b"not a zip", "a.csv": b""}
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFile):
            opened(tmp_path / name)
    with pytest.raises(UnreadableFile):
        opened(tmp_path / "missing.csv")


def test_json_lines_with_a_broken_one(tmp_path: Path) -> None:
    text = '{"title": "路灯", "person": {"name": "王建国"}, "tags": ["a", "b"]}\n\n{"title": \n[1]\n'
    first, broken, listed = opened(written(tmp_path / "a.jsonl", text)).rows()
    assert first.values == {"title": "路灯", "person.name": "王建国", "tags": "a\nb"}
    assert (broken.line, listed.line) == (3, 4)
    assert broken.wrong is not None
    assert listed.wrong is not None


def plain(*parts: int) -> datetime:
    return at(*parts).replace(tzinfo=None)


def book(path: Path) -> Path:
    made = openpyxl.Workbook()
    cover = made.active
    assert cover is not None
    cover.title = "说明"
    cover["A1"] = "本表由各镇街填报"
    sheet = made.create_sheet("台账")
    sheet.append(["2026年民声事项台账", None, None, None, None])
    sheet.merge_cells("A1:E1")
    sheet.append(["类别", "标题", "受理时间", "联系电话", "办理结果"])
    sheet.append(["供水排水积水", "车库进水", plain(2026, 7, 1, 3, 30), 13800000000, "=1+1"])
    sheet.append([None, "下水道堵", plain(2026, 7, 2), None, "已疏通"])
    sheet.append(["停车", "#REF!", date(2026, 7, 3), None, ""])
    sheet.merge_cells("A3:A4")
    made.save(path)
    return path


def test_a_workbook_with_merged_cells(tmp_path: Path) -> None:
    source = opened(book(tmp_path / "a.xlsx"))
    flooded, blocked, broken = source.rows()
    assert source.sheet == "台账"
    assert flooded.values["受理时间"] == plain(2026, 7, 1, 3, 30)
    assert flooded.values["联系电话"] == 13800000000
    assert flooded.values["类别"] == blocked.values["类别"] == "供水排水积水"
    assert (flooded.line, blocked.line) == (3, 4)
    assert broken.wrong is not None
    assert "B5" in broken.wrong.message
    said = "\n".join(source.notes)
    assert "A3:A4 是合并单元格" in said
    assert "表头在第 2 行" in said
    assert "1 个公式没有计算结果" in said


def test_the_wrong_sheet_is_answered_with_the_names_of_all(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    with pytest.raises(WrongSheet, match=r"“台账”.*类别"):
        opened(path, sheet="台帐")
    made = openpyxl.Workbook()
    made.create_sheet("工资表").append(["工号", "金额"])
    made.save(tmp_path / "b.xlsx")
    with pytest.raises(WrongSheet, match="工资表"):
        opened(tmp_path / "b.xlsx")


def test_coordinates_of_chinese_maps_are_brought_to_wgs84() -> None:
    garage = 30.7856, 120.8330
    shown = to_gcj02(*garage)
    assert 0.001 < abs(shown[1] - garage[1]) < 0.01
    back = from_gcj02(*shown)
    assert max(abs(a - b) for a, b in zip(back, garage, strict=True)) < 1e-7
    assert to_gcj02(51.5, -0.1) == (51.5, -0.1)


def test_a_message_without_title_gets_its_first_sentence() -> None:
    assert short("\n车库进水了。水很深") == "车库进水了"
    assert len(short("水" * 100)) == 40
