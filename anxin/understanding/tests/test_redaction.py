"""What belongs to a person goes before anything is public; places, dates, money, articles and hotlines stay."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anxin.understanding.redaction import MARKS, READ, redact, spans, valid_id

LABELLED = Path(__file__).parents[3] / "bench" / "labelled" / "redaction.jsonl"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("我叫王建国，住湘南公寓3幢2单元501室", "我叫〔姓名〕，住湘南公寓〔门牌〕"),
        ("联系人：许静 138 0000 1234", "联系人：〔姓名〕 〔电话〕"),
        ("电话幺三八零零零零一二三四", "电话〔电话〕"),
        ("１３８００００１２３４", "〔电话〕"),
        ("座机0573-80000001", "座机〔电话〕"),
        ("身份证330402199001320011", "身份证〔身份证号〕"),
        ("浙F12345和浙F·D12345堵了门", "〔车牌〕和〔车牌〕堵了门"),
        ("住12号楼B座1203", "住〔门牌〕"),
        ("微信号abc_test", "微信号〔社交账号〕"),
        ("写信到 a.b@example.com", "写信到 〔邮箱〕"),
        ("王先生说李女士知道", "〔姓名〕先生说〔姓名〕女士知道"),
        ("买买提·吐尔逊来过", "〔姓名〕来过"),
        ("My name is John Smith", "My name is 〔姓名〕"),
        ("姓名\t电话\n许静\t13800001234", "姓名\t电话\n〔姓名〕\t〔电话〕"),
        ("望处理。\n陈敏\n2026年11月24日", "望处理。\n〔姓名〕\n2026年11月24日"),
    ],
)
def test_what_goes(text: str, public: str) -> None:
    assert redact(text) == public


@pytest.mark.parametrize(
    "text",
    [
        "王局长和李书记在会上说过",
        "七星街道湘南公寓3幢楼下，中山路333号门口",
        "2026年11月24日14:30，损失500000元，13800元每平",
        "《民法典》第1165条，国务院令第379号",
        "请打12345、110、119、120，供水96390，客服400-800-1234",
        "事项261124-1000123，K208路，G60高速",
        "方案什么时候公布，高度重视，何时通车，金额不对",
    ],
)
def test_what_stays(text: str) -> None:
    assert redact(text) == text


def test_offsets_are_those_of_the_original() -> None:
    text = "ｉｄ：我叫王建国，電話１３８-００００-１２３４"
    assert [(text[each.start : each.end], each.what) for each in spans(text)] == [
        ("王建国", "name"),
        ("１３８-００００-１２３４", "phone"),
    ]


def test_a_name_once_known_goes_everywhere() -> None:
    assert "王建国" not in redact("联系人：王建国。昨天王建国又去了，大家都说王建国有理")


def test_the_check_digit_of_the_standard() -> None:
    assert valid_id("11010519491231002X")
    assert not valid_id("110105194912310021")
    assert not valid_id("１１０１０５１９４９１２３１００２Ｘ")


def test_what_was_not_read_is_withheld() -> None:
    public = redact("水" * READ + "我叫王建国")
    assert public.endswith(MARKS["unread"])
    assert "王建国" not in public
    assert redact(public) == public


def test_the_labelled_texts() -> None:
    missed, numbers, names, all_names = 0, 0, 0, 0
    for line in LABELLED.read_text("utf-8").splitlines():
        row = json.loads(line)
        covered = {place for each in spans(row["text"]) for place in range(each.start, each.end)}
        for start, end, what in row["spans"]:
            gone = all(place in covered for place in range(start, end) if row["text"][place].isalnum())
            if what == "name":
                all_names, names = all_names + 1, names + gone
            else:
                numbers, missed = numbers + 1, missed + (not gone)
    assert missed <= numbers * 0.02
    assert names >= all_names * 0.9


WORDS = "我叫/王建国/13800001234/浙F12345/3幢2单元501室/，/\n/联系人/〔姓名〕/先生/ /5/1-2-303/330402199001010011"
PIECES = st.sampled_from([*WORDS.split("/"), "a@b.cn", "微信", "名", "·", "\ud800", "\t", "|", "姓名"])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.lists(PIECES, max_size=25).map("".join))
@example("\ud800我叫王建国")
def test_any_text_and_twice_is_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, 99_999_999),
    st.sampled_from(["130", "138", "150", "199"]),
    st.sampled_from(["", " ", "-"]),
    st.text(alphabet="水电路灯，。请问 \n", max_size=20),
)
def test_no_digit_of_a_telephone_is_left(rest: int, head: str, gap: str, around: str) -> None:
    number = f"{rest:08}"
    said = f"{around}电话{head}{gap}{number[:4]}{gap}{number[4:]}，{around}"
    assert not re.search(r"\d", redact(said))
