"""What bad input gets: a clear error in the reader's language, the right status, nothing stored, nothing half done."""

from __future__ import annotations

import base64
import io
import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image, PngImagePlugin
from standardwebhooks import Webhook

from anxin.kernel import clock, files, flow
from anxin.kernel.bodies import Actor
from anxin.kernel.files import Attachment, File
from anxin.kernel.jobs import Job
from anxin.kernel.journal import Entry, Words
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Order
from anxin.kernel.people import Account, Person
from anxin.public import rate
from anxin.web.identity.models import Stay
from tests.cast import GARAGE, OUTSIDE, Cast, garage

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret, also of 32 bytes").decode()
TABLES = (Matter, Person, Order, Entry, Words, Job, File, Attachment)
ENGLISH = "en"
CHINESE = "zh-CN,zh;q=0.9"


@pytest.fixture(autouse=True)
def _doors(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHANNEL_SECRETS = {"hotline": SECRET, "police": OTHER}
    settings.FILES = tmp_path / "files"
    monkeypatch.setattr(rate, "REPORTS", rate.Limit())
    monkeypatch.setattr(rate, "GUESSES", rate.Limit())


@dataclass
class Untouched:
    """How many rows there were, and which files lay in the store."""

    store: Path
    rows: dict[str, int]

    def check(self) -> None:
        assert count() == self.rows
        assert not [each for each in self.store.rglob("*") if each.is_file()]


def count() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


@pytest.fixture
def nothing(cast: Cast, settings: Any) -> Iterator[None]:
    """After the story everything is as it was before."""
    before = Untouched(Path(settings.FILES), count())
    yield
    before.check()


TOLD = {"title": "湘南公寓地下车库进水", "kind": "onekey.water", "lat": GARAGE[0], "lon": GARAGE[1]}


def post(
    body: dict[str, Any] | bytes,
    *,
    key: str = "",
    language: str = CHINESE,
    ago: timedelta = timedelta(0),
    change: Any = None,
    channel: str = "hotline",
    client: Client | None = None,
) -> Any:
    """A report as a platform sends it, signed; `change` alters the headers after signing."""
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    ident, moment = key or f"msg_{uuid.uuid4().hex}", clock.now() - ago
    headers = {
        "anxin-channel": channel,
        "accept-language": language,
        "webhook-id": ident,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(ident, moment, content.decode("utf-8", "replace")),
    }
    if change is not None:
        change(headers)
    return (client or Client()).post("/api/reports", content, content_type="application/json", headers=headers)


def form(*, language: str = CHINESE, client: Client | None = None, **fields: Any) -> Any:
    """The report form as a browser sends it."""
    told = {"key": uuid.uuid4().hex, "said": "车库进水了，水还在涨", "address": "湘南公寓", **fields}
    return (client or Client()).post("/report", told, headers={"accept-language": language})


def refused(answer: Any, status: int, error: str, *words: str) -> dict[str, str]:
    """The answer is this error, in these words; returns what it says of the fields."""
    said = answer.json()
    assert (answer.status_code, said["error"]) == (status, error), said
    for word in words:
        assert word in said["message"], said
    return dict(said["fields"])


def shown(answer: Any, status: int, *words: str) -> str:
    """The page has this status and says these words; what was typed is still in it."""
    page = answer.content.decode()
    assert answer.status_code == status, page
    for word in words:
        assert word in page
    assert "水还在涨" in page
    return str(page)


# ---- the words --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing")
def test_a_kind_nobody_knows() -> None:
    assert refused(post({**TOLD, "kind": "onekey.unknown"}), 400, "unknown_kind", "没有这一事项类别") == {
        "kind": "onekey.unknown"
    }
    refused(post({**TOLD, "kind": "onekey.unknown"}, language=ENGLISH), 400, "unknown_kind", "no such kind")
    shown(form(kind="onekey.unknown"), 400, "没有这一事项类别")
    shown(form(kind="onekey.unknown", language=ENGLISH), 400, "no such kind")


@pytest.mark.usefixtures("nothing")
def test_a_place_outside_the_city() -> None:
    far = {"lat": OUTSIDE[0], "lon": OUTSIDE[1]}
    refused(post({**TOLD, **far}), 400, "outside_the_city", "不在本市范围内")
    refused(post({**TOLD, **far}, language=ENGLISH), 400, "outside_the_city", "not in this city")
    refused(post({**TOLD, "lat": 1e308, "lon": -1e308}), 400, "outside_the_city")
    refused(post({"title": "x", "area": "999999"}), 400, "outside_the_city")
    page = shown(form(lat="31.2304", lon="121.4737"), 400, "不在本市范围内")
    assert "31.2304" not in page  # the position is let go, so that sending again is not refused again
    shown(form(lat="nan", lon="inf"), 400, "不在本市范围内")
    shown(form(lat="here", lon="there"), 400, "不在本市范围内")
    shown(form(town="330402"), 400, "不在本市范围内")


@pytest.mark.usefixtures("nothing")
def test_half_a_position_is_no_position() -> None:
    assert refused(post({"title": "路灯", "lat": GARAGE[0]}), 400, "bad_input").keys() == {"lon"}


@pytest.mark.usefixtures("nothing")
def test_a_date_in_the_future() -> None:
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    refused(post({**TOLD, "occurred_at": tomorrow}), 400, "in_the_future", "时间晚于现在")
    refused(post({**TOLD, "occurred_at": tomorrow}, language=ENGLISH), 400, "in_the_future", "future")


@pytest.mark.usefixtures("nothing")
def test_a_date_without_zone_or_sense() -> None:
    for said in ("2026-11-24T08:00:00", "2026-13-45", "yesterday", 7):
        assert refused(post({**TOLD, "occurred_at": said}), 400, "bad_input").keys() == {"occurred_at"}


@pytest.mark.usefixtures("nothing")
def test_too_long_a_text() -> None:
    long = "水" * 4001
    assert refused(post({**TOLD, "narrative": long}), 400, "text_too_long", "4000") == {"narrative": "4001"}
    refused(post({**TOLD, "title": "水" * 121}, language=ENGLISH), 400, "text_too_long", "too long", "120 characters")
    assert "水" * 4001 in shown(form(said=long + "水还在涨"), 400, "文字过长")
    refused(post({**TOLD, "person": {"name": "王" * 201}}), 400, "bad_input")


@pytest.mark.usefixtures("nothing")
def test_a_body_that_is_too_large_is_not_even_read() -> None:
    refused(post({**TOLD, "narrative": "水" * 200_000}), 413, "too_large", "文件过大")
    refused(post({**TOLD, "narrative": "水" * 200_000}, language=ENGLISH), 413, "too_large", "too large")


@pytest.mark.usefixtures("nothing")
def test_nothing_said() -> None:
    refused(post({"kind": "onekey.water"}), 400, "nothing_said", "请写明")
    refused(post({"title": "  ", "narrative": "\n"}, language=ENGLISH), 400, "nothing_said", "Say what happened")
    assert form(said="  ").status_code == 400


@pytest.mark.usefixtures("nothing")
def test_broken_utf_8() -> None:
    body = '{"title": "车库'.encode() + b'\xff\xfe"}'
    refused(post(body), 400, "broken_encoding", "UTF-8")
    refused(post(body, language=ENGLISH), 400, "broken_encoding", "encoding is broken")
    refused(post(b'{"title": "\\ud800"}'), 400, "bad_input")
    sent = "said=%E6%B0%B4%E8%BF%98%E5%9C%A8%E6%B6%A8%FF%FE"
    kind = "application/x-www-form-urlencoded"
    shown(Client().post("/report", sent, content_type=kind, headers={"accept-language": "zh"}), 400, "编码有误")
    raw = "said=水还在涨".encode() + b"\xff"
    answer = Client().post("/report", raw, content_type=kind, headers={"accept-language": ENGLISH})
    assert answer.status_code == 400
    assert "encoding is broken" in answer.content.decode()
    part = b'--x\r\nContent-Disposition: form-data; name="said"\r\n\r\n%s\r\n--x--\r\n'
    parts = part % ("水还在涨".encode() + b"\xe6\xff")
    kind = "multipart/form-data; boundary=x"
    shown(Client().post("/report", parts, content_type=kind, headers={"accept-language": "zh"}), 400, "编码有误")


@pytest.mark.usefixtures("nothing")
def test_nul_characters() -> None:
    refused(post({**TOLD, "title": "车库\x00进水"}), 400, "bad_input", "有误")
    refused(post({**TOLD, "person": {"name": "\x00王"}}), 400, "bad_input")
    refused(post({**TOLD, "of": "\x00"}, language=ENGLISH), 400, "bad_input", "not right")
    shown(form(said="水还在涨\x00"), 400, "含有不可识别的字符")
    shown(form(phone="1\x00"), 400)


@pytest.mark.usefixtures("nothing")
def test_what_is_no_report() -> None:
    for body in (b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"title": 1}', b'{"person": []}', b'{"lat": "x"}'):
        refused(post(body), 400, "bad_input", "有误")
    assert refused(post({**TOLD, "urgency": "lightning"}), 400, "bad_input").keys() == {"urgency"}
    refused(post({**TOLD, "of": "261124-1"}), 400, "bad_input")
    assert Client().get("/api/reports").status_code == 405


# ---- the photos -------------------------------------------------------------------------------------------------


def picture(**more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, **{"format": "PNG", **more})
    return out.getvalue()


@pytest.mark.usefixtures("nothing")
def test_a_photo_of_forty_megabytes() -> None:
    def large() -> SimpleUploadedFile:
        return SimpleUploadedFile("large.jpg", b"\xff\xd8" + b"0" * (40 * 1024 * 1024), "image/jpeg")

    shown(form(photos=large()), 413, "文件过大", "20 MB")
    shown(form(photos=large(), language=ENGLISH), 413, "too large", "At most 20 MB")


@pytest.mark.usefixtures("nothing")
def test_more_than_may_be_sent_at_all_is_refused_before_it_is_read() -> None:
    answer = Client().post("/report", {"said": "x"}, headers={"accept-language": ENGLISH}, CONTENT_LENGTH="99999999999")
    assert answer.status_code == 413
    assert "Back button" in answer.content.decode()


@pytest.mark.usefixtures("nothing")
def test_a_photo_that_is_a_script() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    for name, content in (
        ("x.jpg", b"<script>alert(1)</script>"),
        ("x.png", svg),
        ("x.jpg", b"#!/bin/sh\nrm -rf /\n"),
        ("x.png", picture()[:40]),
        ("x.jpg", b"GIF89a\x01\x00\x01\x00;<script>"),
    ):
        shown(form(photos=SimpleUploadedFile(name, content, "image/png")), 415, "不是可以接收的图片")
        page = form(photos=SimpleUploadedFile(name, content, "image/png"), language=ENGLISH)
        shown(page, 415, "no picture or file")


@pytest.mark.usefixtures("nothing")
def test_one_bad_photo_of_two_stores_neither() -> None:
    good = SimpleUploadedFile("a.png", picture(), "image/png")
    shown(form(photos=[good, SimpleUploadedFile("b.png", b"<script>", "image/png")]), 415)
    four = [SimpleUploadedFile(f"{n}.png", picture(), "image/png") for n in range(4)]
    shown(form(photos=four), 400, "最多 3 张")


def test_a_picture_is_kept_without_what_hung_on_it(cast: Cast) -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "<script>alert(1)</script>")
    hung = picture(pnginfo=told) + b"<html><script>alert(2)</script></html>"
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "a camera", "2026:11:24 06:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    taken = picture(format="JPEG", exif=exif)
    sent = [SimpleUploadedFile("a.png", hung, "image/png"), SimpleUploadedFile("b.jpg", taken, "image/jpeg")]
    answer = form(photos=sent)
    assert answer.status_code == 303, answer.content.decode()
    matter = Matter.objects.get(number=answer["Location"].split("/")[2])
    kept = [files.content(each.file_id) for each in Attachment.objects.filter(matter=matter)]
    assert len(kept) == 2
    for content in kept:
        assert b"script" not in content
        assert not Image.open(io.BytesIO(content)).getexif()
    note = Entry.objects.get(matter=matter, verb="note")
    assert {note.data["facts"]["photo1"], note.data["facts"]["photo2"]} == set(_hashes(matter))


def _hashes(matter: Matter) -> list[str]:
    return list(Attachment.objects.filter(matter=matter).values_list("file_id", flat=True))


# ---- who sends it, and how often --------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing")
def test_a_signature_off_by_one_byte() -> None:
    def other_byte(headers: dict[str, str]) -> None:
        signature = headers["webhook-signature"]
        headers["webhook-signature"] = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]

    refused(post(TOLD, change=other_byte), 401, "bad_signature", "签名校验失败")
    refused(post(TOLD, change=other_byte, language=ENGLISH), 401, "bad_signature", "signature does not match")


@pytest.mark.usefixtures("nothing")
def test_a_body_or_a_key_changed_on_the_way() -> None:
    def of_another(headers: dict[str, str]) -> None:
        headers["webhook-id"] += "0"

    refused(post(TOLD, change=of_another), 401, "bad_signature")
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "anxin-channel"):
        refused(post(TOLD, change=lambda headers, name=name: headers.pop(name)), 401, "bad_signature")
    for wrong in ("v1,", "v1", ",", "v1,%%%", "v2,AAAA", "x" * 5000, "v1,äöü"):
        refused(
            post(TOLD, change=lambda headers, wrong=wrong: headers.update({"webhook-signature": wrong})),
            401,
            "bad_signature",
        )
    for wrong in ("nan", "inf", "yesterday", "1e400", "-1"):
        refused(
            post(TOLD, change=lambda headers, wrong=wrong: headers.update({"webhook-timestamp": wrong})),
            401,
            "bad_signature",
        )


@pytest.mark.usefixtures("nothing")
def test_the_secret_of_another_channel_and_a_channel_without_one() -> None:
    refused(post(TOLD, channel="police"), 401, "bad_signature")
    refused(post(TOLD, channel="web"), 401, "bad_signature")
    refused(post(TOLD, channel="../hotline"), 401, "bad_signature")


@pytest.mark.usefixtures("nothing")
def test_a_message_too_old_or_from_the_future() -> None:
    refused(post(TOLD, ago=timedelta(minutes=6)), 401, "bad_signature", "时间")
    refused(post(TOLD, ago=timedelta(minutes=-6), language=ENGLISH), 401, "bad_signature", "time")


@pytest.mark.usefixtures("nothing")
def test_a_key_of_odd_characters() -> None:
    assert refused(post(TOLD, key="x" * 300), 400, "bad_input").keys() == {"webhook-id"}
    assert refused(post(TOLD, key="a b;c"), 400, "bad_input").keys() == {"webhook-id"}


def test_a_key_used_for_something_else(cast: Cast) -> None:
    key = f"msg_{uuid.uuid4().hex}"
    assert post(TOLD, key=key).status_code == 201
    before = count()
    refused(post({**TOLD, "title": "另一件事"}, key=key), 409, "key_reused", "不同内容")
    refused(post({**TOLD, "title": "another"}, key=key, language=ENGLISH), 409, "key_reused", "something else")
    again = post(TOLD, key=key)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert count() == before
    form_key = uuid.uuid4().hex
    assert form(key=form_key).status_code == 303
    page = shown(form(key=form_key, said="水还在涨，另一处也进水"), 409, "同一提交编号")
    assert form_key not in page  # a new key stands in the form: sending it again is another report


def test_the_same_report_five_times_at_once(live_city: Cast) -> None:
    key, mark = f"msg_{uuid.uuid4().hex}", uuid.uuid4().hex
    together = threading.Barrier(5)
    answers: list[Any] = []

    def send() -> None:
        together.wait()
        try:
            answers.append(post({**TOLD, "source_ref": mark}, key=key))
        finally:
            connection.close()

    _five(send)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    matter = Matter.objects.get(source_ref=mark)
    assert list(matter.journal.order_by("seq").values_list("seq", flat=True)) == list(range(1, matter.entries + 1))


def test_the_same_form_five_times_at_once(live_city: Cast) -> None:
    key, mark = uuid.uuid4().hex, uuid.uuid4().hex
    together = threading.Barrier(5)
    places: list[str] = []

    def send() -> None:
        photo = SimpleUploadedFile("a.png", picture(), "image/png")
        together.wait()
        try:
            places.append(form(key=key, address=mark, photos=photo).headers["Location"])
        finally:
            connection.close()

    _five(send)
    assert len(places) == 5
    assert len(set(places)) == 1
    matter = Matter.objects.get(address=mark)
    assert len(_hashes(matter)) == 1
    assert Entry.objects.filter(matter=matter, verb="note").count() == 1


def _five(send: Any) -> None:
    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_too_many_reports_from_one_address(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "REPORTS", rate.Limit(most=2))
    assert [form().status_code for _ in range(2)] == [303, 303]
    before = count()
    shown(form(), 429, "短时间内提交过多", "110")
    shown(form(language=ENGLISH), 429, "Too many submissions")
    assert form(client=Client(REMOTE_ADDR="203.0.113.9")).status_code == 303
    assert Matter.objects.count() == before["Matter"] + 1


# ---- who may know -----------------------------------------------------------------------------------------------


def signed_in(actor: Actor) -> Client:
    """The browser of a member of staff."""
    client, account = Client(), Account.objects.get(pk=actor.account or 0)
    session = client.session
    session[SESSION_KEY] = account.pk
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session["since"] = moment = clock.now().isoformat()
    stay = Stay.objects.create(account=account, how="password", began_at=moment, seen_at=moment)
    session["stay"] = stay.pk
    session.save()
    return client


def test_a_clerk_of_another_body_who_guesses_a_number(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    stranger = signed_in(cast.enforcement)
    assert signed_in(cast.water).get(f"/api/matters/{matter.number}").status_code == 200
    for language, words in ((CHINESE, "没有找到"), (ENGLISH, "no such matter")):
        theirs = stranger.get(f"/api/matters/{matter.number}", headers={"accept-language": language})
        nobodys = stranger.get("/api/matters/990101-1", headers={"accept-language": language})
        refused(theirs, 404, "not_found", words)
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    listed = stranger.get("/api/matters").json()["matters"]
    assert matter.number not in {each["number"] for each in listed}


def test_a_stranger_with_a_number_but_no_code(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    wrong = "A" * 8 if matter.follow_code != "A" * 8 else "B" * 8
    theirs = Client().get(f"/follow/{matter.number}/{wrong}")
    nobodys = Client().get(f"/follow/990101-1/{wrong}")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.content.replace(matter.number.encode(), b"") == nobodys.content.replace(b"990101-1", b"")
    assert garage().title not in theirs.content.decode()
    for odd in ("/follow/1%00/A", "/follow?number=%00&code=%00", f"/follow?number={matter.number}&code=%FF"):
        assert Client().get(odd).status_code in (400, 404), odd


def test_who_tries_many_codes_is_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "GUESSES", rate.Limit(most=3))
    matter = flow.report(garage(), cast.resident).matter
    answers = [Client().get(f"/follow/{matter.number}/WRONG{n}").status_code for n in range(4)]
    assert answers == [404, 404, 404, 429]
    assert Client().get(f"/follow/{matter.number}/{matter.follow_code}").status_code == 200


def test_nobody_asks_without_being_somebody(cast: Cast) -> None:
    refused(Client().get("/api/matters"), 401, "not_signed_in", "请先登录")
    refused(Client().get("/api/matters", headers={"accept-language": ENGLISH}), 401, "not_signed_in", "Sign in")
    refused(Client().get("/api/matters", headers={"anxin-channel": "hotline"}), 401, "bad_signature")
    client = signed_in(cast.water)
    for query in ("before=x", "before=2026-11-24T00:00:00~1", "colour=%00", "person=1", "sort=%27"):
        assert client.get(f"/api/matters?{query}").status_code in (200, 400), query
    assert client.get("/api/matters?tab=all").status_code == 404
