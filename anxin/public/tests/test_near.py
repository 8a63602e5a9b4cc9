"""Is it this one? A neighbour finds what is known already, joins it, and learns nothing about anybody."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anxin.kernel import clock, files, flow, jobs, telling
from anxin.kernel.files import Attachment
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.public import near, rate
from anxin.public.tests.test_pages import INLINE, page, picture
from tests.cast import Cast, garage

XU = "湘南公寓地下车库进水了，水已经没过车轮，我家车也泡了"
QUESTION = "是不是这一件？"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.FILES = tmp_path
    for name in ("REPORTS", "GUESSES", "LOOKS"):
        monkeypatch.setattr(rate, name, rate.Limit())


def known(cast: Cast, **more: Any) -> Matter:
    """The garage as 王建国 has reported it, understood by the house."""
    matter = flow.report(garage(**more), cast.resident).matter
    telling.ring()
    jobs.drain(ticks=False)
    return matter


def fields(client: Client, **typed: str) -> dict[str, str]:
    """What 许静 sends with the blank form."""
    blank = page(client, "/report")
    hidden = dict(re.findall(r'name="(key|ask)"[^>]*value="([^"]+)"', blank))
    return {**hidden, "said": XU, "address": "湘南公寓", "name": "许静", "phone": "00000000002", **typed}


def refs(shown: str) -> list[str]:
    return re.findall(r'name="same" value="([^"]+)"', shown)


def look(client: Client, said: str = XU, **typed: str) -> str:
    answer = client.post("/report/near", {"said": said, "address": "湘南公寓", **typed})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_while_typing_the_matter_is_shown_without_a_word_about_anybody(cast: Cast, client: Client) -> None:
    matter = known(cast, title="王建国13800138000反映湘南公寓地下车库进水", address="湘南公寓8幢302室")
    piece = look(client)
    assert QUESTION in piece
    for said in ("湘南公寓", "七星街道", "正在办理", f"{clock.local_day(matter.reported_at):%Y-%m-%d}"):
        assert said in piece
    for hidden in (matter.follow_code, matter.number, "13800138000", "00000000001", "302", "早上六点", "王建国"):
        assert hidden not in piece
    assert 'href="tel:119"' in piece
    assert not INLINE.search(piece)


def test_a_headline_that_was_cut_within_a_number_shows_none_of_it(cast: Cast) -> None:
    said = "湘南公寓地下车库一直进水我和邻居都没办法停车了物业也不管请你们打我13800138000谢谢"
    matter = known(cast, title=f"{said[:39]}…", narrative=said)
    assert "138001" in matter.title
    assert "138" not in near.headline(matter)
    assert near.headline(matter).startswith("湘南公寓地下车库")


def test_nothing_is_shown_for_a_few_letters_or_another_thing(cast: Cast, client: Client) -> None:
    known(cast)
    assert QUESTION not in look(client, "进水")
    assert QUESTION not in look(client, "广场舞太吵，每天晚上十点还在放音乐", address="梅花洲")
    assert QUESTION not in look(client, "", address="")


@pytest.mark.parametrize("said", ["😀" * 50, "水" * 20_000, "ignore previous instructions", "\u202eabc\ud83d"])
def test_any_text_gets_an_answer(cast: Cast, client: Client, said: str) -> None:
    known(cast)
    answer = client.post("/report/near", {"said": said.encode("utf-8", "replace").decode(), "lat": "91", "lon": "x"})
    assert answer.status_code == 200


def test_what_is_confidential_private_or_a_charge_is_never_shown(cast: Cast, client: Client) -> None:
    known(cast, confidential=True)
    known(cast, nature="report")
    known(cast, kind="onekey.quarrel")
    assert QUESTION not in look(client)
    sent = client.post("/report", fields(client))
    assert sent.status_code == 303, "and nothing is asked"


def test_without_script_it_is_asked_once_and_the_words_stay(cast: Cast, client: Client) -> None:
    known(cast)
    asked = client.post("/report", fields(client))
    shown = asked.content.decode()
    assert asked.status_code == 200
    assert QUESTION in shown
    assert XU in shown
    assert "都不是，提交我的" in shown
    assert 'name="ask"' not in shown
    assert Matter.objects.count() == 1
    key = re.search(r'name="key" value="(\w+)"', shown)
    assert key is not None
    again = client.post("/report", {**fields(client), "key": key[1], "ask": ""})
    assert again.status_code == 303
    assert Matter.objects.count() == 2


def test_a_neighbour_joins_instead_of_reporting_and_pressing_twice_counts_once(cast: Cast, client: Client) -> None:
    matter = known(cast)
    typed = fields(client)
    ref = refs(client.post("/report", typed).content.decode())[0]
    first, second = (client.post("/report", {**typed, "same": ref}) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"]
    matter.refresh_from_db()
    assert (matter.voices, Matter.objects.count()) == (1, 1)
    assert XU in Entry.objects.get(verb="add_voice").words.texts["note"]
    shown = page(client, first["Location"])
    for said in ("已加上您的声音", "正在办理", "您写到的情况可能有危险", first["Location"].split("?")[0]):
        assert said in shown
    for hidden in (matter.follow_code, matter.number, "王建国", "早上六点"):
        assert hidden not in shown
    assert client.post(first["Location"], {"act": "voice"}).status_code == 405


def test_photos_go_with_the_voice(cast: Cast, client: Client) -> None:
    matter = known(cast)
    ref = refs(look(client))[0]
    photo = SimpleUploadedFile("a.png", picture(), "image/png")
    answer = client.post("/report", {**fields(client), "same": ref, "photos": photo})
    assert answer.status_code == 303
    assert Attachment.objects.filter(matter=matter).count() == 1
    photo.seek(0)
    sent = client.post("/report", {**fields(client), "photos": photo})
    assert sent.status_code == 303, "photos would be lost by asking, so nothing is asked"


def test_who_joined_sees_progress_and_the_public_answer_only(cast: Cast, client: Client) -> None:
    matter = known(cast)
    joined = client.post("/report", {**fields(client), "same": refs(look(client))[0]})["Location"].split("?")[0]
    lead = matter.orders.get(role="lead")
    for helper in matter.orders.filter(role="helper"):
        flow.sign(helper, cast.water)
        flow.finish(helper, cast.water, "排水完毕，经办孙立")
    flow.sign(lead, cast.dispatcher)
    flow.contact(lead, cast.dispatcher, text="已电话联系王建国")
    flow.finish(lead, cast.dispatcher, "积水已排空，现场周伟", proof=[files.keep(picture()).sha256])
    flow.reply(matter, cast.seat, "王先生您好，积水已排空", public="积水已排空，电已恢复")
    shown = page(client, joined)
    for said in ("承办单位已签收", "承办单位已反馈处理结果", "积水已排空，电已恢复", "已答复"):
        assert said in shown
    for hidden in ("王先生", "王建国", "周伟", "孙立", "请您评价"):
        assert hidden not in shown


def test_only_what_was_offered_can_be_joined(cast: Cast, client: Client) -> None:
    matter = known(cast)
    hidden = known(cast, confidential=True)
    for ref in (str(matter.pk), f"{matter.pk}:x", "", near._offered.sign(str(hidden.pk)), near.token(matter)):
        answer = client.post("/report", {**fields(client), "key": uuid.uuid4().hex, "ask": "", "same": ref or "x"})
        assert answer.status_code == 404
        assert XU in answer.content.decode()
    assert Entry.objects.filter(verb="add_voice").count() == 0
    assert client.get("/follow/joined/1:abc").status_code == 404
    assert client.get(f"/follow/joined/{near.token(hidden)}").status_code == 404


def test_a_matter_joined_and_merged_is_followed_where_it_went(cast: Cast, client: Client) -> None:
    first = known(cast, title="湘南公寓东门地库淹水")
    second = known(cast)
    flow.merge(second, cast.dispatcher, first)
    assert "湘南公寓东门地库淹水" in page(client, f"/follow/joined/{near.token(second)}")


def test_a_form_used_for_a_voice_can_still_be_sent_as_a_report(cast: Cast, client: Client) -> None:
    known(cast)
    typed = fields(client)
    client.post("/report", {**typed, "same": refs(look(client))[0]})
    refused = client.post("/report", {**typed, "ask": ""})
    assert refused.status_code == 409
    key = re.search(r'name="key" value="(\w+)"', refused.content.decode())
    assert key is not None
    assert key[1] != typed["key"]
    assert client.post("/report", {**typed, "ask": "", "key": key[1]}).status_code == 303


def test_looking_is_limited_like_the_other_forms(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "LOOKS", rate.Limit(most=2))
    answers = [client.post("/report/near", {"said": XU}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert client.get("/report/near").status_code == 405


def test_the_question_is_asked_in_english_as_well(cast: Cast, client: Client) -> None:
    known(cast)
    answer = client.post("/report/near", {"said": XU}, headers={"accept-language": "en"})
    piece = answer.content.decode()
    assert "Is it this one?" in piece
    assert QUESTION not in piece
