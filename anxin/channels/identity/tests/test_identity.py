"""The city's own identity service: who comes from there, who is let in, and what is not believed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from joserfc.jwk import RSAKey
from pytest_django import Settings

from anxin.channels.identity.fake import FakeIdentityService
from anxin.kernel import clock, flow
from anxin.kernel.people import Account
from anxin.web.identity.models import Elsewhere, Line
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast, garage

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anxin.channels.identity.tests.addresses")]


@pytest.fixture
def service(settings: Settings) -> Iterator[FakeIdentityService]:
    """The city's identity service, known to Anxin."""
    with FakeIdentityService() as found:
        settings.OIDC = found.settings()
        yield found


def come_back(person: Person, service: FakeIdentityService, **typed: str) -> Any:
    """Somebody goes to the service and comes back."""
    page = person.client.post("/channels/identity/begin", typed)
    assert page.status_code == 200, page
    found = re.search(r'href="(http://127[^"]+)"', page.content.decode())
    assert found is not None
    back = urlsplit(service.visit(html.unescape(found[1])))
    return person.client.get(f"{back.path}?{back.query}")


def link(login: str, service: FakeIdentityService, subject: str) -> None:
    """Somebody who is signed in links the own account."""
    service.who = subject
    person = Person(login)
    assert come_back(person, service, purpose="link")["Location"] == "/desk/identity/"
    assert "已绑定" in person.read("/desk/identity/")


def test_li_juan_links_her_account_and_signs_in_from_then_on(cast: Cast, service: FakeIdentityService) -> None:
    link("li.juan", service, "citizen-7")
    li = Person()
    assert "统一身份认证" in li.read("/desk/sign-in")
    assert come_back(li, service, next="/desk/?tab=open")["Location"] == "/desk/?tab=open"
    li.read("/desk/")
    assert Line.objects.filter(what="in", how="elsewhere").count() == 1


def test_who_is_linked_to_nobody_gets_no_account_and_no_rights(cast: Cast, service: FakeIdentityService) -> None:
    before = Account.objects.count()
    service.who = "somebody-else"
    stranger = Person()
    answer = come_back(stranger, service)
    assert answer.status_code == 403
    assert "还没有绑定" in answer.content.decode()
    assert stranger.client.get("/desk/").status_code == 302
    assert Account.objects.count() == before


def test_one_person_over_there_is_one_account_here(cast: Cast, service: FakeIdentityService) -> None:
    link("li.juan", service, "citizen-7")
    sun = Person("sun.li")
    come_back(sun, service, purpose="link")
    assert "另一个账号" in sun.read("/desk/identity/")
    assert Elsewhere.objects.get().account.login == "li.juan"


@pytest.mark.parametrize(
    "spoil",
    [
        {"iss": "https://elsewhere.example"}, {"aud": "another"}, {"nonce": "another"}, {"exp": 1}, {"sub": ""},
        {"aud": ["anxin", "another"]}, {"sub": 7}, {"iat": 4102444800},
    ],
)  # fmt: skip
def test_a_token_that_is_not_for_us_is_not_believed(
    cast: Cast, service: FakeIdentityService, spoil: dict[str, Any]
) -> None:
    link("li.juan", service, "citizen-7")
    service.spoil = spoil
    li = Person()
    assert come_back(li, service).status_code == 400
    assert li.client.get("/desk/").status_code == 302


def test_a_token_signed_by_somebody_else_is_not_believed(cast: Cast, service: FakeIdentityService) -> None:
    link("li.juan", service, "citizen-7")
    service.signs_with = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    assert come_back(Person(), service).status_code == 400


def test_when_the_service_changes_its_keys_they_are_fetched_anew(cast: Cast, service: FakeIdentityService) -> None:
    link("li.juan", service, "citizen-7")
    service.key = service.signs_with = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    assert come_back(Person(), service).status_code in (302, 303)


def test_an_answer_nobody_asked_for_or_for_another_browser(cast: Cast, service: FakeIdentityService) -> None:
    link("li.juan", service, "citizen-7")
    thief = Person()
    page = thief.client.post("/channels/identity/begin", {}).content.decode()
    found = re.search(r'href="(http://127[^"]+)"', page)
    assert found is not None
    back = urlsplit(service.visit(html.unescape(found[1])))
    victim = Person()
    assert victim.client.get(f"{back.path}?{back.query}").status_code == 400
    victim.client.post("/channels/identity/begin", {})
    assert victim.client.get(f"{back.path}?{back.query}").status_code == 400, "the state of another"
    assert victim.client.get("/channels/identity/back?error=access_denied").status_code == 400
    assert thief.client.get(f"{back.path}?{back.query}").status_code in (302, 303)
    assert thief.client.get(f"{back.path}?{back.query}").status_code == 400, "once"


def test_a_service_that_is_down_leaves_the_password(cast: Cast, service: FakeIdentityService) -> None:
    configured.OIDC["issuer"] = "http://127.0.0.1:9"
    answer = Person().client.post("/channels/identity/begin", {"next": "/desk/new"})
    assert answer.status_code == 502
    assert Forms(answer.content.decode()).forms["/desk/sign-in"]["next"] == "/desk/new"


def test_what_was_typed_comes_back_after_signing_in_elsewhere(cast: Cast, service: FakeIdentityService) -> None:
    link("li.juan", service, "citizen-7")
    number = flow.report(garage(), cast.resident).matter.number
    with clock.at(clock.now()) as moment:
        li = Person("li.juan")
        form = li.forms(number)["note"]
        moment.advance(timedelta(hours=9))
        asked = li.send(number, "note", form, text="水位四十厘米，两台泵在抽")
        page = Forms(asked.content.decode()).forms["/channels/identity/begin"]
        page.pop("csrfmiddlewaretoken", None)
        assert come_back(li, service, **page)["Location"] == f"/desk/matters/{number}"
        assert li.forms(number)["note"]["text"] == "水位四十厘米，两台泵在抽"


def test_a_fresh_proof_over_there_counts_as_proving_again(cast: Cast, service: FakeIdentityService) -> None:
    link("li.juan", service, "citizen-7")
    with clock.at(clock.now()) as moment:
        li = Person("li.juan")
        moment.advance(timedelta(minutes=20))
        assert "prove" in li.client.get("/desk/identity/codes")["Location"]
        service.spoil = {"auth_time": int(clock.now().timestamp()) - 3600}
        come_back(li, service, purpose="prove", next="/desk/identity/codes")
        assert "prove" in li.client.get("/desk/identity/codes")["Location"]
        service.spoil = {}
        done = come_back(li, service, purpose="prove", next="/desk/identity/codes")
        assert done["Location"] == "/desk/identity/codes"
        li.read("/desk/identity/codes")
        service.who = "another"
        moment.advance(timedelta(minutes=20))
        come_back(li, service, purpose="prove", next="/desk/identity/codes")
        assert "prove" in li.client.get("/desk/identity/codes")["Location"]


def test_two_proofs_over_there_are_two_here(cast: Cast, service: FakeIdentityService, settings: Settings) -> None:
    link("li.juan", service, "citizen-7")
    settings.SECOND_FACTOR = ["dispatcher"]
    one, two = Person(), Person()
    assert come_back(one, service)["Location"] == "/desk/identity/", "one proof: a second must be set up"
    service.spoil = {"amr": ["pwd", "mfa"]}
    come_back(two, service)
    two.read("/desk/")


def test_without_a_service_there_is_no_door(cast: Cast) -> None:
    assert Person().client.post("/channels/identity/begin", {}).status_code == 404
    assert "/channels/identity/" not in Person().read("/desk/sign-in")
