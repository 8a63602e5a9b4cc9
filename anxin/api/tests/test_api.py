"""Other platforms report and ask; a watcher asks how the house is."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook

from anxin.api.reports import PATH, in_front_of
from anxin.kernel import clock, flow
from anxin.kernel.matters import Matter
from anxin.understanding import suggest
from anxin.understanding.suggest import Suggestion
from tests.cast import Cast, area, garage

SECRET, NEXT = ("whsec_" + base64.b64encode(said.encode() * 4).decode() for said in ("first secret", "next  secret"))


@pytest.fixture(autouse=True)
def _secrets(settings: Any) -> None:
    settings.CHANNEL_SECRETS = {"hotline": SECRET, "police": f"{NEXT} {SECRET}"}


def signed(content: str, *, channel: str = "hotline", secret: str = SECRET, key: str = "") -> dict[str, str]:
    ident, moment = key or f"msg_{uuid.uuid4().hex}", clock.now()
    return {
        "anxin-channel": channel,
        "webhook-id": ident,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(ident, moment, content),
    }


def report(body: dict[str, Any], **more: str) -> Any:
    content = json.dumps(body, ensure_ascii=False)
    return Client().post("/api/reports", content, content_type="application/json", headers=signed(content, **more))


def ask(query: str = "", number: str = "", **more: str) -> Any:
    address = f"/api/matters/{number}" if number else "/api/matters"
    return Client().get(f"{address}?{query}" if query else address, headers=signed(query, **more))


def test_the_answer_says_who_has_it_and_until_when(cast: Cast) -> None:
    answer = report({"narrative": "湘南公寓地下车库进水。积水很深", "source_ref": "G-1", "of_no_interest": True})
    said = answer.json()
    assert answer.status_code == 201
    matter = Matter.objects.get(number=said["number"])
    assert said["lead"] == {"code": "330402015.command", "name": "七星街道综合信息指挥室"}
    assert said["state"] == "working"
    assert said["kind"] == "onekey.water"
    assert said["due_at"]
    assert "进水" in said["danger_words"]
    assert (matter.follow_code, matter.channel) == (said["follow_code"], "hotline")
    assert matter.grid_id == area("330402015004003").pk
    assert matter.title == "湘南公寓地下车库进水"
    assert matter.urgency == "ordinary"  # words are a hint; who reports says how urgent it is


def test_what_nobody_can_place_waits_for_a_dispatcher(cast: Cast) -> None:
    said = report({"title": "说不清楚的事"}).json()
    assert (said["state"], said["lead"], said["kind"]) == ("reported", None, suggest.catch_all())


def test_a_retry_is_recognised_though_its_words_are_read_differently_now(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"narrative": "湘南公寓地下车库进水。积水很深"}
    first = report(body, key="msg_1").json()
    monkeypatch.setattr(suggest, "suggest", lambda text, **place: Suggestion(kind="onekey.noise", area="330421002"))
    again = report(body, key="msg_1")
    assert (again.status_code, again.json()["number"], again.json()["kind"]) == (200, first["number"], "onekey.water")
    assert report({"narrative": "另一件事"}, key="msg_1").status_code == 409


def test_while_a_secret_is_being_changed_both_are_good(cast: Cast) -> None:
    assert report({"title": "路灯不亮"}, channel="police", secret=NEXT).status_code == 201
    assert report({"title": "路灯不亮"}, channel="police", secret=SECRET).status_code == 201
    assert report({"title": "路灯不亮"}, channel="hotline", secret=NEXT).status_code == 401


def test_a_channel_sees_its_own_matters_page_by_page(cast: Cast) -> None:
    mark = uuid.uuid4().hex
    told = {"kind": "onekey.facility", "source_ref": mark}
    mine = [report({**told, "title": f"路灯 {n}"}).json()["number"] for n in range(3)]
    theirs = flow.report(garage(channel="police"), cast.police).matter
    page = ask(f"number={mark}").json()
    assert [row["number"] for row in page["matters"]] == mine[::-1]
    assert page["before"] == ""
    assert "person" not in page["matters"][0]
    assert theirs.number not in {row["number"] for row in ask().json()["matters"]}
    assert ask(number=mine[0]).json()["number"] == mine[0]
    assert ask(number=theirs.number).content == ask(number="990101-1").content


def test_fifty_a_page_and_the_next_ones_before_it(cast: Cast) -> None:
    mark = uuid.uuid4().hex
    for n in range(51):
        flow.report(garage(channel="hotline", source_ref=mark, title=str(n)), cast.hotline)
    first = ask(f"number={mark}").json()
    rest = ask(f"number={mark}&before={first['before'].replace('+', '%2B')}").json()
    assert [len(first["matters"]), len(rest["matters"])] == [50, 1]
    assert (rest["matters"][0]["title"], rest["before"]) == ("0", "")


def test_a_signed_question_cannot_be_turned_to_another(cast: Cast) -> None:
    headers = signed("state=working")
    assert Client().get("/api/matters?state=working", headers=headers).status_code == 200
    assert Client().get("/api/matters?state=closed", headers=headers).status_code == 401


def test_reports_pass_by_the_pages_middleware_and_nothing_else_does(live_city: Cast, rf: Any) -> None:
    content = json.dumps({"title": "路灯不亮"})
    behind: list[str] = []

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        behind.append(environ["PATH_INFO"])
        return []

    answers: list[Any] = []
    front = in_front_of(application)
    request = rf.post(PATH, content, content_type="application/json", headers=signed(content))
    body = b"".join(front(request.environ, lambda status, headers: answers.append((status, dict(headers)))))
    assert (answers[0][0], behind) == ("201 Created", [])
    assert answers[0][1]["Content-Length"] == str(len(body))
    list(front(rf.get("/report").environ, lambda *_: None))
    assert behind == ["/report"]


def test_a_report_costs_one_statement(cast: Cast, django_assert_max_num_queries: Any) -> None:
    body = {"title": "路灯不亮", "kind": "onekey.facility", "area": "330402015004003"}
    report(body)
    with django_assert_max_num_queries(5):  # copies asked whether they are fresh, a block of ids, a savepoint
        assert report(body).status_code == 201


def test_how_the_house_is(cast: Cast) -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["database"] is True
    assert Client().head("/healthz").status_code == 200
    assert Client().post("/healthz").status_code == 405
