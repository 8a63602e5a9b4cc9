"""How the cast signs in: passwords, one-time codes, passkeys, stays that end; and what a thief meets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.conf import settings as configured
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import Settings

from anxin.kernel import changes, clock, flow
from anxin.kernel.bodies import Body, Holding, Post
from anxin.kernel.people import Account
from anxin.web.identity import attempts, book, codes, passwords, stays
from anxin.web.identity.models import Line, Passkey, RecoveryCode, Safety, Stay
from anxin.web.identity.tests.authenticator import Authenticator
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast, garage

pytestmark = pytest.mark.django_db
GOOD = "三月的雨下在南湖上 1921"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
HONOR = (
    "Mozilla/5.0 (Linux; Android 14; HONOR) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)


def account(login: str) -> Account:
    """Somebody's account."""
    return Account.objects.get(login=login)


def whats(login: str) -> list[str]:
    """What the book says of somebody, oldest first."""
    return list(Line.objects.filter(account=account(login).pk).order_by("pk").values_list("what", flat=True))


def gone(person: Person) -> bool:
    """Whether somebody is not signed in."""
    answer = person.client.get("/desk/")
    return bool(answer.status_code == 302 and "/desk/sign-in" in answer["Location"])


@pytest.fixture
def admin(cast: Cast) -> Person:
    """The administrator of the city, whom the demo's cast has not: 系统管理员."""
    body = Body.objects.get(code="330400.peace")
    post = Post.objects.create(code="test.admin", body=body, title="系统管理员", role="admin")
    made = Account.objects.create_user("sys.admin", configured.DEMO_PASSWORD)
    Holding.objects.create(post=post, account=made, valid_from="2026-01-01")
    return Person("sys.admin")


def with_codes(login: str) -> str:
    """Somebody asked for one-time codes; the secret on their telephone."""
    with clock.at(clock.now() - timedelta(minutes=5)):
        person = Person(login)
        plain = _secret(person)
        answer = person.client.post("/desk/identity/codes", {"code": now(plain)})
        assert answer.status_code == 200, answer.content.decode()
    return plain


def _secret(person: Person) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", person.read("/desk/identity/codes"))
    assert found is not None
    return found[1].replace(" ", "")


def now(secret: str) -> str:
    """What the telephone shows."""
    return pyotp.TOTP(secret).at(clock.now().timestamp())


def post_json(person: Person, path: str, said: dict[str, Any]) -> Any:
    """What the script of a page sends."""
    return person.client.post(path, said, content_type="application/json", headers={"accept": "application/json"})


def with_passkey(person: Person, name: str = "办公电脑", **more: Any) -> Authenticator:
    """A passkey is added by somebody who is signed in."""
    device = Authenticator(**more)
    asked = post_json(person, "/desk/identity/passkeys/new", {}).json()
    assert post_json(person, "/desk/identity/passkeys/add", {"name": name, "answer": device.make(asked)}).json()["to"]
    return device


# ---- passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "10"), ("password123", "很多人"), ("aaaaaaaaaaaa", "太少"), ("lijuan2026!", "姓名或账号"),
        ("李娟li.juan2026", "姓名或账号"), ("1234567890", "很多人"),
    ],
)  # fmt: skip
def test_what_is_no_good_password(cast: Cast, password: str, why: str) -> None:
    assert why in " ".join(passwords.why_weak(password, account("li.juan")))


@pytest.mark.parametrize("password", [GOOD, "correct horse battery", "anxin-demo-2026", "我家楼下的石榴树开了九朵花"])
def test_a_sentence_is_a_good_password(cast: Cast, password: str) -> None:
    assert passwords.why_weak(password, account("li.juan")) == []


def test_li_juan_changes_her_password_and_the_forgotten_desk_is_signed_out(cast: Cast) -> None:
    here, there = Person("li.juan"), Person("li.juan")
    wrong = here.client.post("/desk/identity/password", {"password": "wrong", "new": GOOD, "again": GOOD})
    assert wrong.status_code == 400
    old = configured.DEMO_PASSWORD
    unlike = here.client.post("/desk/identity/password", {"password": old, "new": GOOD, "again": GOOD + "x"})
    assert "不一样" in unlike.content.decode()
    assert here.client.post("/desk/identity/password", {"password": old, "new": GOOD, "again": GOOD}).status_code == 303
    here.read("/desk/")
    assert gone(there)
    assert Person().sign_in("li.juan").status_code == 400
    assert Person().sign_in("li.juan", GOOD).status_code == 303
    assert "password" in whats("li.juan")


def test_the_administrator_hands_out_a_link_that_works_once(cast: Cast, admin: Person) -> None:
    page = admin.client.post("/desk/identity/accounts/sun.li", {"do": "link"}).content.decode()
    found = re.search(r"http://testserver(/desk/identity/set/[^\"]+)", page)
    assert found is not None
    sun, there = Person(), Person("sun.li")
    assert "sun.li" in sun.read(found[1])
    weak = sun.client.post(found[1], {"new": "password123", "again": "password123"})
    assert "很多人" in weak.content.decode()
    assert sun.client.post(found[1], {"new": GOOD, "again": GOOD})["Location"] == "/desk/sign-in"
    assert gone(there)
    assert sun.sign_in("sun.li", GOOD).status_code == 303
    Person().read(found[1], 404)
    Person().read(found[1][:-2] + "xx", 404)
    assert changes.of("account", "sun.li").exists()


def test_a_link_is_void_after_three_days_or_when_a_newer_one_is_out(cast: Cast, admin: Person) -> None:
    request = admin.client.get("/desk/").wsgi_request
    with clock.at(clock.now()) as moment:
        first = passwords.link(request, account("sun.li"), cast.seat)
        second = passwords.link(request, account("sun.li"), cast.seat)
        Person().read(first, 404)
        Person().read(second)
        moment.advance(timedelta(days=3, minutes=1))
        Person().read(second, 404)


def test_a_first_password_from_the_administration_must_be_changed_before_anything_else(cast: Cast) -> None:
    first = "gelbe Kiste 7 Haus"
    passwords.give(Client().get("/desk/sign-in").wsgi_request, account("sun.li"), first, cast.seat)
    sun = Person()
    assert sun.sign_in("sun.li", first, next="/desk/?tab=open")["Location"] == "/desk/identity/password"
    assert sun.client.get("/desk/")["Location"] == "/desk/identity/password"
    assert sun.client.post("/desk/new", {"narrative": "x"}).status_code == 401
    same = sun.client.post("/desk/identity/password", {"password": first, "new": first, "again": first})
    assert same.status_code == 400
    done = sun.client.post("/desk/identity/password", {"password": first, "new": GOOD, "again": GOOD})
    assert done["Location"] == "/desk/?tab=open"
    sun.read("/desk/")


# ---- wrong tries


def test_one_who_mistypes_does_not_lock_out_the_office(cast: Cast) -> None:
    with clock.at(clock.now()) as moment:
        chen, li = Person(), Person()
        assert all(chen.sign_in("chen.min", "wrong").status_code == 400 for _each in range(5))
        locked = chen.sign_in("chen.min")
        assert locked.status_code == 429
        assert "1 分钟" in locked.content.decode()
        assert li.sign_in("li.juan").status_code == 303, "the same address"
        at_home = Client(REMOTE_ADDR="203.0.113.9")
        form = {"login": "chen.min", "password": configured.DEMO_PASSWORD}
        assert at_home.post("/desk/sign-in", form).status_code == 303, "the same account"
        moment.advance(timedelta(seconds=61))
        assert chen.sign_in("chen.min").status_code == 303


def test_each_further_wrong_try_makes_the_wait_longer(cast: Cast) -> None:
    with clock.at(clock.now()) as moment:
        thief = Person()
        for _each in range(5):
            thief.sign_in("li.juan", "wrong")
        for minutes in (1, 2, 4, 8):
            assert thief.sign_in("li.juan", "wrong").status_code == 429
            moment.advance(timedelta(minutes=minutes, seconds=1))
            assert thief.sign_in("li.juan", "wrong").status_code == 400
    assert whats("li.juan").count("locked") == 4


def test_an_address_that_tries_everybody_waits_as_well(cast: Cast) -> None:
    with clock.at(clock.now()) as moment:
        for at in range(200):
            Person().sign_in(f"nobody.{at}", "wrong") if at in (0, 199) else _count(f"nobody.{at}")
        assert Person().sign_in("li.juan").status_code == 429
        moment.advance(timedelta(seconds=61))
        assert Person().sign_in("li.juan").status_code == 303


def _count(login: str) -> None:
    attempts.count(attempts.marks(login, "127.0.0.1"))


# ---- one-time codes


def test_sun_li_signs_in_with_password_and_code_and_no_code_is_good_twice(cast: Cast) -> None:
    secret = with_codes("sun.li")
    with clock.at(clock.now()) as moment:
        sun = Person()
        assert sun.sign_in("sun.li", next="/desk/?tab=open")["Location"] == "/desk/identity/second"
        assert gone(sun)
        shown = now(secret)
        assert sun.client.post("/desk/identity/second", {"code": shown})["Location"] == "/desk/?tab=open"
        thief = Person()
        thief.sign_in("sun.li")
        assert "已经用过" in thief.client.post("/desk/identity/second", {"code": shown}).content.decode()
        moment.advance(timedelta(seconds=31))
        assert (
            thief.client.post("/desk/identity/second", {"code": f" {now(secret)[:3]} {now(secret)[3:]}"}).status_code
            == 303
        )
    assert Line.objects.filter(account=account("sun.li").pk, how="password+code", what="in").count() == 2
    sealed = Safety.objects.get(account=account("sun.li")).sealed
    assert sealed is not None
    assert secret.encode() not in bytes(sealed)


def test_guessing_codes_takes_longer_and_longer(cast: Cast) -> None:
    secret = with_codes("sun.li")
    with clock.at(clock.now()) as moment:
        thief = Person()
        thief.sign_in("sun.li")
        tries = [thief.client.post("/desk/identity/second", {"code": "000000"}).status_code for _each in range(6)]
        assert tries == [400] * 5 + [429]
        assert thief.client.post("/desk/identity/second", {"code": now(secret)}).status_code == 429
        moment.advance(timedelta(minutes=11))
        late = thief.client.post("/desk/identity/second", {"code": now(secret)})
        assert late.status_code == 401
        assert "重新登录" in late.content.decode()


def test_a_recovery_code_stands_in_for_the_lost_telephone_once(cast: Cast) -> None:
    with_codes("sun.li")
    made = codes.new_recovery(Client().get("/desk/sign-in").wsgi_request, account("sun.li"))
    assert len(made) == 10
    sun = Person()
    sun.sign_in("sun.li")
    assert sun.client.post("/desk/identity/second", {"code": made[3].upper().replace("-", " ")}).status_code == 303
    assert "还有 9 个恢复码" in sun.read("/desk/identity/")
    again = Person()
    again.sign_in("sun.li")
    assert again.client.post("/desk/identity/second", {"code": made[3]}).status_code == 400
    kept = b"".join(bytes(each.fingerprint) for each in RecoveryCode.objects.all())
    assert not any(each.replace("-", "").encode() in kept for each in made)


def test_what_was_typed_into_an_ended_session_is_there_after_the_second_step(cast: Cast) -> None:
    secret = with_codes("li.juan")
    number = flow.report(garage(), cast.resident).matter.number
    with clock.at(clock.now()) as moment:
        li = Person()
        li.sign_in("li.juan")
        li.client.post("/desk/identity/second", {"code": now(secret)})
        form = li.forms(number)["note"]
        moment.advance(timedelta(hours=9))
        asked = li.send(number, "note", form, text="水位四十厘米，两台泵在抽")
        page = Forms(asked.content.decode()).forms["/desk/sign-in"]
        first = li.client.post("/desk/sign-in", {**page, "login": "li.juan", "password": configured.DEMO_PASSWORD})
        assert first["Location"] == "/desk/identity/second"
        assert "仍然保留" in li.read("/desk/identity/second")
        back = li.client.post("/desk/identity/second", {"code": now(secret)})
        assert back["Location"] == f"/desk/matters/{number}"
        assert li.forms(number)["note"]["text"] == "水位四十厘米，两台泵在抽"


def test_a_second_proof_is_demanded_of_the_roles_the_city_names(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR = ["dispatcher"]
    assert Person("sun.li").client.get("/desk/").status_code == 200
    li = Person()
    assert li.sign_in("li.juan", next="/desk/new")["Location"] == "/desk/identity/"
    assert li.client.get("/desk/")["Location"] == "/desk/identity/"
    assert "必须有第二步验证" in li.read("/desk/identity/")
    secret = _secret(li)
    page = li.client.post("/desk/identity/codes", {"code": now(secret)}).content.decode()
    assert len(re.findall(r"<li><code>", page)) == 10
    assert 'href="/desk/new"' in page
    li.read("/desk/new")
    li.client.post("/desk/identity/codes/off")
    assert codes.is_on(account("li.juan")), "not while it is demanded"


# ---- passkeys


def test_li_juan_signs_in_with_a_passkey_and_no_password(cast: Cast) -> None:
    device = with_passkey(Person("li.juan"))
    li = Person()
    asked = post_json(li, "/desk/identity/passkey/enter/ask", {}).json()
    answer = device.show(asked)
    said = post_json(li, "/desk/identity/passkey/enter/take", {"answer": answer, "next": "/desk/?tab=open"})
    assert said.json() == {"to": "/desk/?tab=open"}
    li.read("/desk/")
    again = post_json(Person(), "/desk/identity/passkey/enter/take", {"answer": answer})
    assert again.status_code == 400, "an answer without its question is worth nothing"
    assert whats("li.juan")[-1] == "in"


def test_a_passkey_is_two_proofs_at_once_and_may_be_the_second(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR = ["dispatcher"]
    li = Person()
    li.sign_in("li.juan")
    device = with_passkey(li)
    li.read("/desk/")
    direct, stepwise = Person(), Person()
    asked = post_json(direct, "/desk/identity/passkey/enter/ask", {}).json()
    post_json(direct, "/desk/identity/passkey/enter/take", {"answer": device.show(asked)})
    direct.read("/desk/")
    assert stepwise.sign_in("li.juan", next="/desk/new")["Location"] == "/desk/identity/second"
    asked = post_json(stepwise, "/desk/identity/passkey/second/ask", {}).json()
    assert len(asked["allowCredentials"]) == 1
    took = post_json(stepwise, "/desk/identity/passkey/second/take", {"answer": device.show(asked)})
    assert took.json() == {"to": "/desk/new"}


def test_a_passkey_made_for_another_site_or_left_unlocked_is_refused(cast: Cast) -> None:
    li = Person("li.juan")
    for device in (Authenticator("https://anxin.example.net"), Authenticator(unlocks=False)):
        asked = post_json(li, "/desk/identity/passkeys/new", {}).json()
        refused = post_json(li, "/desk/identity/passkeys/add", {"name": "x", "answer": device.make(asked)})
        assert refused.status_code == 400
        assert refused.json()["error"] == "wrong_passkey"
    good = with_passkey(li)
    good.count = 0
    asked = post_json(Person(), "/desk/identity/passkey/enter/ask", {}).json()
    thief = Person()
    asked = post_json(thief, "/desk/identity/passkey/enter/ask", {}).json()
    assert post_json(thief, "/desk/identity/passkey/enter/take", {"answer": good.show(asked)}).status_code == 400, (
        "a copy"
    )


@pytest.mark.parametrize("said", ["", "[]", "{", '{"answer": 1}', '{"answer": {"rawId": "é", "response": 3}}', "\x00"])
def test_rubbish_instead_of_a_passkey(cast: Cast, said: str) -> None:
    thief = Person()
    post_json(thief, "/desk/identity/passkey/enter/ask", {})
    answer = thief.client.post(
        "/desk/identity/passkey/enter/take",
        said,
        content_type="application/json",
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 400


def test_passkeys_are_named_and_removed_by_their_owner_only(cast: Cast) -> None:
    li, sun = Person("li.juan"), Person("sun.li")
    with_passkey(li, "指挥室电脑")
    key = Passkey.objects.get()
    sun.client.post(f"/desk/identity/passkeys/{key.pk}", {"do": "remove"})
    li.client.post(f"/desk/identity/passkeys/{key.pk}", {"do": "rename", "name": "值班台"})
    assert "值班台" in li.read("/desk/identity/")
    li.client.post(f"/desk/identity/passkeys/{key.pk}", {"do": "remove"})
    assert not Passkey.objects.exists()
    assert whats("li.juan")[-1] == "passkey_removed"


# ---- delicate acts


def test_after_a_quarter_of_an_hour_adding_a_passkey_asks_again_who_it_is(cast: Cast) -> None:
    with clock.at(clock.now()) as moment:
        li = Person("li.juan")
        moment.advance(timedelta(minutes=16))
        refused = post_json(li, "/desk/identity/passkeys/new", {})
        assert (refused.status_code, refused.json()["error"]) == (403, "prove_again")
        asked = li.client.get("/desk/identity/codes")
        assert asked["Location"] == "/desk/identity/prove?next=%2Fdesk%2Fidentity%2Fcodes"
        page = {"next": "/desk/identity/codes"}
        assert li.client.post("/desk/identity/prove", {**page, "password": "wrong"}).status_code == 400
        good = li.client.post("/desk/identity/prove", {**page, "password": configured.DEMO_PASSWORD})
        assert good["Location"] == "/desk/identity/codes"
        with_passkey(li)
    assert whats("li.juan")[-3:] == ["prove_failed", "proved", "passkey_added"]


# ---- stays


def test_a_stay_ends_after_two_quiet_hours_at_a_desk_but_not_on_a_telephone(cast: Cast) -> None:
    with clock.at(clock.now()) as moment:
        desk, phone, open_page = Person(), Person(), Person()
        desk.client.defaults["HTTP_USER_AGENT"] = open_page.client.defaults["HTTP_USER_AGENT"] = CHROME
        phone.client.defaults["HTTP_USER_AGENT"] = HONOR
        for each in (desk, phone, open_page):
            each.sign_in("wu.fang")
        moment.advance(timedelta(minutes=70))
        desk.read("/desk/")
        open_page.client.get("/desk/", headers={"x-background": "1"})
        moment.advance(timedelta(minutes=70))
        desk.read("/desk/")
        assert gone(open_page), "an open page that listens is nobody at the desk"
        moment.advance(timedelta(minutes=121))
        assert gone(desk)
        phone.read("/desk/")
        moment.advance(timedelta(hours=8))
        assert gone(phone)


def test_li_juan_sees_where_she_is_signed_in_and_ends_what_she_left_open(cast: Cast) -> None:
    here, office, phone = Person("li.juan"), Person(), Person()
    office.client.defaults["HTTP_USER_AGENT"] = CHROME
    phone.client.defaults["HTTP_USER_AGENT"] = HONOR
    office.sign_in("li.juan")
    phone.sign_in("li.juan")
    page = here.read("/desk/identity/")
    assert "Chrome · Windows" in page
    assert "Chrome · Android" in page
    assert "127.0.0.0/24" in page
    left = Stay.objects.get(device="Chrome · Windows")
    Person("sun.li").client.post(f"/desk/identity/stays/{left.pk}/end")
    office.read("/desk/")
    here.client.post(f"/desk/identity/stays/{left.pk}/end")
    assert gone(office)
    phone.read("/desk/")
    here.client.post("/desk/identity/stays/end")
    assert gone(phone)
    here.read("/desk/")


def test_signing_out_ends_the_stay_and_a_stolen_cookie_with_it(cast: Cast) -> None:
    before = stays.of(account("li.juan").pk).count()  # those of stories beside this one
    li = Person("li.juan")
    stolen = Client()
    stolen.cookies["sessionid"] = li.client.cookies["sessionid"].value
    li.client.post("/desk/sign-out")
    assert stolen.get("/desk/").status_code == 302
    assert stays.of(account("li.juan").pk).count() == before


def test_the_administrator_ends_stays_and_clears_a_lost_telephone(cast: Cast, admin: Person) -> None:
    with_codes("sun.li")
    sun = Person()
    sun.sign_in("sun.li")
    admin.client.post("/desk/identity/accounts/sun.li", {"do": "clear"})
    back = Person("sun.li")
    back.read("/desk/")
    admin.client.post("/desk/identity/accounts/sun.li", {"do": "end"})
    assert gone(back)
    assert "由管理人员清除第二步验证" in admin.read("/desk/identity/accounts/sun.li")
    assert "sun.li" in admin.read("/desk/identity/log")


def test_who_looks_after_whom(cast: Cast, admin: Person) -> None:
    zheng, sun = Person("zheng.hua"), Person("sun.li")
    zheng.act_as(cast.supervisor.post)
    zheng.read("/desk/identity/accounts/sun.li")
    zheng.read("/desk/identity/accounts/chen.min", 404)  # of the city
    zheng.read("/desk/identity/accounts/sys.admin", 404)
    zheng.read("/desk/identity/accounts/zheng.hua", 404)  # one's own
    district = Body.objects.get(pk=cast.arbiter.body or 0)
    leads = Post.objects.create(code="test.leader", body=district, title="分管领导", role="leader")
    Holding.objects.create(
        post=leads, account=Account.objects.create_user("di.wei", configured.DEMO_PASSWORD), valid_from="2026-01-01"
    )
    zheng.read("/desk/identity/accounts/di.wei", 404)  # sees more than the county
    assert zheng.client.post("/desk/identity/accounts/di.wei", {"do": "link"}).status_code == 404
    sun.read("/desk/identity/accounts/li.juan", 404)
    sun.read("/desk/identity/accounts", 403)
    sun.read("/desk/identity/log", 404)
    zheng.read("/desk/identity/log", 404)


# ---- the book


def test_the_book_cannot_be_altered_and_knows_nobody_by_name(cast: Cast) -> None:
    Person().sign_in("li.juan", "my secret typed wrong")
    Person().sign_in("typed my password here", "x")
    for act in (Line.objects.all().delete, lambda: Line.objects.update(what="in")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    kept = repr(list(Line.objects.values()))
    for word in ("li.juan", "secret", "typed", "127.0.0.1", "李"):
        assert word not in kept
    assert Line.objects.filter(account=None, what="failed").exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", ""), ("unix:", ""),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
    ],
)  # fmt: skip
def test_of_an_address_only_its_front_is_kept(address: str, said: str) -> None:
    assert book.network(address) == said


def test_nothing_inline_stands_on_these_pages(cast: Cast, admin: Person) -> None:
    with_codes("sun.li")
    sun = Person()
    sun.sign_in("sun.li")
    pages = [sun.read("/desk/identity/second")]
    li = Person("li.juan")
    pages += [li.read(f"/desk/identity/{each}") for each in ("", "password", "codes", "prove")]
    pages += [admin.read(f"/desk/identity/{each}") for each in ("accounts", "accounts/li.juan", "log")]
    for page in pages:
        assert "style=" not in page
        assert "<script>" not in page
    english = li.client.get("/desk/identity/", headers={"accept-language": "en"}).content.decode()
    words = re.sub(r"<[^>]+>|李娟|中文", "", english[english.index("<main") : english.index("</main>")])
    assert not re.findall(r"[\u4e00-\u9fff]+", words)
