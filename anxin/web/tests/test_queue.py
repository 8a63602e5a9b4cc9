"""The queue: each heap, each filter, page after page, with the same few questions however much there is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxin.kernel import areas, clock, flow, journal, queue
from anxin.kernel.bodies import SYSTEM, Actor
from anxin.kernel.matters import Matter
from anxin.kernel.orders import LEAD, Order
from anxin.kernel.queue import Wanted
from anxin.web import desk
from anxin.web.tests.desk_client import Person
from tests.cast import ELSEWHERE, Cast, garage
from tests.cast import body as the_body

pytestmark = pytest.mark.django_db


def numbers(page: str) -> list[str]:
    return re.findall(r'class="title" href="/desk/matters/([\d-]+)"', page)


def many(count: int, cast: Cast) -> None:
    """So many garages, an hour apart."""
    with clock.at(clock.now() - timedelta(hours=count)) as now, journal.bulk(quiet=True):
        for _ in range(count):
            flow.report(garage(), cast.resident)
            now.advance(timedelta(hours=1))


def test_questions_do_not_grow_with_the_rows(cast: Cast) -> None:
    li = Person("li.juan")
    seen: dict[str, list[int]] = {}
    number = flow.report(garage(), cast.resident).matter.number
    for more in (4, 45):
        many(more, cast)
        for path in ("/desk/?tab=sign", "/desk/?tab=open", "/desk/?tab=open&sort=due", f"/desk/matters/{number}"):
            li.read(path)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                page = li.read(path)
            mine = [each for each in asked if "kernel_edition" not in each["sql"]]  # asked every two seconds
            seen.setdefault(path, []).append(len(mine))
            if "tab=" in path:
                assert len(numbers(page)) == min(more + 1 if more == 4 else 50, 50)
    assert all(len(set(each)) == 1 for each in seen.values()), seen
    assert all(each[0] <= 12 for path, each in seen.items() if "tab=" in path), seen


def test_page_after_page_shows_each_matter_once(cast: Cast) -> None:
    many(120, cast)
    for sort in ("new", "due"):
        found: list[str] = []
        after, pages = "", 0
        while after or not pages:
            lines, after = queue.page(cast.dispatcher, Wanted(tab="open", sort=sort, after=after))
            found += [line.matter.number for line in lines]
            pages += 1
        assert (len(found), len(set(found)), pages) == (120, 120, 3)
    page = Person("li.juan").read("/desk/?tab=sign")
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    second = Person("li.juan").read("/desk/" + following[1].replace("&amp;", "&"))
    assert not set(numbers(page)) & set(numbers(second))


def test_reports_of_one_moment_are_not_lost_between_pages(cast: Cast) -> None:
    with clock.at(clock.now()), journal.bulk(quiet=True):
        for _ in range(70):
            flow.report(garage(), cast.resident)
    first, after = queue.page(cast.dispatcher, Wanted(tab="open"))
    second, end = queue.page(cast.dispatcher, Wanted(tab="open", after=after))
    assert (len(first), len(second), end) == (50, 20, "")
    assert not {line.matter.pk for line in first} & {line.matter.pk for line in second}


def test_each_filter_leaves_what_it_says(cast: Cast) -> None:
    plain = flow.report(garage(), cast.resident).matter
    noise = flow.report(garage(kind="onekey.noise"), cast.seat).matter
    urgent = flow.report(garage(urgency="urgent", channel="hotline"), cast.seat).matter
    elsewhere = flow.report(garage(lat=ELSEWHERE[0], lon=ELSEWHERE[1]), cast.resident).matter
    flow.supervise(urgent, cast.supervisor, "red", "超时风险")
    chen = Person("chen.min")

    def found(query: str) -> set[str]:
        return set(numbers(chen.read(f"/desk/?tab=all&{query}")))

    assert found("") == {plain.number, noise.number, urgent.number, elsewhere.number}
    assert found("kind=onekey.noise") == {noise.number}
    assert found("urgency=urgent") == found("colour=red") == {urgent.number}
    assert found("channel=hotline") == {urgent.number}
    assert found(f"town={elsewhere.town.code if elsewhere.town else ''}") == {elsewhere.number}
    assert found("town=330402015") == {plain.number, noise.number, urgent.number}
    assert found("state=closed") == found("overdue=1") == found("town=999") == set()
    assert found(f"number={plain.number}") == found(f"number={plain.number}-1") == {plain.number}
    assert len(found(f"number={plain.number[:4]}")) == 4
    assert found("number=2513") == found("number=250230") == set()
    with clock.at(clock.now() + timedelta(days=60)):
        assert len(set(numbers(Person("chen.min").read("/desk/?tab=all&overdue=1")))) == 4
        assert "超时" in Person("chen.min").read("/desk/?tab=all&overdue=1")


def test_a_number_of_another_platform_is_found(cast: Cast) -> None:
    theirs = flow.report(garage(channel="hotline", source_ref="JX12345-7788"), cast.hotline).matter
    assert numbers(Person("chen.min").read("/desk/?tab=all&number=JX12345-7788")) == [theirs.number]


@pytest.mark.parametrize(
    ("number", "begin", "end"),
    [("26", "2026-01-01", "2026-12-31"), ("2", "2020-01-01", "2029-12-31"), ("261", "2026-10-01", "2026-12-31"),
     ("260", "2026-01-01", "2026-09-30"), ("2602", "2026-02-01", "2026-02-28"), ("26022", "2026-02-20", "2026-02-28"),
     ("26110", "2026-11-01", "2026-11-09"), ("261124", "2026-11-24", "2026-11-24")],
)  # fmt: skip
def test_the_beginning_of_a_number_is_a_span_of_days(number: str, begin: str, end: str) -> None:
    span: dict[str, Any] = dict(queue._numbered(Matter, "", number).children)  # type: ignore[arg-type]
    first, last = span["reported_at__gte"], span["reported_at__lt"]
    assert (f"{first:%Y-%m-%d}", f"{last - timedelta(days=1):%Y-%m-%d}") == (begin, end)


def test_a_broken_address_is_answered_in_words(cast: Cast) -> None:
    li = Person("li.juan")
    assert "提交的内容有误" in li.read("/desk/?tab=open&after=yesterday~x", 400)
    li.read("/desk/?tab=secret", 404)
    li.read("/desk/?tab=callback", 404)
    assert "编码有误" in li.read("/desk/?number=%00", 400)
    li.read("/desk/matters/%00", 400)
    li.read("/desk/?kind=nothing&number=%27--", 200)


def test_every_post_has_its_own_heaps(cast: Cast) -> None:
    done = flow.report(garage(), cast.resident).matter
    lead, _helper = Order.objects.filter(matter=done).order_by("-role")
    assert lead.role == LEAD
    flow.sign(lead, cast.dispatcher)
    flow.ask_more_time(lead, cast.dispatcher, 1, "抽水泵待调运")

    def heap(by: Actor, tab: str) -> list[str]:
        return [line.matter.number for line in queue.page(by, Wanted(tab=tab))[0]]

    assert (
        heap(cast.water, "sign") == heap(cast.dispatcher, "hand") == heap(cast.arbiter, "extensions") == [done.number]
    )
    assert queue.waiting(cast.arbiter)["extensions"] == 1
    assert heap(cast.grid, "open") == heap(cast.supervisor, "all") == [done.number]
    assert [tab.code for tab in queue.tabs(cast.enforcement)][:2] == ["sign", "mine"]
    assert heap(cast.enforcement, "sign") == []


def heap(by: Actor, tab: str, **more: Any) -> set[str]:
    return {line.matter.number for line in queue.page(by, Wanted(tab=tab, **more))[0]}


def test_an_order_is_on_the_desk_of_the_post_that_took_it(cast: Cast) -> None:
    one, two = (flow.report(garage(), cast.resident).matter for _ in range(2))
    own = {m.pk: Order.objects.get(matter=m, body=cast.water.body) for m in (one, two)}
    flow.sign(own[one.pk], cast.water)
    assert heap(cast.water, "mine") == heap(cast.water, "hand") == {one.number}
    assert heap(cast.water, "body") == {one.number, two.number}
    colleague = replace(cast.water, post=cast.power.post)
    flow.sign(own[two.pk], colleague)
    flow.contact(own[one.pk], colleague, True, "已联系")
    assert heap(cast.water, "mine") == set()
    assert heap(colleague, "mine") == {one.number, two.number}


def test_what_waits_for_others_is_a_heap(cast: Cast) -> None:
    m = flow.report(garage(), cast.resident).matter
    lead = Order.objects.get(matter=m, role=LEAD)
    flow.sign(lead, cast.dispatcher)
    assert heap(cast.dispatcher, "waiting") == {m.number}  # the helper is not done yet
    other = flow.report(garage(), cast.resident).matter
    order = Order.objects.get(matter=other, body=cast.water.body)
    assert heap(cast.water, "waiting") == set()
    flow.hand_back(order, cast.water, "不属职责", "职责清单第三条", the_body("330402.power"))
    assert heap(cast.water, "waiting") == heap(cast.water, "returned") == {other.number}


def test_pressing_late_and_sleeping_matters_have_heaps_of_their_own(cast: Cast) -> None:
    start = clock.now()
    m = flow.report(garage(), cast.resident).matter
    carded = flow.report(garage(kind="onekey.noise"), cast.resident).matter
    flow.supervise(carded, cast.supervisor, "yellow", "进展慢")
    for by in (cast.dispatcher, cast.supervisor, cast.grid):
        assert heap(by, "warning") == {carded.number}
    whole = m.clocks.get(order=None)
    with clock.at(start + (whole.due_at - whole.started_at) * 0.9):
        flow.warn(m, SYSTEM)
        assert heap(cast.dispatcher, "warning") == {m.number, carded.number}
        assert heap(cast.water, "overdue") == heap(cast.water, "warning") == {m.number}  # its part late, the whole soon
        assert heap(cast.enforcement, "warning") == {carded.number}
        assert heap(cast.dispatcher, "overdue") == set()
    with clock.at(whole.due_at + timedelta(minutes=1)):
        assert m.number in heap(cast.dispatcher, "overdue")
        assert heap(cast.water, "overdue") == {m.number}
        assert heap(cast.seat, "dormant") == set()
    with clock.at(start + timedelta(days=8)):
        assert heap(cast.seat, "dormant") == heap(cast.seat, "all", still=7) == {m.number, carded.number}
        flow.note(m, cast.grid, "现场看过")
        assert heap(cast.seat, "dormant") == {carded.number}
        assert heap(cast.seat, "all", still=9) == set()


def test_the_newer_filters_leave_what_they_say(cast: Cast) -> None:
    plain = flow.report(garage(), cast.resident).matter
    joined = flow.report(garage(kind="onekey.noise"), cast.resident).matter
    for _ in range(3):
        flow.add_voice(joined, cast.seat)
    today = areas.today()
    chen = Person("chen.min")

    def found(query: str) -> set[str]:
        return set(numbers(chen.read(f"/desk/?tab=all&{query}")))

    both = {plain.number, joined.number}
    assert found("voices=3") == found("voices=1") == {joined.number}
    assert found("voices=4") == found("photos=1") == set()
    assert found(f"begin={today}") == found(f"end={today}") == found("lead=330402015.command") == both
    assert found(f"end={today - timedelta(days=1)}") == found(f"begin={today + timedelta(days=1)}") == set()
    assert found(f"due={today - timedelta(days=1)}") == found("lead=330402.power") == found("lead=nobody") == set()
    assert found(f"due={today + timedelta(days=30)}") == both
    assert "提交的内容有误" in chen.read("/desk/?tab=all&due=tomorrow", 400)
    page = chen.read("/desk/?tab=all&kind=onekey.noise&voices=2&overdue=0")
    assert 'href="?tab=all&amp;voices=2"' in page
    assert "类别：噪声" in page
    assert "附议不少于：2" in page


def test_lines_and_counts_are_asked_anew_by_a_page_that_lives(cast: Cast) -> None:
    one, two = (flow.report(garage(), cast.resident).matter for _ in range(2))
    sun = Person("sun.li")
    asked = f"/desk/lines?tab=sign&numbers={one.number},{two.number},261124-1"
    assert set(numbers(sun.read(asked))) == {one.number, two.number}
    flow.sign(Order.objects.get(matter=one, body=cast.water.body), cast.water)
    assert numbers(sun.read(asked)) == [two.number]
    counts = sun.client.get("/desk/counts").json()["tabs"]
    assert (counts["sign"], counts["mine"], counts["body"]) == (1, 1, 2)
    assert numbers(Person("qian.jin").read(asked)) == []
    heaps, line = queue.where(cast.water, one.pk)
    assert {"mine", "hand", "body"} <= set(heaps)
    assert "sign" not in heaps
    assert line is not None
    assert line.order is not None
    assert queue.where(cast.enforcement, one.pk) == ([], None)
    assert f'data-id="{one.number}"' in desk.line_html(line, queue.running([line])[one.pk])


def test_a_page_unrolls_and_comes_back_as_far_as_it_was(cast: Cast) -> None:
    many(70, cast)
    li = Person("li.juan")
    response = li.client.get("/desk/?tab=open&part=lines")
    assert len(numbers(response.content.decode())) == 50
    more = li.client.get("/desk/" + response["X-Next"] + "&part=lines")
    assert len(numbers(more.content.decode())) == 20
    assert "X-Next" not in more.headers
    assert len(numbers(li.read("/desk/?tab=open&shown=100"))) == 70
    assert len(li.client.get("/desk/points?tab=open").json()["features"]) == 70


def test_the_pane_offers_what_the_reader_may_do_now(cast: Cast) -> None:
    m = flow.report(garage(), cast.resident).matter
    pane = Person("li.juan").read(f"/desk/matters/{m.number}/preview")
    for key in ("s", "d", "m", "r", "e", "w", "o"):
        assert f'data-key="{key}"' in pane
    assert "湘南公寓地下车库进水" in pane
    clerk = Person("sun.li").read(f"/desk/matters/{m.number}/preview")
    assert 'data-key="s"' in clerk
    assert 'data-key="d"' not in clerk
    Person("qian.jin").read(f"/desk/matters/{m.number}/preview", 404)
