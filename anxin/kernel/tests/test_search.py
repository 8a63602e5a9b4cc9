"""Finding: by two letters as well as by many, by any four digits, by a place, by a person; never what is not seen."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from anxin.kernel import access, flow, index, journal, search
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, ReasonNeeded
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Order
from anxin.kernel.people import Particulars, Reading
from tests import cast as the_cast
from tests.cast import Cast


def taken(**more: object) -> Matter:
    """A report, and the index kept up with it."""
    m = flow.report(the_cast.garage(**more), the_cast.RESIDENT).matter
    kept_up()
    return m


def kept_up() -> None:
    """Inside one transaction no snapshot tells what is new: the matters are gone through."""
    index.Followed.objects.all().delete()
    assert index.follow()


def numbers(hits: list[search.Hit]) -> list[str]:
    """The numbers of what was found."""
    return [hit.matter.number for hit in hits]


def without_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the index answers."""
    monkeypatch.setattr(search, "_newest", lambda by, words, limit: [])


@pytest.mark.parametrize(
    "words", ["车库", "进水", "地下车库", "车库 配电间", "ＷＡＴＥＲ", "water", "七星街道 进水", "湘南"]
)
def test_words_are_found_by_index_alone_and_by_the_newest_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    m = taken(narrative="湘南公寓地下车库进水，配电间就在旁边。Water everywhere!")
    assert m.number in numbers(search.find(cast.seat, words))
    without_newest(monkeypatch)
    assert m.number in numbers(search.find(cast.seat, words))
    index.Searchable.objects.all().delete()
    assert not search.find(cast.seat, words)


def test_letters_that_stand_apart_are_not_the_word(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(title="库里有车，地下有库", narrative="地下有库，下车走路，车库门坏了", address="")
    without_newest(monkeypatch)
    assert not search.find(cast.seat, "地下车库")


def test_a_number_is_found_whole_by_its_day_and_by_four_digits(cast: Cast) -> None:
    m = taken()
    other = taken()
    day, _, serial = m.number.partition("-")
    assert numbers(search.find(cast.seat, m.number))[0] == m.number
    assert m.number in numbers(search.find(cast.seat, day))
    assert m.number in numbers(search.find(cast.seat, f"{day}-{serial[:3]}"))
    assert m.number in numbers(search.find(cast.seat, serial[-4:]))
    assert search.find(cast.seat, m.number)[0].why == "number"
    assert other.number not in numbers(search.find(cast.seat, m.number))


def test_open_ones_first_then_the_newest(cast: Cast) -> None:
    first, second, third = (taken(title=f"井盖缺失 {n}") for n in range(3))
    flow.refuse(third, cast.supervisor, "不属于受理范围", "人民法院（诉讼）")
    kept_up()
    assert numbers(search.find(cast.seat, "井盖缺失")) == [second.number, first.number, third.number]


def test_nothing_is_found_that_is_not_seen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    m = taken(title="湘南公寓车库门禁损坏")
    far = taken(title="湘南路车库门禁损坏", lat=the_cast.ELSEWHERE[0], lon=the_cast.ELSEWHERE[1])
    body = Order.objects.filter(matter=m).values_list("body", flat=True)
    for only_index in (False, True):
        if only_index:
            without_newest(monkeypatch)
        for words in ("车库", "门禁损坏", m.number, m.number[-4:]):
            for by in (cast.dispatcher, cast.enforcement, cast.operator):
                assert all(access.sees(by, hit.matter) for hit in search.find(by, words))
            assert cast.enforcement.body in body or not search.find(cast.enforcement, words)
        assert numbers(search.find(cast.dispatcher, "门禁损坏")) == [m.number]
        assert set(numbers(search.find(cast.seat, "门禁损坏"))) == {m.number, far.number}


def test_an_order_lets_a_body_find_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    m = taken(title="广告牌摇晃")
    flow.dispatch(m, cast.supervisor, the_cast.body("330402.enforcement"), only=True)
    assert numbers(search.find(cast.enforcement, "广告牌")) == [m.number]  # at once
    kept_up()
    without_newest(monkeypatch)
    assert numbers(search.find(cast.enforcement, "广告牌")) == [m.number]


def test_erased_words_are_not_found_not_even_before_the_index_has_followed(cast: Cast) -> None:
    m = taken(title="张三反映邻居噪音", narrative="张三住五零一室")
    assert numbers(search.find(cast.seat, "张三")) == [m.number]
    flow.erase_words(m, _admin(), "本人申请删除")
    assert not search.find(cast.seat, "张三")
    kept_up()
    assert not set(index.pairs("张三")) & set(index.Searchable.objects.get(matter=m).marks)


def _admin() -> Actor:
    return replace(the_cast.gather().supervisor, role="admin")


def test_a_person_is_found_by_number_for_a_purpose_and_that_is_written_down(cast: Cast) -> None:
    li = Particulars(name="李甲", phone="00012345678")
    m = taken(person=li)
    assert search.names_a_person(li.phone)
    assert not search.names_a_person("261124-10001")
    assert not search.find(cast.seat, li.phone)  # typing a number reads nobody
    with pytest.raises(ReasonNeeded):
        search.of_person(cast.seat, li.phone, purpose="")
    with pytest.raises(NotAllowed):
        search.of_person(cast.leader, li.phone, purpose="contact")
    before = Reading.objects.count()
    found = search.of_person(cast.seat, "000 1234 5678", purpose="contact")
    assert numbers(found) == [m.number]
    read = Reading.objects.order_by("-pk").first()
    assert read is not None
    assert (Reading.objects.count(), read.matter, read.purpose, read.fields) == (
        before + 1,
        m.pk,
        "contact",
        "phone_mark",
    )
    assert numbers(search.of_person(cast.seat, str(m.person_id), purpose="verify")) == [m.number]
    secret = taken(confidential=True, person=li)
    assert secret.number not in numbers(search.of_person(cast.dispatcher, li.phone, purpose="contact"))
    assert secret.number in numbers(search.of_person(cast.callback, li.phone, purpose="callback"))


@pytest.mark.parametrize(
    "words",
    ["", " ", "车", "%", "_%", "'; DROP", "\x00", "\ud800", "9" * 300, "261399", "261124-", "(((", "　　", "👍👍"],
)
def test_odd_words_find_nothing_and_break_nothing(cast: Cast, words: str) -> None:
    taken()
    search.find(cast.seat, words)
    search.names_a_person(words)


def test_the_index_follows_what_is_committed_and_loaded(live_city: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    while not index.follow(seconds=20):
        pass
    word = uuid.uuid4().hex[:12]
    without_newest(monkeypatch)
    with journal.bulk(quiet=True):
        first = flow.report(the_cast.garage(title=f"历史 {word}"), live_city.resident).matter
    second = flow.report(the_cast.garage(title=f"今天 {word}"), live_city.resident).matter
    assert not search.find(live_city.seat, word)
    assert index.follow(seconds=20)
    assert set(numbers(search.find(live_city.seat, word))) == {first.number, second.number}
    flow.refuse(second, live_city.supervisor, "不属于受理范围", "人民法院（诉讼）")
    assert index.follow(seconds=20)
    assert index.IS_OPEN not in index.Searchable.objects.get(matter=second).marks
    assert index.IS_OPEN in index.Searchable.objects.get(matter=first).marks
