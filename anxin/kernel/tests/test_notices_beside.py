"""The postman works beside the others, in a thread and on a connection of his own."""

from __future__ import annotations

import sys
import threading
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from anxin.kernel import clock, notices, telling
from anxin.kernel.notices import SENT, Delivery
from anxin.kernel.registry import Channel
from anxin.kernel.tests.conftest import declare_anew
from tests.cast import Cast


def test_the_postman_delivers_and_ends(live_city: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    heard, arrived = list[Any](), threading.Event()

    def take(delivery: Delivery) -> None:
        heard.append(delivery.payload)
        arrived.set()

    pigeon = Channel(code="pigeon", title="信鸽", title_en="Pigeon", send=take)
    monkeypatch.setitem(sys.modules, "installed.pigeon.channel", SimpleNamespace(CHANNEL=pigeon))
    settings.CHANNELS = ["installed.pigeon"]
    declare_anew()
    delivery = notices.queue("pigeon", f"postman-{uuid.uuid4()}", {"n": 1}, clock.now())
    postman = telling.Postman(every=0.01)
    postman.start()
    assert arrived.wait(20)
    postman.end()
    assert not postman.is_alive()
    assert heard == [{"n": 1}]
    assert Delivery.objects.get(pk=delivery.pk).state == SENT
