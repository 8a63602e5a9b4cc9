"""The way of a report through the stable door, verb by verb, with the named cast."""

from __future__ import annotations

import pytest

from anxin.kernel import flow
from anxin.kernel.matters import CLOSED
from tests.cast import Cast, garage


@pytest.mark.django_db
def test_the_flooded_garage_from_report_to_closed(cast: Cast) -> None:
    change = flow.report(garage(), cast.resident)
    lead, helper = change.orders
    assert (lead.body_id, helper.body_id) == (cast.dispatcher.body, cast.water.body)
    flow.sign(lead, cast.dispatcher)
    flow.sign(helper, cast.water)
    flow.contact(lead, cast.dispatcher, text="已电话联系，人在车库口等")
    flow.arrive(lead, cast.dispatcher)
    flow.finish(helper, cast.water, "排水完毕")
    flow.finish(lead, cast.dispatcher, "积水已排空，电已恢复")
    flow.reply(change.matter, cast.seat, "积水已排空")
    flow.call_back(change.matter, cast.callback, reached=True, solved=True, satisfied="satisfied")
    done = flow.close(change.matter, cast.callback)
    assert done.matter.state == CLOSED
    assert {clock.outcome for clock in done.clocks} == {"met"}
    assert [check.months for check in done.checks] == [1, 3, 6]
