"""The persons and places every test knows: the demo city's named cast, as actors on their posts.

resident 王建国 (湘南公寓) · seat 陈敏 · calltaker 赵强 · operator 林波 · dispatcher 李娟 · field 周伟 · grid 吴芳
water 孙立 (leads or helps in the garage) · power 何丽 · fire 马骏 · enforcement 钱进 (a stranger to the garage)
arbiter, supervisor 郑华 · callback 冯雪 · leader 沈涛 · admin 高扬
"""

from __future__ import annotations

from dataclasses import dataclass

from anxin.kernel import areas, bodies
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.matters import Report
from anxin.kernel.people import Particulars

GARAGE = (30.7856, 120.8330)
"""A point in 湘南网格, 七星街道 (WGS-84), where the garage stands."""
ELSEWHERE = (30.8430, 120.9230)
"""A point in 嘉善县."""
OUTSIDE = (31.2304, 121.4737)
"""A point in another province."""


RESIDENT = Actor(role="resident", channel="web")
HOTLINE = Actor(role="channel", channel="hotline")
POLICE = Actor(role="channel", channel="police")


@dataclass(frozen=True)
class Cast:
    """Everybody, by what they do."""

    seat: Actor
    calltaker: Actor
    operator: Actor
    dispatcher: Actor
    field: Actor
    grid: Actor
    water: Actor
    power: Actor
    fire: Actor
    enforcement: Actor
    arbiter: Actor
    supervisor: Actor
    callback: Actor
    leader: Actor
    admin: Actor
    resident: Actor = RESIDENT
    hotline: Actor = HOTLINE
    police: Actor = POLICE


def actor(post_code: str) -> Actor:
    """The actor on a post, with whoever holds it."""
    post = Post.objects.select_related("body__area", "area").get(code=post_code)
    holding = post.holdings.filter(valid_to=None).first()
    return bodies.actor_of(post, holding.account_id if holding else None)


def gather() -> Cast:
    """The cast on its posts."""
    return Cast(
        seat=actor("330400.hotline.seat-1"),
        calltaker=actor("330400.call110.calltaker-1"),
        operator=actor("330402.network.operator-1"),
        dispatcher=actor("330402015.command.dispatcher-1"),
        field=actor("330402015.team.head"),
        grid=actor("330402015004003.worker"),
        water=actor("330402.water.clerk"),
        power=actor("330402.power.clerk"),
        fire=actor("330402.fire.clerk"),
        enforcement=actor("330402.enforcement.clerk"),
        arbiter=actor("330402.centre.arbiter"),
        supervisor=actor("330402.centre.supervisor"),
        callback=actor("330400.hotline.callback-1"),
        leader=actor("330400.peace.leader"),
        admin=actor("330400.peace.admin"),
    )


def body(code: str) -> Body:
    """A body by its code (330402.water)."""
    return bodies.body(code)


def area(code: str) -> Area:
    """An area by its code."""
    return areas.tree().by_code[code]


WANG = Particulars(name="王建国", phone="00000000001")
"""The resident; numbers of the demo are invalid by construction."""


def garage(**more: object) -> Report:
    """The flooded garage, as the resident tells it."""
    told: dict[str, object] = {
        "kind": "onekey.water",
        "title": "湘南公寓地下车库进水",
        "narrative": "湘南公寓地下车库从早上六点开始进水，已经没过车轮，配电间就在旁边，请快派人来。",
        "channel": "web",
        "lat": GARAGE[0],
        "lon": GARAGE[1],
        "address": "七星街道湘南公寓地下车库",
        "person": WANG,
    }
    return Report(**{**told, **more})  # type: ignore[arg-type]
