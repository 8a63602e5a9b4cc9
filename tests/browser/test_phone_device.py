"""What a phone offers beside a page: hearing what is said, and sending when it has been put away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import PHONE, Enter
from tests.browser.test_phone import Network, enter, network, to, until, write_report

__all__ = ["network"]
EAR = """
window.SpeechRecognition = class {
    start() { window.ear = this; }
    stop() { this.onend(); }
};
window.hear = (text) => {
    const result = Object.assign([{ transcript: text }], { isFinal: true });
    window.ear.onresult({ resultIndex: 0, results: [result] });
};
"""
"""The maker's ear, which no test machine has: it hears what it is told to."""


@pytest.fixture
def page(person: Enter, network: Network) -> Any:
    """A phone in the hand of the grid worker, with an ear."""
    found = person("", **PHONE)
    found.set_default_timeout(60_000)
    found.add_init_script(EAR)
    enter(found, network.base, "wu.fang")
    return found


def test_what_is_said_is_written_only_after_a_yes(page: Any) -> None:
    to(page, "report")
    speak = "button[aria-pressed]:has-text('说话输入')"
    page.tap(speak)
    page.wait_for_selector("dialog:has-text('声音可能传到外部服务器')")
    page.tap("dialog button:has-text('不用')")
    assert page.evaluate("window.ear === undefined"), "nobody listens without a yes"
    page.tap(speak)
    page.tap("dialog button:has-text('同意')")
    page.wait_for_selector("button[aria-pressed=true]:has-text('停止')")
    assert page.evaluate("window.ear.lang") == "zh-CN"
    page.evaluate("hear('三号楼窨井盖没了，')")
    page.evaluate("hear('有人绊倒')")
    assert page.input_value("#words-words") == "三号楼窨井盖没了，有人绊倒"
    page.tap("button:has-text('停止')")
    page.wait_for_selector(speak)
    until(page, "location.hash.split('/').length === 3")
    page.reload()
    page.wait_for_selector("#words-words")
    until(page, "document.querySelector('#words-words').value.includes('有人绊倒')")
    page.tap(speak)
    page.wait_for_selector("button:has-text('停止')")  # the yes is asked for once


def test_what_waits_is_left_to_the_device_when_the_phone_is_put_away(page: Any, network: Network) -> None:
    network.cut()
    write_report(page, "路灯不亮，没有网络")
    page.evaluate(
        """() => {
            Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    until(
        page,
        "navigator.serviceWorker.ready.then((found) => found.sync.getTags()).then((tags) => tags.includes('outbox'))",
    )
