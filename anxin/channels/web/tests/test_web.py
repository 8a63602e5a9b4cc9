"""A resident over real HTTP: reports with a photo, follows, says it is not solved, and at last that it is."""

from __future__ import annotations

import pytest

from anxin.channels.web.fake import Resident
from anxin.kernel import flow
from anxin.kernel.matters import CLOSED, Matter
from anxin.kernel.orders import HELPER, LEAD
from tests.cast import Cast

SAID = "七星街道湘南公寓地下车库从早上六点开始积水，已经没过车轮，请派人排水。"


def test_a_resident_reports_follows_and_judges(base: str, live_city: Cast, photo: bytes, proof: list[str]) -> None:
    with Resident(base) as wang:
        number, code = wang.report(SAID, name="王建国", phone="00000000001", photo=photo)
        matter = Matter.objects.get(number=number)
        assert (matter.channel, matter.kind, matter.lead_id) == ("web", "onekey.water", live_city.dispatcher.body)
        assert "办理" in wang.follow(number, code)
        with pytest.raises(LookupError):
            wang.follow(number, "AAAAAAAA")
        assert wang.add(number, code, "水还在涨") == 200
        flow.sign(matter.orders.get(role=LEAD), live_city.dispatcher)
        flow.sign(matter.orders.get(role=HELPER), live_city.water)
        flow.finish(matter.orders.get(role=HELPER), live_city.water, "已排水", proof)
        flow.finish(matter.orders.get(role=LEAD), live_city.dispatcher, "已排空", proof)
        flow.reply(matter, live_city.seat, "积水已排空", public="积水已排空")
        assert "积水已排空" in wang.follow(number, code)
        assert wang.judge(number, code, "satisfied", "谢谢") == 200
    assert flow.close(matter, live_city.callback).matter.state == CLOSED


def test_nothing_said_comes_back_with_words(base: str) -> None:
    with Resident(base) as wang, pytest.raises(ValueError, match="请写明"):
        wang.report("  ")
