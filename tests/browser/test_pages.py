"""Every page, Chinese and English, on a desk and on a small phone: nothing serious for axe, nothing wider than it.

And no Chinese words are left where an English page speaks for itself. The screens of the phone are in `test_phone`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Error

from anxin.kernel import areas, bodies, clock, files, flow, registry
from anxin.kernel.bodies import SYSTEM, Actor, Body, Post
from anxin.kernel.matters import Matter
from anxin.kernel.orders import LEAD, WITHDRAWN, Order
from anxin.understanding.models import HotIssue, HotMember
from anxin.web.administration.models import ReplyTemplate
from tests.browser.conftest import AXE, Enter
from tests.cast import Cast, body, garage

DESK, PHONE = (1440, 900), (360, 780)
OPENED = "for (const each of document.querySelectorAll('main details')) each.open = true"
WIDE = """() => {
  const more = document.documentElement.scrollWidth - innerWidth;
  if (more <= 1) return "";  // half a pixel is no scroll bar
  const last = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .filter((e) => !e.closest("svg *")).slice(-3).map((e) => e.outerHTML.slice(0, 90));
  return `${more} px wider than the screen: ${last.join(" | ")}`;
}"""
FOUND = """() => axe.run(document, {resultTypes: ["violations"], preload: false}).then((r) => r.violations
  .filter((v) => ["serious", "critical"].includes(v.impact))
  .map((v) => `${v.id}: ` + v.nodes.slice(0, 4).map((n) => `${n.target} ${n.html.slice(0, 110)}`).join(" | ")))"""
SPOKEN = "label, button, h1, h2, h3, h4, legend, summary, th, dt, nav a, .btn, .hint, .empty, .notice, figcaption"
SAID = """(spoken) => {
  const own = (e) => e.closest("[lang]") === document.documentElement;
  const found = [document.title];
  for (const e of document.querySelectorAll(spoken)) {
    if (!e.checkVisibility()) continue;
    const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT, (t) => own(t.parentElement) ? 1 : 2);
    let said = "";
    while (texts.nextNode()) said += ` ${texts.currentNode.data.trim()}`;
    found.push(said);
  }
  for (const e of [...document.querySelectorAll("[aria-label], [placeholder], [title]")].filter(own))
    found.push(e.getAttribute("aria-label"), e.getAttribute("placeholder"), e.title);
  return found.filter((text) => text && /[\\u4e00-\\u9fff]/.test(text));
}"""
"""What a page says itself; what it quotes in another language says so (`lang`)."""
TYPED = """() => {
  for (const e of document.querySelectorAll("main form:has([name=seen]) :is(input, select, textarea)")) {
    if (e.type === "hidden" || e.hidden || e.value || e.type === "file" || e.readOnly) continue;
    if (e.tagName === "SELECT") e.selectedIndex = 1;
    else if (e.type === "date") e.value = new Date(Date.now() + 864e6).toISOString().slice(0, 10);
    else if (e.type === "number") e.value = "3";
    else if (!["checkbox", "radio"].includes(e.type)) e.value = "核对";
  }
}"""

Act = Callable[[Any], object]


# ---- the city that is looked at -------------------------------------------------------------------------------------


def lead(matter: Matter) -> Order:
    """The order of the lead."""
    return Order.objects.exclude(state=WITHDRAWN).get(matter=matter, role=LEAD)


def told(cast: Cast, **more: Any) -> Matter:
    """Another matter in the garage; without danger, or the worker would call 110 in at a moment of its own."""
    words = {"title": "湘南公寓下水道排水慢", "narrative": "湘南公寓门口下水道排水比较慢，希望有空来疏通一下。"}
    said = {**words, "address": "七星街道湘南公寓", **more}
    return flow.report(garage(**said), cast.resident).matter


def signed(cast: Cast, by: Actor | None = None) -> Matter:
    """A matter whose lead is at work."""
    found = told(cast)
    by = by or cast.water
    flow.dispatch(found, cast.dispatcher, bodies.directory().by_id[by.body or 0], [(body("330402.power"), "断电")])
    for order in Order.objects.filter(matter=found).exclude(state=WITHDRAWN):
        flow.sign(order, cast.power if order.body_id == cast.power.body else by)
    return found


def picture() -> str:
    """A photo of what was done, kept; its hash."""
    written = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 130, 170)).save(written, "PNG")
    return files.store(files.clean(written.getvalue())).sha256


def finished(cast: Cast) -> Matter:
    """A matter that has only to be answered."""
    found = told(cast)
    flow.dispatch(found, cast.dispatcher, body("330402.water"))
    flow.sign(lead(found), cast.water)
    flow.contact(lead(found), cast.water, True, "已说明")
    flow.arrive(lead(found), cast.water)
    flow.finish(lead(found), cast.water, "排水完毕，已清理现场。", [picture()])
    return found


def answered(cast: Cast) -> Matter:
    """A matter whose answer waits for a judgement."""
    found = finished(cast)
    flow.reply(found, SYSTEM, "积水已排完。")
    return found


def closed(cast: Cast) -> Matter:
    """A matter that came to its end."""
    found = answered(cast)
    flow.call_back(found, cast.callback, True, True, "satisfied")
    if found.state != "closed":
        flow.close(found, SYSTEM)
    return found


def planted(cast: Cast) -> dict[str, Matter]:
    """A matter in each state, and with each thing that waits for a decision."""
    found = {name: told(cast) for name in ("reported", "merged", "refused", "police", "watched")}
    found["confidential"] = told(cast, confidential=True)
    found["working"] = signed(cast)
    flow.consult(found["working"], cast.dispatcher, "排水", "继续抽水", participants=[body("330402.water")])
    flow.note(found["working"], cast.water, "水泵已到。")
    flow.merge(found["merged"], cast.dispatcher, found["working"])
    flow.refuse(found["refused"], cast.seat, "已进入诉讼程序", "人民法院（诉讼）")
    flow.transfer_to_police(found["police"], cast.seat, "有人动手")
    flow.supervise(found["watched"], cast.supervisor, "yellow", "进度慢")
    found["returning"] = signed(cast)
    flow.hand_back(lead(found["returning"]), cast.water, "不属本局", "三定方案第五条", body("330402.housing"))
    found["longer"] = signed(cast)
    flow.contact(lead(found["longer"]), cast.water, False, "无人接听")
    flow.ask_more_time(lead(found["longer"]), cast.water, 1, "水泵要从外地调来")
    found["resting"] = signed(cast)
    flow.suspend(found["resting"], cast.arbiter, "等鉴定", clock.now() + timedelta(days=3))
    found["finished"], found["replied"], found["closed"] = finished(cast), answered(cast), closed(cast)
    found["reopened"] = closed(cast)
    flow.reopen(found["reopened"], cast.resident, "又进水了")
    moment = clock.now()
    hot, _made = HotIssue.objects.update_or_create(
        number="260000-hot", defaults={
            "title": "湘南公寓地下车库进水", "place": "湘南公寓", "words": ["进水"], "first": moment, "last": moment,
            "size": 5, "people": 4, "trend": "rising", "heat": 8.0, "why": "5", "day": areas.today(),
            "counted_at": moment,
        },
    )  # fmt: skip
    HotMember.objects.get_or_create(issue=hot, matter=found["reported"])
    return found


def data() -> re.Pattern[str]:
    """What stays as it is in every language: names of areas, bodies, posts, persons, and what people reported."""
    return _data(Matter.objects.count(), Body.objects.count())


@cache
def _data(_matters: int, _bodies: int) -> re.Pattern[str]:
    names: set[str] = {"中文", *(each.name for each in areas.tree().areas.values())}
    names |= set(Body.objects.values_list("name", flat=True))
    names |= {garage().narrative, *Matter.objects.values_list("title", flat=True)}
    names |= set(Post.objects.values_list("title", flat=True).distinct())
    names |= set(ReplyTemplate.objects.values_list("title", flat=True))
    names |= {garage().title, settings.CITY_NAME, "南湖区", "嘉兴市", "安心"}
    names |= {"湘南公寓下水道排水慢", "进水", "湘南公寓", "车库"}
    names |= {"没有这样的词", "已进入诉讼程序", "人民法院（诉讼）"}
    longest = sorted(filter(None, names), key=len, reverse=True)
    return re.compile(r"[\u4e00-\u9fff]\*+|" + "|".join(map(re.escape, longest)))


# ---- the pages ------------------------------------------------------------------------------------------------------


def pages_of_the_desk(m: dict[str, Matter]) -> dict[str, list[str]]:
    """Whose pages are looked at: signing-in names and addresses."""
    at = {name: f"/desk/matters/{each.number}" for name, each in m.items()}
    room = "/desk/administration"
    return {
        "li.juan": [
            "/desk/", "/desk/?tab=mine&view=map&overdue=1&kind=onekey.water", "/desk/new", "/desk/hot",
            "/desk/search?q=车库", "/desk/search?q=没有这样的词", "/desk/notifications/", "/desk/matters/260101-1",
            *(at[name] for name in m), f"{at['working']}/print", "/desk/identity/", "/desk/identity/password",
            "/desk/identity/codes",
            "/situation/", "/situation/330402015", "/situation/330402015/briefing", "/situation/330402015/roster",
            "/situation/330402015/rules", "/situation/330402015/rules/new", "/situation/330402015/screens",
            "/situation/drills", "/situation/wall?turn=500",
        ],
        "sun.li": ["/desk/", at["working"], at["longer"], at["returning"]],
        "chen.min": ["/desk/", "/desk/new", at["replied"], at["confidential"]],
        "feng.xue": ["/desk/", at["replied"], at["closed"]],
        "zheng.hua": ["/desk/", "/desk/accuracy", at["returning"], at["longer"], at["resting"], "/situation/"],
        "shen.tao": ["/desk/", "/situation/", "/situation/drills", at["working"]],
        "lin.bo": ["/desk/", "/channels/publicpost/"],
        "gao.yang": [
            "/desk/", f"{room}/", f"{room}/history", f"{room}/areas", f"{room}/areas/330402015", f"{room}/bodies",
            f"{room}/bodies/new", f"{room}/bodies/import", f"{room}/bodies/330402.water",
            f"{room}/posts/330402.water.clerk", f"{room}/people", f"{room}/people/new", f"{room}/people/sun.li",
            f"{room}/kinds", f"{room}/kinds/onekey.water", f"{room}/limits", f"{room}/calendar", f"{room}/channels",
            f"{room}/channels/hotline", f"{room}/templates", f"{room}/templates/new", "/desk/deliveries",
            "/desk/identity/accounts", "/desk/identity/accounts/li.juan", "/desk/identity/log", "/situation/platforms",
            *(f"{room}/limits/{code}" for code in sorted(registry.rules())[:1]),
        ],
    }  # fmt: skip


def pages_of_the_residents(m: dict[str, Matter]) -> list[str]:
    """What everybody can open."""
    follow = [f"/follow/{each.number}/{each.follow_code}" for each in m.values()]
    found = ["/", "/report", "/follow", "/around", "/notice", "/no-such-page", "/follow/260101-1/AAAAAAAA"]
    return [*found, *follow, "/desk/sign-in", "/desk/no-such-page"]


class Look:
    """Looks at page after page of one person in one language, and remembers what is wrong."""

    def __init__(self, page: Any, language: str) -> None:
        self.page, self.language = page, language
        self.found: list[str] = []
        home = page.evaluate("location.origin")
        page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": home}])

    def at(self, address: str, act: Act | None = None, name: str = "") -> None:
        """Open a page, do something on it, look at it as wide as a desk and as narrow as a phone."""
        self.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        try:
            self.page.goto(address)
        except Error as error:
            self.found.append(f"{address}: {error.message[:100]}")
            return
        if act is not None:
            act(self.page)
        self.now(f"{address} {name}".strip())

    def now(self, name: str) -> None:
        """Look at what stands on the screen."""
        page = self.page
        page.evaluate(OPENED)
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text())
        if self.language == "en":
            self._words(page.evaluate(SAID, SPOKEN), name)
        for width, height in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            if wide := page.evaluate(WIDE):
                self.found.append(f"{self.language} {width} {name}: {wide}")
            self.found += [f"{self.language} {width} {name}: {each}" for each in page.evaluate(FOUND)]

    def _words(self, said: Iterable[str], name: str) -> None:
        left = {each for each in said if re.search("[\u4e00-\u9fff]", data().sub("", each))}
        self.found += [f"Chinese words on {name}: {each[:200]}" for each in sorted(left)]

    def links(self, pattern: str) -> list[str]:
        """Addresses on the page that fit, each once."""
        found = self.page.eval_on_selector_all("main a[href]", "(all) => all.map((a) => a.getAttribute('href'))")
        return [each for each in dict.fromkeys(found) if re.search(pattern, each)]


def previewed(page: Any) -> None:
    """Stand on the first line and let it be shown beside the list."""
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.wait_for_selector("#pane:not([hidden]) h2")


def many(page: Any) -> None:
    """Tick lines and begin with the first verb for many."""
    page.locator("#lines .tick").first.check()
    page.locator("#bulk button[name=verb]").first.click()
    page.wait_for_selector("#over[open] form")


def keeping(page: Any) -> None:
    """Keep what is shown as a view of one's own."""
    page.evaluate("document.querySelector('#v-title').value = 'Kept'")
    page.evaluate("document.querySelector('.keep-now').requestSubmit()")
    page.wait_for_selector(".views a:has-text('Kept')")


def dropped(page: Any) -> None:
    """Keep it no longer."""
    page.evaluate("document.querySelector('.kept button[value=drop]').click()")
    page.wait_for_selector(".views", state="detached")


def on_the_desk(look: Look, addresses: list[str], done: set[str]) -> None:
    """The pages of somebody signed in; of each matter also the form of every verb that was not seen before."""
    for address in addresses:
        look.at(address)
        if re.search(r"/matters/[0-9]{6}-[0-9]+$", address):
            for link in look.links(r"^\?do="):
                if (verb := re.split("[=.~#:-]", link)[1]) not in done:
                    done.add(verb)
                    look.at(f"{address}{link}")


def rooms_of_administration(look: Look, addresses: list[str], most: int) -> None:
    """The pages of administration; of each subject also the form of a change and what it says of its consequences."""
    for address in addresses:
        look.at(address)
        acts = [each for each in look.links(rf"^{re.escape(address)}/[a-z][a-z-]+$") if not each.endswith("/export")]
        for act in acts[:most]:
            look.at(act)
            look.page.evaluate(TYPED)
            if not look.page.locator("button[value=preview]").count():
                continue
            look.page.locator("button[value=preview]").click()
            look.page.wait_for_load_state()
            look.now(f"{act} preview")


def steps_of_a_report(look: Look) -> None:
    """The second and the third step, and a report without words."""
    page = look.page
    page.goto("/report")
    page.fill("#said", "湘南公寓地下车库进水，水很深。")
    for number in (2, 3):
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.locator("button.main:visible").last.click()
        look.now(f"/report step {number}")


MOST = 2
"""Changes that are begun of each subject of administration."""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_are_for_everybody(person: Enter, live_city: Cast, language: str) -> None:
    matters, done, found = planted(live_city), set[str](), list[str]()
    for login, addresses in pages_of_the_desk(matters).items():
        look = Look(person(login, reduced_motion="reduce"), language)
        if login == "gao.yang":
            rooms_of_administration(look, addresses, MOST)
        else:
            on_the_desk(look, addresses, done)
        if login == "li.juan":
            look.at("/desk/", previewed, "with a preview")
            look.at("/desk/", many, "with a form for many")
            look.at("/desk/", keeping, "with a view of one's own")
            dropped(look.page)
            tabs = look.page.locator(".tabs a").evaluate_all("(all) => all.map((a) => a.getAttribute('href'))")
            for tab in tabs[1:]:
                look.at(f"/desk/{tab}")
        found += look.found
    page = person(reduced_motion="reduce")
    page.goto("/")
    look = Look(page, language)
    for address in pages_of_the_residents(matters):
        look.at(address)
    steps_of_a_report(look)
    assert "\n".join(dict.fromkeys(found + look.found)) == ""
