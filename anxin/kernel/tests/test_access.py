"""Who may see and do what, as a table; and that nobody learns who reported but those who must."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import Error, transaction

from anxin.kernel import access, clock, errors, flow, people
from anxin.kernel.bodies import SYSTEM, Actor
from anxin.kernel.matters import Matter
from anxin.kernel.people import Erasure, Particulars, Person, Reading
from anxin.kernel.tests.stories import body_of, helper, lead, now, opened
from anxin.kernel.verbs import VERBS
from tests.cast import ELSEWHERE, WANG, Cast, garage

pytestmark = pytest.mark.django_db
NAMES = [field.name for field in fields(Cast)]
SEE_ALL = {"seat", "calltaker", "callback", "leader", "admin"}
SEE_OWN = SEE_ALL | {"dispatcher", "grid", "water", "arbiter", "supervisor"}
OUTSIDE = {"resident", "hotline", "police"}
"""They come through doors that know their matters; what they may not do there is NotAllowed."""

STEER = "seat dispatcher arbiter supervisor"
NOTE = "seat calltaker dispatcher grid water arbiter supervisor callback hotline police"
MAY: dict[str, str] = {
    "merge": STEER,
    "unmerge": STEER,
    "reclassify": STEER,
    "refuse": STEER,
    "dispatch": STEER,
    "escalate": STEER,
    "correct": STEER,
    "sign": "dispatcher",
    "contact": "dispatcher",
    "arrive": "dispatcher",
    "hand_back": "dispatcher",
    "ask_more_time": "dispatcher",
    "finish": "dispatcher",
    "note": NOTE,
    "transfer_to_police": NOTE,
    "consult": "seat dispatcher grid water arbiter supervisor",
    "decide_hand_back": "arbiter supervisor",
    "decide_more_time": "arbiter supervisor",
    "suspend": "dispatcher arbiter supervisor",
    "resume": "dispatcher arbiter supervisor",
    "reply": "seat dispatcher",
    "call_back": "seat callback resident",
    "reopen": "callback arbiter supervisor resident",
    "close": "callback arbiter supervisor",
    "track": "dispatcher grid water callback supervisor",
    "supervise": "arbiter supervisor leader",
    "take_back_from_police": "seat calltaker hotline police",
    "add_voice": "seat resident hotline police",
    "erase_words": "admin",
    "warn": "",
}
"""Who of the cast may use a verb on the garage (its lead's order, where it is on an order)."""


def answer(by: Actor, verb: str, matter: Matter) -> str:
    try:
        access.check(by, verb, matter, lead(matter) if verb in VERBS and VERBS[verb].on_order else None)
    except errors.NotAllowed:
        return "not allowed"
    except errors.NotFound:
        return "not found"
    return "may"


@pytest.fixture
def garage_here(cast: Cast) -> Matter:
    """In 七星街道: the town leads, the water office helps."""
    return opened(cast.resident, "onekey.water", channel="other")


@pytest.fixture
def garage_there(cast: Cast) -> Matter:
    """The same in 嘉善县."""
    return opened(cast.resident, "onekey.water", channel="other", lat=ELSEWHERE[0], lon=ELSEWHERE[1])


def test_the_table_names_every_verb() -> None:
    assert set(MAY) == set(VERBS)
    assert set(access.VERBS) == set(VERBS) | {"report"}


@pytest.mark.parametrize("verb", MAY)
def test_who_may_do_what(cast: Cast, garage_here: Matter, garage_there: Matter, verb: str) -> None:
    for name in NAMES:
        allowed = name in MAY[verb].split()
        here = "may" if allowed else "not allowed" if name in SEE_OWN | OUTSIDE else "not found"
        assert answer(getattr(cast, name), verb, garage_here) == here, name
        allowed = allowed and name in SEE_ALL | OUTSIDE
        there = "may" if allowed else "not allowed" if name in SEE_ALL | OUTSIDE else "not found"
        assert answer(getattr(cast, name), verb, garage_there) == there, name


def test_nobody_without_a_post_may_anything(cast: Cast, garage_here: Matter) -> None:
    for verb in MAY:
        assert answer(Actor(role="nobody"), verb, garage_here) == "not found"
        assert answer(SYSTEM, verb, garage_here) == "may"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("leader", "admin")])
def test_whoever_may_report_may_report_anywhere(cast: Cast, name: str) -> None:
    by = getattr(cast, name)
    for place in ({}, {"lat": ELSEWHERE[0], "lon": ELSEWHERE[1]}, {"lat": None, "lon": None}):
        assert flow.report(garage(**place), by).matter.number


def test_a_helper_may_act_on_its_own_order_only(cast: Cast, garage_here: Matter) -> None:
    assert access.may(cast.water, "sign", garage_here, helper(garage_here))
    assert not access.may(cast.water, "sign", garage_here, lead(garage_here))
    assert not access.may(cast.dispatcher, "sign", garage_here, helper(garage_here))
    assert not access.may(cast.dispatcher, "sign", garage_here)


def test_a_stranger_who_guesses_a_number_learns_nothing(cast: Cast, garage_here: Matter) -> None:
    before = now(garage_here).entries
    for verb, asked in (("note", ("看看",)), ("dispatch", (body_of(cast.enforcement),)), ("close", ())):
        with pytest.raises(errors.NotFound):
            VERBS[verb](garage_here, cast.enforcement, *asked)
    with pytest.raises(errors.NotFound):
        flow.sign(lead(garage_here), cast.enforcement)
    for number in (garage_here.number, "260706-1", "", "a\x00b", "\ud800"):
        with pytest.raises(errors.NotFound):
            access.matter(cast.enforcement, number)
    assert now(garage_here).entries == before
    assert access.matter(cast.water, garage_here.number).pk == garage_here.pk


def test_the_list_and_the_single_look_agree(cast: Cast, garage_here: Matter, garage_there: Matter) -> None:
    for name in NAMES:
        by = getattr(cast, name)
        for matter in (garage_here, garage_there):
            assert access.matters(by).filter(pk=matter.pk).exists() == access.sees(by, matter), name


def test_a_body_that_is_relieved_sees_no_more(cast: Cast, garage_here: Matter) -> None:
    flow.hand_back(helper(garage_here), cast.water, "不归我管", "三定方案", body_of(cast.power))
    flow.decide_hand_back(helper(garage_here), cast.arbiter, True, "属供电", body_of(cast.power))
    assert not access.sees(cast.water, garage_here)
    assert access.sees(cast.power, garage_here)


def test_an_operator_sees_public_posts_and_no_others(cast: Cast, garage_here: Matter) -> None:
    assert not access.sees(cast.operator, garage_here)
    assert access.sees(cast.operator, opened(cast.operator, channel="publicpost"))


def test_a_resident_follows_with_number_and_code(cast: Cast, garage_here: Matter) -> None:
    number, code = garage_here.number, garage_here.follow_code
    assert access.followed(f" {number} ", code.lower()).pk == garage_here.pk
    for wrong in ((number, code[:-1]), (number, ""), ("260706-1", code), (number, "\x00"), ("\ud800", code)):
        with pytest.raises(errors.NotFound):
            access.followed(*wrong)


# ---- who reported -----------------------------------------------------------------------------------------------


def test_each_reading_is_written_down_with_its_purpose(cast: Cast, garage_here: Matter, monday: clock.Travel) -> None:
    told = access.read_person(cast.water, garage_here, purpose="contact", reason="约上门时间", fields=("phone",))
    assert told == Particulars(phone=WANG.phone)
    reading = Reading.objects.get(matter=garage_here.pk)
    assert (reading.account, reading.post) == (cast.water.account, cast.water.post)
    assert (reading.purpose, reading.fields, reading.reason) == ("contact", "phone", "约上门时间")
    assert reading.at == clock.now()
    with pytest.raises(Error), transaction.atomic():
        Reading.objects.filter(pk=reading.pk).update(reason="")
    with pytest.raises(Error), transaction.atomic():
        reading.delete()


def test_without_a_known_purpose_nothing_opens(cast: Cast, garage_here: Matter) -> None:
    for purpose in ("", "curiosity"):
        with pytest.raises(errors.ReasonNeeded):
            access.read_person(cast.seat, garage_here, purpose=purpose)
    assert not Reading.objects.filter(matter=garage_here.pk).exists()


@pytest.mark.parametrize(
    ("name", "error"),
    [("arbiter", errors.NotAllowed), ("leader", errors.NotAllowed), ("enforcement", errors.NotFound),
     ("operator", errors.NotFound), ("resident", errors.NotFound), ("hotline", errors.NotFound)],
)  # fmt: skip
def test_who_need_not_know_is_not_told(
    cast: Cast, garage_here: Matter, name: str, error: type[errors.AnxinError]
) -> None:
    with pytest.raises(error):
        access.read_person(getattr(cast, name), garage_here, purpose="contact")
    assert not Reading.objects.filter(matter=garage_here.pk).exists()


def test_the_reporter_of_a_confidential_matter_never_reaches_its_handlers(cast: Cast) -> None:
    matter = opened(cast.resident, "onekey.water", confidential=True)
    for by in (cast.dispatcher, cast.water, cast.grid, cast.arbiter, cast.calltaker):
        with pytest.raises(errors.NotAllowed):
            access.read_person(by, matter, purpose="contact")
    assert access.read_person(cast.callback, matter, purpose="callback").phone == WANG.phone
    assert access.read_person(cast.seat, matter, purpose="contact").name == WANG.name


def test_a_life_in_danger_opens_it_for_110(cast: Cast) -> None:
    matter = opened(cast.resident, "onekey.water", confidential=True, urgency="emergency")
    assert access.read_person_in_danger(cast.police, matter).phone == WANG.phone
    assert Reading.objects.get(matter=matter.pk).purpose == "emergency"
    with pytest.raises(errors.NotAllowed):
        access.read_person_in_danger(cast.police, opened(cast.resident))


def test_who_gave_no_name_has_none(cast: Cast) -> None:
    for person in (None, Particulars()):
        matter = opened(cast.resident, person=person)
        assert matter.person_id is None
        with pytest.raises(errors.NotFound):
            access.read_person(cast.seat, matter, purpose="contact")


# ---- particulars at rest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "shown"),
    [("王建国", "王**"), ("王", "王"), ("", ""), (" 欧阳建国平 ", "欧***"), ("王建国是一个很长的名字", "王***")],
)
def test_names_are_masked(said: str, shown: str) -> None:
    assert people.mask_name(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [("13800000000", "138****0000"), ("138 0000-0000", "138****0000"), ("110", "***"), ("0573-820", "*" * 7), ("", "")],
)  # fmt: skip
def test_numbers_are_masked(said: str, shown: str) -> None:
    assert people.mask_phone(said) == shown


def person_of(matter: Matter) -> Person:
    assert matter.person_id is not None
    return Person.objects.get(pk=matter.person_id)


def test_at_rest_nothing_stands_in_the_clear(cast: Cast, garage_here: Matter) -> None:
    person = person_of(garage_here)
    row = repr(Person.objects.filter(pk=person.pk).values().get())
    assert WANG.name not in row
    assert WANG.phone not in row
    assert (person.masked_name, person.masked_phone) == ("王**", "000****0001")
    assert person.phone_mark == people.phone_mark("0000-0000-001")
    assert WANG.phone.encode() not in bytes(person.phone_mark or b"")


@pytest.mark.parametrize("wrong", [{"name": "王\x00"}, {"phone": "\ud800"}, {"email": "x" * 201}])
def test_what_cannot_be_a_name_is_refused(cast: Cast, wrong: dict[str, str]) -> None:
    before = Person.objects.count()
    with pytest.raises(errors.BadInput):
        flow.report(garage(person=Particulars(**wrong)), cast.resident)
    assert Person.objects.count() == before


def test_erasing_leaves_a_record_and_nothing_to_find(cast: Cast, garage_here: Matter) -> None:
    token = garage_here.person_id
    assert token is not None
    with pytest.raises(errors.ReasonNeeded):
        people.erase(token, SYSTEM, reason=" ")
    for _ in range(2):
        people.erase(token, cast.seat, reason="本人要求删除")
    gone = person_of(garage_here)
    assert (gone.sealed, gone.phone_mark, gone.masked_name, gone.masked_phone) == (None, None, "", "")
    assert gone.erased_at is not None
    assert not Person.objects.filter(phone_mark=people.phone_mark(WANG.phone), pk=token).exists()
    record = Erasure.objects.get(person=token)
    assert (record.account, record.reason) == (cast.seat.account, "本人要求删除")
    assert access.read_person(cast.seat, garage_here, purpose="contact") == Particulars()
    with pytest.raises(Error), transaction.atomic():
        record.delete()
    with pytest.raises(errors.NotFound):
        people.erase(uuid.uuid4(), SYSTEM, reason="无此人")


def test_what_has_outlived_its_time_is_erased_and_no_more(cast: Cast) -> None:
    tokens = [person_of(opened(cast.resident)).pk for _ in range(3)]
    for token, until in zip(tokens, (date(2026, 7, 5), date(2026, 7, 6), None), strict=True):
        Person.objects.filter(pk=token).update(keep_until=until)
    assert people.erase_expired(SYSTEM, date(2026, 7, 6)) == 1
    assert set(Person.objects.filter(pk__in=tokens, erased_at=None).values_list("pk", flat=True)) == set(tokens[1:])


# ---- keys -------------------------------------------------------------------------------------------------------


@pytest.fixture
def keys(settings: Any) -> Iterator[list[bytes]]:
    """Keys made for the story; the newest first."""
    made = [Fernet.generate_key() for _ in range(2)]

    yield made
    people._box.cache_clear()


def use(settings: Any, *keys: bytes) -> None:
    settings.PEOPLE_KEYS = list(keys)
    people._box.cache_clear()


def sealed(count: int) -> list[Person]:
    rows = [people.seal(Particulars(name=f"居民{number}"), datetime(2026, 7, 6, tzinfo=UTC)) for number in range(count)]
    return Person.objects.bulk_create(rows)


def test_a_new_key_takes_over_for_everybody(cast: Cast, keys: list[bytes], settings: Any) -> None:
    new, old = keys
    Person.objects.filter(sealed__isnull=False).update(sealed=None)  # those of the city have keys of their own
    use(settings, old)
    rows = sealed(7)
    use(settings, new, old)
    assert people.read(rows[0].pk, SYSTEM, purpose="audit").name == "居民0"  # before the rotation
    assert people.rotate(limit=3) == 7
    use(settings, new)
    for number, row in enumerate(rows):
        assert people.read(row.pk, SYSTEM, purpose="audit").name == f"居民{number}"


def test_rotation_brings_nobody_back(cast: Cast, keys: list[bytes], settings: Any) -> None:
    use(settings, keys[0])
    Person.objects.filter(sealed__isnull=False).update(sealed=None)
    kept, gone = sealed(2)
    people.erase(gone.pk, SYSTEM, reason="本人要求删除")
    use(settings, keys[1], keys[0])
    assert people.rotate() == 1
    assert Person.objects.get(pk=gone.pk).sealed is None
    assert people.read(kept.pk, SYSTEM, purpose="audit").name == "居民0"
