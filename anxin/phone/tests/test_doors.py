"""The doors of the phone: a day taken along, acts that land once, and what is said when somebody was quicker."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from anxin.kernel import clock, flow
from anxin.kernel.errors import NotFound
from anxin.kernel.files import Attachment
from anxin.kernel.files import content as bytes_of
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Order
from anxin.kernel.people import Reading
from anxin.phone.jobs import let_photos_go
from anxin.phone.models import Upload
from tests.cast import GARAGE, OUTSIDE, Cast, body, garage

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class Phone:
    """A phone in somebody's hand, signed in."""

    def __init__(self, login: str) -> None:
        self.client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans", HTTP_ACCEPT="application/json")
        self.login, self.clock_off = login, timedelta(0)
        self.sign_in()
        self.now = self.client.get("/phone/now").json()

    def sign_in(self) -> None:
        """At the desk's sign-in page."""
        self.client.post("/desk/sign-in", {"login": self.login, "password": settings.DEMO_PASSWORD})

    @property
    def time(self) -> str:
        """What the phone's own clock shows."""
        return (clock.now() + self.clock_off).isoformat()

    def day(self) -> Any:
        """The day as it is taken along."""
        return self.client.get("/phone/day").json()

    def post(self, path: str, said: Any) -> Any:
        """Send JSON."""
        return self.client.post(f"/phone/{path}", json.dumps(said), content_type="application/json")

    def act(self, verb: str, task: Any = None, /, **more: Any) -> dict[str, Any]:
        """Something done, not sent yet."""
        fields = {name: more.pop(name) for name in list(more) if name not in ("id", "photos", "seen", "at", "post")}
        on = {"matter": task["matter"], "order": task.get("id", ""), "seen": task.get("entries", 0)} if task else {}
        said = {"id": str(uuid.uuid4()), "verb": verb, "post": self.now["post"], "at": self.time, "fields": fields}
        return {**said, **on, **more}

    def send(self, *acts: dict[str, Any]) -> list[dict[str, Any]]:
        """Send a batch; the results."""
        response = self.post("acts", {"sent_at": self.time, "acts": acts})
        assert response.status_code == 200, response.content.decode()
        results: list[dict[str, Any]] = response.json()["results"]
        return results

    def photo(self, colour: str = "red") -> dict[str, str]:
        """Send a photo with a position and a name in it; how an act names it."""
        content = picture(colour)
        name = hashlib.sha256(content).hexdigest()
        response = self.client.post(f"/phone/photos/{name}", content, content_type="image/jpeg")
        assert response.status_code in (200, 201), response.content
        return {"sha256": name}


def picture(colour: str) -> bytes:
    """A photo that says where and with what it was taken."""
    image, out = Image.new("RGB", (640, 480), colour), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Somebody's phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 47.0, 8.0), 3: "E", 4: (120.0, 49.0, 58.0)})
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def flooded(cast: Cast) -> Matter:
    """The garage is under water, and the field team has been sent there to help."""
    change = flow.report(garage(), cast.resident)
    lead = next(each for each in change.orders if each.role == "lead")
    team = body("330402015.team")
    flow.dispatch(change.matter, cast.dispatcher, lead.body, [(team, "抽水、警戒")])
    return change.matter


def of_team(matter: Matter) -> Order:
    """The field team's order."""
    return Order.objects.get(matter=matter, body__code="330402015.team")


def task(phone: Phone) -> Any:
    """The one order of the day."""
    return next(each for each in phone.day()["orders"])


def test_a_day_is_taken_along_and_holds_no_person(flooded: Matter) -> None:
    zhou = Phone("zhou.wei")
    day = zhou.day()
    told = json.dumps(day, ensure_ascii=False)
    assert "王建国" not in told
    assert "00000000001" not in told
    assert [each["matter"] for each in day["orders"]] == [flooded.number]
    assert day["orders"][0]["person"] is True
    assert {"sign", "contact", "arrive", "finish", "note", "consult", "hand_back"} == set(day["orders"][0]["verbs"])
    assert day["orders"][0]["limits"]
    assert any(each["code"] == "onekey.water" and "积水" in each["words"] for each in day["kinds"])
    assert any(outline["name"] == "湘南网格" for outline in day["map"])
    assert any("指挥室" in each["name"] for each in day["bodies"])


def test_what_has_not_changed_is_not_sent_again(flooded: Matter) -> None:
    zhou = Phone("zhou.wei")
    first = zhou.client.get("/phone/day")
    again = zhou.client.get("/phone/day", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    assert not again.content
    zhou.send(zhou.act("sign", task(zhou)))
    assert zhou.client.get("/phone/day", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_a_grid_worker_takes_her_grid_and_its_neighbours_along(flooded: Matter) -> None:
    day = Phone("wu.fang").day()
    assert [each["name"] for each in day["map"] if each["own"]] == ["湘南网格"]
    assert 3 <= len(day["map"]) <= 30
    assert [each["number"] for each in day["near"]] == [flooded.number]
    assert len(json.dumps(day)) < 100_000


def test_the_way_of_an_order_from_a_phone(flooded: Matter, cast: Cast) -> None:
    zhou = Phone("zhou.wei")
    mine = task(zhou)
    before, after = {**zhou.photo("red"), "label": "before"}, {**zhou.photo("green"), "label": "after"}
    results = zhou.send(
        zhou.act("sign", mine),
        zhou.act("contact", mine, reached=True),
        zhou.act("arrive", mine, lat=GARAGE[0], lon=GARAGE[1] + 0.001),
        zhou.act("note", mine, photos=[before]),
        zhou.act("consult", mine, text="水位还在涨，请派抽水车", bodies=["330402.water"]),
        zhou.act("finish", mine, result="水已抽干，车道已冲洗", photos=[after]),
    )
    assert [each["result"] for each in results] == ["done"] * 6
    order = of_team(flooded)
    assert order.state == "finished"
    assert order.arrived_at is not None
    entries = {each.verb: each for each in Entry.objects.filter(matter=flooded, account__isnull=False)}
    assert 90 <= entries["arrive"].data["facts"]["metres"] <= 100
    assert "lat" not in json.dumps(entries["arrive"].data)
    assert entries["arrive"].data["facts"]["phone_off"] == 0
    assert entries["note"].words.texts["note"] == "处置前照片"
    labels = dict(Attachment.objects.filter(matter=flooded).values_list("entry__verb", "label"))
    assert labels == {"note": "before", "finish": "after"}
    assert zhou.day()["orders"] == []


def test_photos_lose_what_they_say_of_their_place_and_keep_their_orientation(flooded: Matter) -> None:
    zhou = Phone("zhou.wei")
    name = zhou.photo()["sha256"]
    zhou.photo()
    stored = Upload.objects.get(account__login="zhou.wei", sha256=name)
    with Image.open(io.BytesIO(bytes_of(stored.file_id))) as image:
        assert image.size == (480, 640)
        assert not image.getexif()


def test_bytes_lost_on_the_way_are_noticed(flooded: Matter) -> None:
    zhou, before = Phone("zhou.wei"), Upload.objects.count()
    content = picture("red")
    name = hashlib.sha256(content).hexdigest()
    cut = zhou.client.post(f"/phone/photos/{name}", content[:-10], content_type="image/jpeg")
    assert cut.status_code == 400
    other = b"GIF89a" + content
    name = hashlib.sha256(other).hexdigest()
    assert zhou.client.post(f"/phone/photos/{name}", other, content_type="image/jpeg").status_code == 415
    assert zhou.client.post("/phone/photos/..%2F..%2Fsecrets", content, content_type="image/jpeg").status_code in (
        400,
        404,
    )
    assert Upload.objects.count() == before


def test_an_act_waits_for_its_photos_and_a_photo_is_nobody_elses(flooded: Matter) -> None:
    zhou, wu = Phone("zhou.wei"), Phone("wu.fang")
    hers = wu.photo()
    act = zhou.act("report", words="路灯不亮", photos=[hers])
    first = zhou.send(act)[0]
    assert (first["result"], first["missing"]) == ("wait", [hers["sha256"]])
    zhou.photo()
    assert zhou.send(act)[0]["result"] == "done"


def test_sent_twice_it_is_done_once(flooded: Matter) -> None:
    wu = Phone("wu.fang")
    act = wu.act("report", words="湘城雅苑门口路灯不亮", kind="onekey.facility", lat=GARAGE[0], lon=GARAGE[1])
    first = wu.send(act, act)
    assert [each["result"] for each in first] == ["done", "repeated"]
    with clock.at(clock.now() + timedelta(minutes=3)):
        again = wu.send(act)
    assert again[0]["result"] == "repeated"
    assert {each["matter"] for each in [*first, *again]} == {first[0]["matter"]}
    assert Matter.objects.filter(title__contains="路灯").count() == 1
    other = wu.send({**act, "verb": "note", "matter": flooded.number, "fields": {"text": "别的事"}})[0]
    assert (other["result"], other["code"]) == ("refused", "key_reused")


def test_one_bad_act_does_not_hold_up_the_rest(flooded: Matter) -> None:
    wu = Phone("wu.fang")
    wrong: list[Any] = [
        wu.act("report", words="在别处", kind="onekey.facility", lat=OUTSIDE[0], lon=OUTSIDE[1]),
        wu.act("report"),
        {**wu.act("report", words="x"), "at": "yesterday"},
        {**wu.act("report", words="x"), "fields": {"words": 7}},
        {**wu.act("report", words="x"), "verb": "close"},
        wu.act("report", words="x\x00y"),
        "what is this",
    ]
    good = [wu.act("report", words=f"第{n}号井盖破损", lat=GARAGE[0], lon=GARAGE[1]) for n in range(3)]
    mixed: list[Any] = [good[0], *wrong[:3], good[1], *wrong[3:], good[2]]
    results = wu.send(*mixed)
    assert [each["result"] for each in results] == [
        "done", "refused", "refused", "refused", "done", "refused", "refused", "refused", "refused", "done",
    ]  # fmt: skip
    assert results[1]["fields"].get("lat")
    assert all(each["message"] for each in results if each["result"] == "refused")
    assert results[3]["id"] == mixed[3]["id"]
    assert Matter.objects.filter(title__contains="井盖").count() == 3


def test_somebody_was_quicker_and_it_is_said_who_and_what(flooded: Matter, cast: Cast) -> None:
    zhou = Phone("zhou.wei")
    mine = task(zhou)
    zhou.send(zhou.act("sign", mine))
    flow.finish(of_team(flooded), cast.field, "水已退")  # from the desk, while the phone is in the basement
    results = zhou.send(
        zhou.act("arrive", mine, lat=GARAGE[0], lon=GARAGE[1]),
        zhou.act("finish", mine, result="已抽水"),
        zhou.act("report", words="另一处积水", kind="onekey.water", lat=GARAGE[0], lon=GARAGE[1]),
    )
    assert [each["result"] for each in results] == ["conflict", "held", "done"]
    lost = results[0]
    assert lost["code"] == "finished"
    assert lost["order_state"] == "finished"
    assert [step["title"] for step in lost["changed"]][-1] == "办结反馈"
    assert lost["changed"][-1]["own"] is True  # the same account at another desk
    assert "应急处置队" in lost["changed"][-1]["who"]
    assert "周伟" not in json.dumps(lost, ensure_ascii=False)


def test_an_order_that_was_withdrawn_is_told_and_little_else(flooded: Matter, cast: Cast) -> None:
    ma = Phone("ma.jun")
    lead = Order.objects.get(matter=flooded, role="lead").body
    flow.dispatch(flooded, cast.dispatcher, lead, [(body("330402.fire"), "警戒")])
    mine = task(ma)
    flow.dispatch(flooded, cast.dispatcher, lead, only=True)
    flow.note(flooded, cast.dispatcher, "与消防无关的记录")
    lost = ma.send(ma.act("sign", mine))[0]
    assert (lost["result"], lost["code"]) == ("conflict", "withdrawn")
    assert not lost.get("noted")
    assert [step["title"] for step in lost["changed"]] == ["派单"]
    assert ma.day()["orders"] == []


def test_a_colleague_signed_first_and_the_way_goes_on(flooded: Matter, cast: Cast) -> None:
    zhou = Phone("zhou.wei")
    mine = task(zhou)
    flow.sign(of_team(flooded), cast.field)
    results = zhou.send(zhou.act("sign", mine), zhou.act("contact", mine, reached=False, text="无人接听"))
    assert [each["result"] for each in results] == ["already", "done"]


def test_what_the_rules_refuse_is_no_race(flooded: Matter, cast: Cast) -> None:
    li = Phone("li.juan")
    lead = Order.objects.get(matter=flooded, role="lead")
    mine = next(each for each in li.day()["orders"] if each["id"] == str(lead.pk))
    assert mine["waits_for"]
    results = li.send(li.act("sign", mine), li.act("finish", mine, result="好了"))
    assert [each["result"] for each in results] == ["done", "refused"]
    assert results[1]["code"] == "helpers_at_work"


def test_an_order_is_handed_back_from_the_spot(flooded: Matter) -> None:
    zhou = Phone("zhou.wei")
    mine = task(zhou)
    said = {"reason": "泵在水利局", "basis": "职责清单第三条", "body": "330402.water"}
    bare = zhou.send(zhou.act("hand_back", mine, body="330402.water"))[0]
    assert (bare["result"], set(bare["fields"])) == ("refused", {"reason", "basis"})
    assert zhou.send(zhou.act("hand_back", mine, **said))[0]["order_state"] == "returning"
    order = of_team(flooded)
    assert (order.hand_backs, order.proposed_id) == (1, body("330402.water").pk)
    assert "hand_back" not in task(zhou)["verbs"]


def test_the_lead_asks_for_more_time_once(flooded: Matter) -> None:
    li = Phone("li.juan")
    lead = Order.objects.get(matter=flooded, role="lead")

    def mine() -> Any:
        return next(each for each in li.day()["orders"] if each["id"] == str(lead.pk))

    first = mine()
    assert first["most"] > 0
    assert first["whole"]
    ask = li.act("ask_more_time", first, amount=first["most"], reason="水泵要等到明天")
    assert [each["result"] for each in li.send(li.act("sign", first), ask)] == ["done", "done"]
    lead.refresh_from_db()
    assert lead.more_asked == first["most"]
    assert "ask_more_time" not in mine()["verbs"]
    assert "ask_more_time" not in task(Phone("zhou.wei"))["verbs"], "a helper has no time of the whole to ask for"


def test_a_photo_whose_act_never_came_goes_and_one_that_is_shown_stays(flooded: Matter) -> None:
    zhou = Phone("zhou.wei")
    lost, shown = zhou.photo("red"), zhou.photo("green")
    zhou.send(zhou.act("sign", task(zhou)), zhou.act("note", task(zhou), photos=[shown]))
    files = dict(Upload.objects.filter(account__login="zhou.wei").values_list("sha256", "file"))
    with clock.at(clock.now() + timedelta(days=15)):
        let_photos_go()
    assert not Upload.objects.filter(account__login="zhou.wei").exists()
    assert bytes_of(files[shown["sha256"]])
    with pytest.raises(NotFound):
        bytes_of(files[lost["sha256"]])
    assert zhou.photo("red") == lost, "it may be sent again"


def test_a_stranger_is_told_nothing(flooded: Matter) -> None:
    qian = Phone("qian.jin")
    order = of_team(flooded)
    stolen = {"matter": flooded.number, "id": str(order.pk), "entries": 0}
    results = qian.send(qian.act("sign", stolen))
    results += qian.send(qian.act("note", stolen, text="?"))
    unknown = qian.send(qian.act("note", {**stolen, "matter": "261124-1"}, text="?"))[0]
    assert [each["result"] for each in results] == ["refused", "refused"]
    assert results[0]["code"] == results[1]["code"] == unknown["code"] == "not_found"
    assert "changed" not in results[0]
    assert qian.post("person", {"matter": flooded.number, "purpose": "contact"}).status_code == 404
    assert of_team(flooded).state == "sent"


def test_a_number_is_read_for_a_purpose_and_written_down(flooded: Matter) -> None:
    zhou = Phone("zhou.wei")
    response = zhou.post("person", {"matter": flooded.number, "purpose": "contact"})
    assert response.json() == {"name": "王建国", "phone": "00000000001"}
    assert response["Cache-Control"] == "no-store"
    assert Reading.objects.get().purpose == "contact"
    assert zhou.post("person", {"matter": flooded.number, "purpose": "curious"}).status_code == 400
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("hours", [-1, 1, 30])
def test_a_clock_that_is_off_does_not_reach_the_kernels_clocks(flooded: Matter, hours: int) -> None:
    wu = Phone("wu.fang")
    wu.clock_off = timedelta(hours=hours)
    moment = clock.now()
    act = wu.act("report", words="河边护栏断了一截", lat=GARAGE[0], lon=GARAGE[1])
    with clock.at(moment + timedelta(hours=2)):
        wu.sign_in()
        assert wu.send(act)[0]["result"] == "done"
    m = Matter.objects.get(title__contains="护栏")
    assert m.occurred_at is not None
    assert abs(m.occurred_at - moment) < timedelta(seconds=5)
    assert abs(m.reported_at - (moment + timedelta(hours=2))) < timedelta(seconds=5)
    entry = Entry.objects.get(matter=m, verb="report")
    assert entry.data["facts"]["phone_at"] == datetime.fromisoformat(act["at"]).isoformat(timespec="seconds")
    assert abs(entry.data["facts"]["phone_off"] + hours * 3600) <= 5
    assert all("phone_at" not in each.data.get("facts", {}) for each in Entry.objects.filter(matter=m, seq__gt=1))


def test_who_has_lost_the_post_keeps_the_words(flooded: Matter) -> None:
    zhou = Phone("zhou.wei")
    assert zhou.send({**zhou.act("report", words="x"), "post": "1"})[0]["code"] == "post_gone"


def test_without_a_session_nothing_is_taken(flooded: Matter) -> None:
    stranger = Client(HTTP_ACCEPT="application/json")
    for path in ("now", "day"):
        assert stranger.get(f"/phone/{path}").status_code == 401
    for path in ("acts", "person", "post", f"photos/{'0' * 64}"):
        answer = stranger.post(f"/phone/{path}", "{}", content_type="application/json")
        assert (answer.status_code, answer.json()["error"]) == (401, "not_signed_in")


def test_another_site_cannot_send_with_the_cookie(flooded: Matter) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT="application/json")
    strict.cookies = Phone("zhou.wei").client.cookies
    refused = strict.post("/phone/acts", "{}", content_type="application/json")
    assert (refused.status_code, refused.json()["error"]) == (403, "no_token")
    token = strict.get("/phone/now").json()["token"]
    good = strict.post("/phone/acts", "{}", content_type="application/json", HTTP_X_CSRFTOKEN=token)
    assert (good.status_code, good.json()["error"]) == (400, "bad_input")


def test_the_post_is_chosen_among_ones_own(cast: Cast) -> None:
    zheng = Phone("zheng.hua")
    other = next(each["id"] for each in zheng.now["posts"] if each["id"] != zheng.now["post"])
    assert zheng.post("post", {"post": other}).status_code == 200
    assert zheng.client.get("/phone/now").json()["post"] == other
    assert zheng.post("post", {"post": "1"}).status_code == 404
    assert zheng.now["seal"] == zheng.client.get("/phone/now").json()["seal"] != Phone("zhou.wei").now["seal"]


def test_the_shell_says_nothing_of_anybody(cast: Cast) -> None:
    zhou = Phone("zhou.wei")
    page = zhou.client.get("/phone/")
    assert page.content == Client().get("/phone/").content
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "microphone=(self)" in page["Permissions-Policy"]
    assert zhou.client.get("/phone/manifest.webmanifest").json()["scope"] == "/phone/"
