"""The pages: each answers in both languages, with a bounded number of questions; strangers see nothing."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from anxin import tables
from anxin.kernel import clock
from anxin.kernel.people import Reading
from anxin.programmes.apartments import seeds
from anxin.programmes.apartments.actions import importing, letting, visits
from anxin.programmes.apartments.models import Building, Hazard, Photo, Quarrel, Stay
from anxin.programmes.apartments.tests.conftest import DAY
from anxin.web.tests.desk_client import Person

pytestmark = pytest.mark.django_db
PAGES = ("/apartments/", "/apartments/capacity", "/apartments/b/T-1", "/apartments/table/stays")
RUN = ("/apartments/visits", "/apartments/table/rooms", f"/apartments/years/{seeds.COMPANY}/2026")


@pytest.fixture
def lived(let: Building, who: seeds.Cast) -> Building:
    """A building with people, a hazard and a visit under way."""
    for number, room in enumerate(("101", "201", "102", "202", "101"), 1):
        letting.check_in(let.code, who.manager, room=room, bed=1 + number // 5, worker=seeds.worker(number), begins=DAY)
    visits.hazard(let.code, who.manager, title="灭火器过期")
    return let


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_in_both_languages(lived: Building, language: str) -> None:
    xu = Person("xu.qiang")
    xu.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    for path in PAGES + RUN:
        page = xu.read(path)
        if language == "en":
            words = re.sub(r"<[^>]+>", "", re.sub(r'lang="zh-Hans">[^<]*<|<b>[^<]*</b>', "<", page))
            left = set(re.findall("超出|容量|检查|居住|床位|租金|楼栋|名单", words))
            assert not left & {"容量", "楼栋", "名单"}, (path, left)
    acts = re.findall(r"/apartments/b/T-1/([a-z]+)", xu.read("/apartments/b/T-1"))
    assert {"checkin", "pay", "move", "hazard", "link"} <= set(acts)
    for act in acts:
        xu.read(f"/apartments/b/T-1/{act}")
    for act in ("register", "line"):
        xu.read(f"/apartments/c/{seeds.COMPANY}/{act}")
    xu.read(f"/apartments/c/{seeds.COMPANY}/lock", status=403)


@pytest.mark.parametrize(("login", "there"), [("jin.li", True), ("fei.ming", True), ("gong.liang", True),
                                              ("qian.jin", False), ("wu.fang", False)])  # fmt: skip
def test_each_party_has_its_own_view(lived: Building, login: str, there: bool) -> None:
    person = Person(login)
    for path in ("/apartments/b/T-1", "/apartments/b/T-1/hazard"):
        person.read(path, status=200 if there else 404)
    if there:
        assert "T-1" in person.read("/apartments/")
    money = "账单" in person.read("/apartments/b/T-1") if there else False
    assert money == (login in ("jin.li", "fei.ming"))


def test_pages_ask_a_bounded_number_of_questions(lived: Building, who: seeds.Cast) -> None:
    xu = Person("xu.qiang")
    counts: dict[str, list[int]] = {}
    for turn in range(2):
        for path in PAGES + RUN:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                xu.read(path)
            counts.setdefault(path, []).append(len(asked))
        for number in range(4 * turn, 4 * turn + 4):
            letting.check_in(lived.code, who.manager, room=("201", "102", "202")[number % 3], bed=2,
                             worker=seeds.worker(50 + number), begins=DAY) if number < 3 else None  # fmt: skip
    for path, (first, second) in counts.items():
        assert second <= max(first, 12) + 3, (path, first, second)
        assert second <= (26 if "/b/" in path else 18), (path, second)


def test_check_in_by_the_form_and_what_is_refused_is_said_there(lived: Building) -> None:
    jin = Person("jin.li")
    typed = {"room": "101", "bed": "3", "name": "许某", "begins": "2026-11-24", "key": "k" * 20}
    answer = jin.client.post("/apartments/b/T-1/checkin", typed)
    assert answer.status_code == 400
    assert "已达到规定的居住人数上限" in answer.content.decode()
    assert "许某" in answer.content.decode()
    good = jin.client.post("/apartments/b/T-1/checkin", {**typed, "room": "201", "bed": "2"})
    assert good.status_code == 303
    again = jin.client.post("/apartments/b/T-1/checkin", {**typed, "room": "201", "bed": "2"})
    assert again.status_code == 303, "sent twice, done once"
    assert Stay.objects.filter(room__number="201").count() == 2


def test_a_visit_on_the_phone_with_a_photo(lived: Building) -> None:
    xu = Person("xu.qiang")
    answer = xu.client.post("/apartments/visits", {"rhythm": "daily", "building": "T-1", "key": "a" * 20})
    page = xu.read(answer["Location"])
    codes = re.findall(r'name="([a-z]+)" value="ok"', page)
    assert codes == ["route", "ebike", "wires", "stove"]
    left = xu.client.post(answer["Location"], {"route": "ok"})
    assert left.status_code == 400
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    typed = dict.fromkeys(codes, "ok") | {"wires": "bad"}
    shot = SimpleUploadedFile("a.jpg", picture.getvalue(), "image/jpeg")
    done = xu.client.post(answer["Location"], {**typed, "photo_wires": shot})
    assert done.status_code == 303
    photo = Photo.objects.get(item="wires")
    assert Hazard.objects.filter(item="wires", visit=photo.visit).exists()
    assert xu.client.get(f"/desk/files/{photo.file_id}").status_code == 200
    assert Person("qian.jin").client.get(f"/desk/files/{photo.file_id}").status_code == 404
    assert xu.client.post("/apartments/visits", {"rhythm": "weekly"}).status_code == 303


def test_the_list_for_the_police_has_names_and_leaves_a_trace(lived: Building) -> None:
    before = Reading.objects.count()
    answer = Person("jin.li").client.post("/apartments/registration?form=csv")
    told = answer.content.decode("utf-8-sig")
    assert told.count("\n") == 6
    assert seeds.worker(1).name in told
    assert Reading.objects.count() - before == 5
    assert Reading.objects.latest("pk").purpose == "registration"
    assert Person("fei.ming").client.post("/apartments/registration").status_code == 403


def test_a_table_is_taken_in_line_by_line(lived: Building, who: seeds.Cast) -> None:
    rows = [
        {"building": "T-1", "number": "201", "bed": 2, "worker": "甲", "begins": DAY},
        {"building": "T-1", "number": "201", "bed": 2, "worker": "乙", "begins": DAY},
        {"building": "T-9", "number": "201", "bed": 1, "worker": "丙", "begins": DAY},
    ]
    content = tables.xlsx("人员", importing.STAYS, rows)
    landed, wrong = importing.stays(who.manager, "a.xlsx", content, whole=False)
    assert landed == 1
    assert [each.line for each in wrong] == [3, 4]
    file = SimpleUploadedFile("a.xlsx", content)
    answer = Person("xu.qiang").client.post("/apartments/table/stays", {"file": file, "whole": "on"})
    assert answer.status_code == 400
    assert "第 2 行" in answer.content.decode()
    broken = Person("xu.qiang").client.post("/apartments/table/rooms", {"file": SimpleUploadedFile("a.xlsx", b"no")})
    assert broken.status_code == 400
    out = Person("xu.qiang").client.get("/apartments/table/rooms?form=csv")
    assert out.status_code == 200


def test_worker_and_landlord_see_their_own_without_an_account(lived: Building, who: seeds.Cast) -> None:
    xu, stay = Person("xu.qiang"), Stay.objects.order_by("pk")[0]
    shown = xu.client.post("/apartments/b/T-1/workerlink", {"stay": str(stay.pk)}).content.decode()
    path = re.search(r"/apartments/mine/[0-9]+/[0-9A-Z]+", shown)
    assert path is not None
    phone = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    page = phone.get(path.group()).content.decode()
    assert "嘉禾纺织" in page
    assert "2026-11-27" in page, "three working days from Tuesday"
    assert phone.post(path.group(), {"what": "quarrel", "words": "隔壁夜里太吵"}).status_code == 303
    assert phone.post(path.group(), {"what": "hazard", "words": "楼道灯坏了"}).status_code == 303
    assert phone.post(path.group(), {"what": "hazard", "words": " "}).status_code == 400
    assert Quarrel.objects.get().matter is not None
    assert Hazard.objects.filter(title="楼道灯坏了", room=stay.room).exists()
    assert phone.get(path.group()[:-1] + "9").status_code == 404
    owner = xu.client.post("/apartments/b/T-1/link").content.decode()
    own = re.search(r"/apartments/mine/[0-9]+/[0-9A-Z]+", owner)
    assert own is not None
    assert "42,000.00" in phone.get(own.group()).content.decode()
    with clock.at(clock.now() + timedelta(days=3)):
        letting.check_out(lived.code, who.manager, pk=stay.pk, until=DAY + timedelta(days=2))
    assert phone.get(path.group()).status_code == 404


def test_the_fire_brigade_adopts_a_rule_set_with_its_paper(lived: Building) -> None:
    typed = {"village": seeds.VILLAGE, "rule_set": "B", "effective": "2026-11-24", "source": ""}
    gong = Person("gong.liang")
    assert "这个字段" in gong.client.post("/apartments/capacity", typed).content.decode()
    assert gong.client.post("/apartments/capacity", {**typed, "source": "秀消〔2026〕1号"}).status_code == 303
    Person("xu.qiang").client.post("/apartments/capacity", {**typed, "rule_set": "A", "source": "x"})
    assert "apartments.capacity.B@1" in gong.read("/apartments/b/T-1")
