"""Who gets in, what they may see, and what a stranger learns: nothing."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anxin.city import seed
from anxin.kernel import clock, flow, jobs, notices
from anxin.kernel.files import Attachment
from anxin.kernel.journal import Entry
from anxin.kernel.people import Account
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast, garage

pytestmark = pytest.mark.django_db


def test_signing_in_out_and_back_to_the_page_one_wanted(cast: Cast) -> None:
    li = Person()
    asked = li.client.get("/desk/?tab=open")
    assert asked["Location"] == "/desk/sign-in?next=%2Fdesk%2F%3Ftab%3Dopen"
    assert li.sign_in("li.juan", next="/desk/?tab=open")["Location"] == "/desk/?tab=open"
    li.read("/desk/?tab=open")
    li.client.post("/desk/sign-out")
    assert li.client.get("/desk/").status_code == 302
    assert Person().sign_in("li.juan", next="https://elsewhere.example/")["Location"] == "/desk/"
    assert Person().sign_in("li.juan", next="//elsewhere.example/")["Location"] == "/desk/"


def test_who_holds_two_posts_chooses_one(cast: Cast) -> None:
    zheng = Person()
    assert zheng.sign_in("zheng.hua")["Location"].startswith("/desk/post")
    zheng.act_as(cast.supervisor.post)
    assert "死信" in zheng.read("/desk/deliveries")
    zheng.act_as(cast.arbiter.post)
    zheng.read("/desk/deliveries", 403)
    assert zheng.client.post("/desk/post", {"post": str(cast.seat.post)}).status_code == 404


def test_a_login_nobody_has_sounds_like_a_wrong_password(cast: Cast) -> None:
    known, unknown = Person().sign_in("li.juan", "wrong"), Person().sign_in("nobody", "wrong")
    assert known.status_code == unknown.status_code == 400
    assert "账号或密码不对" in unknown.content.decode()


def test_a_session_ends_after_a_shift_or_with_a_new_password(cast: Cast) -> None:
    with clock.at(clock.now()) as now:
        li = Person("li.juan")
        for _hour in range(7):
            now.advance(timedelta(hours=1))
            li.read("/desk/")
        now.advance(timedelta(minutes=59))
        li.read("/desk/")
        now.advance(timedelta(minutes=2))
        assert li.client.get("/desk/").status_code == 302
        li.sign_in("li.juan")
        account = Account.objects.get(login="li.juan")
        account.set_password("another")
        account.save()
        assert li.client.get("/desk/").status_code == 302


def test_a_form_sent_after_the_session_ended_is_there_again_after_signing_in(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    with clock.at(clock.now()) as now:
        li = Person("li.juan")
        form = li.forms(number)["note"]
        now.advance(timedelta(hours=9))
        asked = li.send(number, "note", form, text="水位四十厘米，两台泵在抽")
        assert asked.status_code == 401
        page = Forms(asked.content.decode()).forms["/desk/sign-in"]
        back = li.client.post("/desk/sign-in", {**page, "login": "li.juan", "password": settings.DEMO_PASSWORD})
        assert back["Location"] == f"/desk/matters/{number}"
        again = li.forms(number)["note"]
        assert again["text"] == "水位四十厘米，两台泵在抽"
        assert again["key"] == form["key"]
        assert li.send(number, "note", again).status_code == 303
    assert Entry.objects.filter(matter__number=number, verb="note").count() == 1


def test_a_new_report_typed_into_an_ended_session_is_there_again(cast: Cast) -> None:
    with clock.at(clock.now()) as now:
        chen = Person("chen.min")
        fields = Forms(chen.read("/desk/new")).forms[""]
        now.advance(timedelta(hours=9))
        asked = chen.client.post("/desk/new", {**fields, "narrative": "路灯不亮", "do": "send"})
        page = Forms(asked.content.decode()).forms["/desk/sign-in"]
        chen.client.post("/desk/sign-in", {**page, "login": "chen.min", "password": settings.DEMO_PASSWORD})
        assert Forms(chen.read("/desk/new")).forms[""]["narrative"] == "路灯不亮"


def test_a_stranger_who_guesses_a_number_gets_what_a_wrong_number_gets(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    qian = Person("qian.jin")
    for path in ("", "/person", "/use/note", "/use/sign"):
        there, not_there = (
            qian.client.post(f"/desk/matters/{number}{path}", {"text": "看看", "purpose": "contact"})
            if path
            else qian.client.get(f"/desk/matters/{number}")
            for number in (matter.number, "261124-999999999")
        )
        assert there.status_code == not_there.status_code == 404
        assert "湘南公寓" not in there.content.decode()
        assert _said(there, matter.number) == _said(not_there, "261124-999999999")
    assert matter.number not in qian.read("/desk/?tab=sign")
    assert Entry.objects.filter(matter=matter, verb="note").count() == 0


def _said(answer: Any, number: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(number, "")


def test_a_verb_one_may_not_use_is_neither_shown_nor_done(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    sun = Person("sun.li")
    assert set(sun.forms(number)) >= {"sign", "note", "hand_back"}
    assert not {"dispatch", "refuse", "supervise", "call_back", "close"} & set(sun.forms(number))
    page = sun.client.post(f"/desk/matters/{number}/use/escalate", {"reason": "我来"})
    assert page.status_code == 403
    assert sun.client.post(f"/desk/matters/{number}/use/warn", {}).status_code == 404
    assert sun.client.post(f"/desk/matters/{number}/use/report", {}).status_code == 404


def test_files_are_shown_to_those_only_who_see_the_matter(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    li = Person("li.juan")
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    picture = SimpleUploadedFile("a.png", out.getvalue(), "image/png")
    paper = SimpleUploadedFile("b.pdf", b"%PDF-1.7\n%%EOF", "application/pdf")
    li.use(number, "note", text="现场照片", uploads=[picture, paper])
    shown = {each.file.media_type: each.file_id for each in Attachment.objects.select_related("file")}
    facts = Entry.objects.get(matter__number=number, verb="note").data["facts"]
    assert {facts["file.1"], facts["file.2"]} == set(shown.values())
    answer = li.client.get(f"/desk/files/{shown['image/png']}")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline")
    assert li.client.get(f"/desk/files/{shown['application/pdf']}")["Content-Disposition"].startswith("attachment")
    Person("qian.jin").read(f"/desk/files/{shown['image/png']}", 404)
    assert Person().client.get(f"/desk/files/{shown['image/png']}").status_code == 302


@pytest.mark.parametrize(
    ("upload", "status"),
    [
        (SimpleUploadedFile("photo.jpg", b"<script>alert(1)</script>", "image/jpeg"), 415),
        (SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff" + bytes(40 * 1024 * 1024), "image/jpeg"), 413),
    ],
    ids=["a script that says it is a photo", "forty megabytes"],
)
def test_what_is_no_photo_is_refused_and_the_words_stay(cast: Cast, upload: SimpleUploadedFile, status: int) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    li = Person("li.juan")
    answer = li.send(number, "note", li.forms(number)["note"], text="现场照片如下", uploads=upload)
    assert answer.status_code == status
    assert "现场照片如下" in answer.content.decode()
    assert not Attachment.objects.exists()
    assert not Entry.objects.filter(verb="note").exists()


def test_a_form_without_its_token_is_refused_in_words(cast: Cast) -> None:
    answer = Person(strict=True).sign_in("li.juan")
    assert answer.status_code == 403
    assert "安全校验" in answer.content.decode()


def test_every_page_forbids_what_comes_from_elsewhere(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    li = Person("li.juan")
    for path in ("/desk/", f"/desk/matters/{number}", "/desk/new", "/desk/sign-in"):
        answer = li.client.get(path)
        page = answer.content.decode()
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store"
        assert "style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert " onclick" not in page


def test_what_failed_is_seen_and_tried_again_by_the_supervisor(cast: Cast) -> None:
    moment = clock.now()
    letter = notices.queue("hotline", "hotline:1", {"id": "1"}, moment)
    notices.Delivery.objects.filter(pk=letter.pk).update(
        state=notices.DEAD, error="ConnectError: 对方没有应答", tries=8
    )
    job = jobs.Job.objects.create(
        name="tell", payload={}, due=moment, dead_at=moment, error="ValueError: x", attempts=8
    )
    zheng = Person("zheng.hua")
    zheng.act_as(cast.supervisor.post)
    page = zheng.read("/desk/deliveries")
    assert "对方没有应答" in page
    zheng.client.post("/desk/deliveries", {"what": f"letter:{letter.pk}"})
    zheng.client.post("/desk/deliveries", {"what": f"job:{job.pk}"})
    assert notices.Delivery.objects.get(pk=letter.pk).state == notices.WAITING
    assert not jobs.list_dead().exists()
    assert Person("sun.li").client.get("/desk/deliveries").status_code == 403


def test_the_cast_stands_on_the_sign_in_page_of_the_demo_only(cast: Cast, settings: object) -> None:
    assert "zheng.hua" not in Person().read("/desk/sign-in")
    settings.DEMO = True  # type: ignore[attr-defined]
    page = Person().read("/desk/sign-in")
    assert "zheng.hua" in page
    assert seed.DEMO_PASSWORD in page
