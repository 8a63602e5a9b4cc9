"""A resident reports, follows, judges and asks again, without an account."""

from __future__ import annotations

import io
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from PIL import Image

import anxin.public
from anxin.kernel import clock, files, flow
from anxin.kernel.matters import CLOSED, REPLIED, WORKING, Matter
from anxin.public import rate, timeline
from tests.cast import Cast, area, garage

HOME = Path(anxin.public.__file__).parent
INLINE = re.compile(r'<script(?![^>]* src="/static/)|<style| style=| on[a-z]+=|https?://(?!testserver)')


def picture() -> bytes:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.FILES = tmp_path
    monkeypatch.setattr(rate, "REPORTS", rate.Limit())
    monkeypatch.setattr(rate, "GUESSES", rate.Limit())


def wang_reports(client: Client, **more: str) -> str:
    """王建国 fills in the form; the address he is sent to."""
    told = {
        "key": uuid.uuid4().hex,
        "said": "地下车库进水了。积水没过车轮，配电间就在旁边",
        "address": "湘南公寓",
        "name": "王建国",
        "phone": "00000000001",
        **more,
    }
    answer = client.post("/report", told)
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def matter_at(address: str) -> Matter:
    return Matter.objects.get(number=address.split("/")[2])


def test_from_the_form_to_the_town_that_acts(cast: Cast, client: Client) -> None:
    blank = page(client, "/report")
    assert re.search(r'name="key" value="[0-9a-f]{32}"', blank)
    address = wang_reports(client)
    matter = matter_at(address)
    assert (matter.kind, matter.channel, matter.state) == ("onekey.water", "web", WORKING)
    assert matter.grid_id == area("330402015004003").pk
    assert matter.title == "地下车库进水了"
    shown = page(client, address)
    assert matter.number in shown
    assert matter.follow_code in shown
    assert 'href="tel:119"' in shown
    assert "您写到的情况可能有危险" in shown
    assert "七星街道综合信息指挥室" in shown


def test_where_a_town_is_chosen_its_village_of_that_name_is_meant(cast: Cast, client: Client) -> None:
    there = matter_at(wang_reports(client, address="瓶山社区3号", town="330421002"))
    assert there.village_id == area("330421002015").pk
    elsewhere = matter_at(wang_reports(client, address="湘南公寓", town="330421002"))
    assert (elsewhere.town_id, elsewhere.grid_id) == (area("330421002").pk, None)


def the_garage_is_answered(cast: Cast, matter: Matter) -> None:
    lead = matter.orders.get(role="lead")
    for helper in matter.orders.filter(role="helper"):
        flow.sign(helper, cast.water)
        flow.finish(helper, cast.water, "排水完毕，经办孙立")
    flow.sign(lead, cast.dispatcher)
    flow.contact(lead, cast.dispatcher, text="已电话联系王建国，人在车库口等")
    flow.arrive(lead, cast.dispatcher)
    flow.note(matter, cast.dispatcher, "邻居许静也说进水")
    proof = files.keep(picture())
    flow.finish(lead, cast.dispatcher, "积水已排空，现场周伟", proof=[proof.sha256])
    flow.reply(matter, cast.seat, "王先生您好，积水已排空", public="积水已排空，电已恢复")


def test_the_way_is_told_in_public_words(cast: Cast, client: Client) -> None:
    address = wang_reports(client)
    matter = matter_at(address)
    the_garage_is_answered(cast, matter)
    shown = page(client, address)
    for said in ("已签收", "已与您联系", "已到现场", "积水已排空，电已恢复", "问题解决了吗", "南湖区水利局"):
        assert said in shown
    for hidden in ("李娟", "孙立", "周伟", "许静", "王先生", "王建国", "00000000001", "人在车库口"):
        assert hidden not in shown


def test_wang_is_satisfied_with_one_tap_and_tapping_twice_counts_once(cast: Cast, client: Client) -> None:
    address = wang_reports(client)
    matter = matter_at(address)
    the_garage_is_answered(cast, matter)
    tap = {"act": "answer", "answer": "satisfied", "key": uuid.uuid4().hex}
    assert [client.post(address, tap).status_code for _ in range(2)] == [303, 303]
    matter.refresh_from_db()
    assert (matter.solved, matter.satisfied, matter.tries) == (True, "satisfied", 1)
    assert "问题解决了吗" not in page(client, address)
    flow.close(matter, cast.callback)
    assert "已办结" in page(client, address)


def test_it_is_not_solved_and_taken_up_again(cast: Cast, client: Client) -> None:
    address = wang_reports(client)
    matter = matter_at(address)
    the_garage_is_answered(cast, matter)
    client.post(address, {"act": "answer", "answer": "unsolved", "text": "还在渗水"})
    refused = client.post(address, {"act": "reopen", "text": "  "})
    assert refused.status_code == 400
    assert "请写明理由" in refused.content.decode()
    assert client.post(address, {"act": "reopen", "text": "墙角还在渗水"}).status_code == 303
    matter.refresh_from_db()
    assert (matter.state, matter.reopened) == (WORKING, 1)
    assert "重新办理" in page(client, address)


def test_a_neighbour_adds_a_voice_but_not_to_what_is_closed(cast: Cast, client: Client) -> None:
    address = wang_reports(client)
    matter = matter_at(address)
    assert client.post(address, {"act": "voice", "text": "我家车位也淹了"}).status_code == 303
    matter.refresh_from_db()
    assert matter.voices == 1
    the_garage_is_answered(cast, matter)
    flow.call_back(matter, cast.callback, True, True, "satisfied")
    flow.close(matter, cast.callback)
    late = client.post(address, {"act": "voice", "text": "又来了"})
    assert late.status_code == 409
    assert "当前状态" in late.content.decode()
    assert client.post(address, {"act": "dance"}).status_code == 409
    assert client.post(address, {"act": "voice", "text": "长" * 4001}).status_code == 400


def test_number_and_code_lead_to_the_page_in_small_letters_too(cast: Cast, client: Client) -> None:
    matter = flow.report(garage(), cast.resident).matter
    found = client.post("/follow", {"number": f" {matter.number} ", "code": matter.follow_code.lower()})
    assert found["Location"] == f"/follow/{matter.number}/{matter.follow_code}"
    assert client.get(found["Location"].lower()).status_code == 200


def test_every_state_has_its_words(cast: Cast, client: Client) -> None:
    matter = flow.report(garage(), cast.resident).matter
    address = f"/follow/{matter.number}/{matter.follow_code}"
    flow.refuse(matter, cast.dispatcher, "属于诉讼事项", "请向南湖区人民法院起诉")
    shown = page(client, address)
    assert "属于诉讼事项" in shown
    assert "请向南湖区人民法院起诉" in shown
    assert {REPLIED, CLOSED} < set(timeline.STATES)


def test_a_due_day_is_named_not_the_midnight_after_it(cast: Cast) -> None:
    matter = flow.report(garage(kind="onekey.noise"), cast.resident).matter
    assert matter.due_at is not None
    assert timeline.due(matter).endswith("当天结束前")


def test_the_pages_load_nothing_from_elsewhere_and_run_nothing_inline(cast: Cast, client: Client) -> None:
    matter = flow.report(garage(), cast.resident).matter
    for address in ("/", "/report", "/follow", "/notice", f"/follow/{matter.number}/{matter.follow_code}?new=1"):
        shown = page(client, address)
        assert not INLINE.search(shown)
        assert 'href="tel:110"' in shown


def test_english_is_complete(cast: Cast, client: Client) -> None:
    with translation.override("en"):
        catalogue: dict[Any, Any] = dict(translation.trans_real.translation("en")._catalog)  # type: ignore[attr-defined]
    said: set[str] = set()
    for file in (*HOME.glob("templates/public/*.html"), *HOME.glob("*.py")):
        text = file.read_text("utf-8")
        said |= {a or b for a, b in re.findall(r"""\{% translate (?:"([^"]+)"|'([^']+)')""", text)}
        said |= set(re.findall(r"""\b(?:_|gettext_lazy)\("([^"]+)"\)""", text))
        for block in re.findall(r"\{% blocktranslate %\}(.*?)\{% endblocktranslate", text, re.DOTALL):
            said.add(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", block))
    assert len(said) > 100
    assert sorted(text for text in said if not catalogue.get(text)) == []
    shown = client.get("/report", headers={"accept-language": "en"}).content.decode()
    assert "Report a problem" in shown
    assert "Water, drainage and flooding" in shown


def test_a_language_is_chosen_and_kept(client: Client) -> None:
    back = client.get("/language/en?back=/notice")
    assert back["Location"] == "/notice"
    assert "Report a problem" in client.get("/notice").content.decode()
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org"):
        assert client.get("/language/zh-hans", {"back": elsewhere})["Location"] == "/"


def test_larger_letters_stay_until_they_are_not_wanted(client: Client, db: None) -> None:
    answer = client.get("/size/large?back=/report")
    assert (answer.status_code, answer["Location"]) == (302, "/report")
    assert 'data-size="large"' in client.get("/report").content.decode()
    client.get("/size/plain?back=//elsewhere.example/")
    assert 'data-size="large"' not in client.get("/report").content.decode()


@pytest.mark.parametrize(
    ("when", "status"),
    [("2026-11-24T06:10", 303), ("", 303), ("yesterday", 400), ("2099-01-01T00:00", 400)],
)
def test_when_it_happened_is_told_in_the_citys_time(client: Client, cast: Cast, when: str, status: int) -> None:
    with clock.at(datetime(2026, 11, 24, 4, 0, tzinfo=UTC)):
        answer = client.post("/report", {"said": "湘南公寓地下车库进水", "when": when, "town": "330402015"})
    assert answer.status_code == status
    if status == 303:
        found = Matter.objects.order_by("-pk").first()
        assert found is not None
        told = found.occurred_at.astimezone(clock.TZ).strftime("%Y-%m-%dT%H:%M") if found.occurred_at else ""
        assert told == when
    else:
        assert "湘南公寓地下车库进水" in answer.content.decode()


def test_a_photo_is_shown_to_who_follows_only_after_staff_released_it(client: Client, cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    kept = files.keep(picture())
    here = f"/follow/{matter.number}/{matter.follow_code}/photos/{kept.sha256}"
    assert client.get(here).status_code == 404
    entry = flow.note(matter, cast.water, "照片可以公开").entry
    files.PublicPhoto.objects.create(
        matter=matter,
        original=kept,
        shown=kept,
        decision=files.AS_IS,
        entry_id=entry.pk if entry else 0,
        at=clock.now(),
    )
    assert client.get(here).content == files.content(kept.sha256)
    assert here in client.get(here.partition("/photos/")[0]).content.decode()
    assert client.get(here.replace(matter.follow_code, "WRONG")).status_code == 404
