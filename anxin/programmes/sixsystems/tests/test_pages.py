"""The pages of the grid, in both languages, for whoever may see them; each asks a bounded number of questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxin.kernel import areas, clock
from anxin.programmes.sixsystems.actions import loop, meetings, reviews, traces
from anxin.programmes.sixsystems.models import Decision, Door, Meeting, Review, Trace
from anxin.programmes.sixsystems.tests.conftest import GRID, TOWN, TUESDAY, VILLAGE, Street
from anxin.programmes.sixsystems.tests.test_story import event
from anxin.web.tests.desk_client import Person

LISTS = ("", "meetings", "loop", "open", "traces", "reviews")


@pytest.fixture
def pages(tuesday: clock.Travel, street: Street) -> list[str]:
    """Every address of the book, with something on each page."""
    matter = loop.take(event(street), "", street.worker)
    met = meetings.plan(street.grid, TUESDAY, street.head)
    meetings.begin(met.pk, street.head)
    planned = meetings.plan(street.town, TUESDAY + timedelta(days=1), street.dispatcher)
    traced = traces.begin(matter, "media", street.supervisor)
    review = reviews.begin(matter, street.village, met)
    mine = [f"grids/{GRID}", f"meetings/{met.pk}", f"meetings/{planned.pk}"]
    return [f"/sixsystems/{each}" for each in (*LISTS, *mine, f"traces/{traced.pk}", f"reviews/{review.pk}")]


def test_every_page_in_both_languages(pages: list[str]) -> None:
    for login in ("zhu.hong", "mo.fan", "shen.tao"):
        person = Person(login)
        for language in ("zh-hans", "en"):
            person.client.cookies["django_language"] = language
            for page in pages:
                answer = person.client.get(page)
                assert answer.status_code == 200, (login, page, answer.content[:300])
                if language == "en":
                    assert "Six systems" in answer.content.decode()


def test_pages_ask_a_bounded_number_of_questions(pages: list[str], street: Street) -> None:
    person = Person("zhu.hong")
    for page in pages:
        person.client.get(page)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            person.client.get(page)
        few = len(asked)
        assert few <= 22, (page, few, [each["sql"][:120] for each in asked])
    for number in range(12):
        loop.take(event(street, title=f"又一件{number}"), "", street.worker)
    for page in pages[:6]:
        with CaptureQueriesContext(connection) as asked:
            person.client.get(page)
        assert len(asked) <= 22, (page, len(asked))


def test_who_may_look(pages: list[str]) -> None:
    stranger, grid, resident = Person("sun.li"), Person("bai.yun"), Person()
    for page in pages:
        assert stranger.client.get(page).status_code in (403, 404), page
        assert resident.client.get(page).status_code == 401, page
    assert grid.client.get(f"/sixsystems/grids/{GRID}").status_code == 404
    assert grid.client.get(f"/sixsystems/grids/{VILLAGE}002").status_code == 200
    assert grid.client.get("/sixsystems/?area=330421").status_code == 404
    assert grid.client.get("/sixsystems/").status_code == 302
    assert Person("li.juan").client.get(f"/sixsystems/?area={TOWN}").status_code == 404


def test_a_meeting_on_the_screen(pages: list[str], street: Street) -> None:
    """陶勇 counts who is there, decides, and closes;莫凡 orders what a grid may not."""
    head = Person("tao.yong")
    met = Meeting.objects.get(area=street.grid)
    here = f"/sixsystems/meetings/{met.pk}"
    assert "两户为一个车位争执" in head.read(here)
    due = str(areas.today() + timedelta(days=3))
    assert head.client.post(here, {"do": "attend", "present": [street.worker.post]}).status_code == 303
    wrong = head.client.post(here, {"do": "decide", "what": "", "due_on": due})
    assert wrong.status_code == 400
    committee = met.area and street.clerk.body
    sent = {
        "do": "decide",
        "what": "清点未售车位",
        "due_on": due,
        "body": committee,
        "matter": "",
        "options": "",
        "key": "k" * 20,
    }
    assert head.client.post(here, sent).status_code == 303
    assert head.client.post(here, sent).status_code == 303
    assert Decision.objects.filter(meeting=met).count() == 1
    assert head.client.post(here, {"do": "close", "minutes": "议了一件事"}).status_code == 303
    assert "议了一件事" in head.read(here)
    assert head.client.post(here, {"do": "close", "minutes": "再来"}).status_code == 404
    planned = Meeting.objects.get(area=street.town)
    there = f"/sixsystems/meetings/{planned.pk}"
    assert Person("mo.fan").client.post(there, {"do": "begin"}).status_code == 303


def test_an_event_on_the_screen(pages: list[str], street: Street) -> None:
    worker = Person("sheng.li")
    sent = {"do": "take", "kind": "sixsystems.fire", "grid": GRID, "title": "楼道堆物", "narrative": "", "grade": "I",
            "result": "已当场清走", "key": "t" * 20}  # fmt: skip
    answer = worker.client.post("/sixsystems/loop", sent)
    assert answer.status_code == 303
    assert "/desk/matters/" in answer["Location"]
    assert worker.client.post("/sixsystems/loop", {**sent, "result": "", "key": "u" * 20}).status_code == 400


def test_addresses_are_taken_in_all_or_none(pages: list[str], street: Street) -> None:
    desk, (lat, lon) = Person("mo.fan"), street.point()
    here = f"/sixsystems/?area={TOWN}"
    for line, status in ((f"d-1,东门1号,{lat},{lon}", 303), ("d-2,别处,30.1,119.9", 400), ("d-3,,,", 400)):
        file = SimpleUploadedFile("doors.csv", f"编码,地址,纬度,经度\n{line}\n".encode())
        assert desk.client.post(here, {"do": "doors", "file": file}).status_code == status
    assert list(Door.objects.values_list("code", "grid__code")) == [("d-1", GRID)]


def test_traces_and_reviews_on_the_screen(pages: list[str], street: Street) -> None:
    county, village = Person("zhu.hong"), Person("bao.min")
    traced, review = Trace.objects.get(), Review.objects.get()
    here = f"/sixsystems/traces/{traced.pk}"
    said = {"do": "find", "finding": "diligent", "ground": "流水为证", "measure": "none", "exempt": ""}
    for node in traced.findings.all():
        assert county.client.post(here, {**said, "place": node.place}).status_code == 303
    assert county.client.post(here, {"do": "decide"}).status_code == 303
    assert county.client.post(here, {"do": "close"}).status_code == 400
    assert "异议期" in county.read(here)
    there = f"/sixsystems/reviews/{review.pk}"
    told = {"do": "describe", "cause": "facility", "reason": "车位少", "delivered_on": "2024-01-31", "unsold": "12"}
    assert village.client.post(there, told).status_code == 303
    page = village.read(there)
    assert "嘉兴市住宅物业管理条例" in page
    assert "2026-01-31" in page
    plan = {
        "do": "step",
        "title": "出租未售车位",
        "due_on": "2026-12-31",
        "body": street.clerk.body,
        "budget": "1,200.50",
    }
    assert village.client.post(there, plan).status_code == 303
    assert "1,200.50" in village.read(there)
    assert village.client.post(there, {**plan, "budget": "很多"}).status_code == 400
    number = {"do": "measure", "title": "月均争执", "unit": "起", "before": "6", "on": "2026-11-24"}
    assert village.client.post(there, number).status_code == 303
    assert village.client.post(there, {"do": "settle"}).status_code == 303
