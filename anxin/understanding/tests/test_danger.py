"""Danger is heard in many voices, now told from past and paper; no text breaks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.understanding import danger

LABELLED = Path(__file__).parents[3] / "bench" / "labelled" / "danger.jsonl"
ROWS = [json.loads(line) for line in LABELLED.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("text", [row["text"] for row in ROWS if row["dangerous"]])
def test_every_labelled_danger_is_heard(text: str) -> None:
    assert danger.read(text)


def test_harmless_look_alikes_are_rarely_flagged() -> None:
    flagged = [row["text"] for row in ROWS if not row["dangerous"] and danger.read(row["text"])]
    assert len(flagged) <= 3, flagged


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("车库进水了，水还在涨，王建国的母亲还在里面", "water"),
        ("屋里着火哉，勿得了", "fire"),
        ("煤汽漏了，满屋子味道", "gas"),
        ("起火拉", "fire"),
        ("著火了！樓下在冒煙", "fire"),
        ("ＦＩＲＥ！ there is a fire", "fire"),
        ("zhao huo le, kuai lai", "fire"),
        ("我 家 着 火 了", "fire"),
        ("小囡寻勿着了", "child"),
        ("外面的电线断了，掉在水坑里", "electric"),
        ("电梯突然下坠", "structure"),
    ],
)
def test_many_voices(text: str, what: str) -> None:
    assert what in [each.what for each in danger.read(text)]


@pytest.mark.parametrize(
    ("harmless", "dangerous"),
    [
        ("去年的火灾什么时候赔偿", "去年着过火，现在又着火了"),
        ("咨询如果发生火灾怎么办理保险", "咨询的事先不说，家里着火了"),
        ("火锅店油烟大", "火锅店着火了"),
        ("打人事件的处理进度", "有人正在打人，手里有刀"),
        ("想了解燃气报警器的补贴", "燃气报警器在响，味道很重"),
        ("跳楼价买的电视退不了", "有人要跳楼"),
    ],
)
def test_past_and_paper_are_told_from_now(harmless: str, dangerous: str) -> None:
    assert not danger.read(harmless)
    assert danger.read(dangerous)


def test_it_says_why() -> None:
    (first, *_) = danger.read("湘南公寓5楼着火了")
    assert first.what == "fire"
    assert "着火了" in first.words
    assert "火情" in first.sentence
    assert "着火了" in first.sentence
    assert danger.words("湘南公寓5楼着火了") == tuple(dict.fromkeys(danger.words("湘南公寓5楼着火了")))


@pytest.mark.parametrize(
    "text", ["", " ", "😀😀", "\x00\u200f", "\ud800", "a" * 20_000, "着火" * 10_000, "随时" * 10_000]
)
def test_no_text_breaks_it(text: str) -> None:
    danger.read(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400) | st.text(alphabet="着火了电线水现在如果 \n。!救命孩子不见", max_size=400))
def test_any_text_has_an_answer_with_known_titles(text: str) -> None:
    for each in danger.read(text):
        assert each.what in danger.TITLES
        assert each.words
