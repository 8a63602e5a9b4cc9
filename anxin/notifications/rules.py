"""What is worth telling, whom, and whether it presses: one line for each step of a matter. Questions, no writes.

The list is the project's own default [INF]; the field guide (2.2, 2.6, 2.7) says who acts next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from anxin.kernel import areas
from anxin.kernel.access import AREAWORK, BODYWORK, VERBS
from anxin.kernel.areas import Copy
from anxin.kernel.bodies import Holding
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Clock, Order

STEERS = frozenset({"desk", "arbiter", "supervisor", "dispatcher"})


@dataclass(frozen=True, slots=True)
class Held:
    """A post that somebody holds today."""

    account: int
    post: int
    role: str
    body: int
    level: str
    area: int


class Holders:
    """Who holds which post today, by body, by area and by post."""

    def __init__(self, held: list[Held]) -> None:
        self.by_body: dict[int, list[Held]] = {}
        self.by_area: dict[int, list[Held]] = {}
        self.by_post: dict[int, list[Held]] = {}
        for each in held:
            self.by_post.setdefault(each.post, []).append(each)
            self.by_body.setdefault(each.body, []).append(each)
            self.by_area.setdefault(each.area, []).append(each)

    def of_body(self, body: int | None, roles: frozenset[str] = BODYWORK) -> list[Held]:
        """Posts of a body with one of the roles."""
        return [each for each in self.by_body.get(body or 0, ()) if each.role in roles]

    def of_area(self, matter: Matter, roles: frozenset[str], *levels: str) -> list[Held]:
        """Posts whose own area is the matter's town, county ... (`levels`), with one of the roles."""
        at = {"town": matter.town_id, "county": matter.county_id, "grid": matter.grid_id}
        found = (self.by_area.get(at.get(level) or 0, ()) for level in levels)
        return [each for posts in found for each in posts if each.role in roles and each.level in levels]


def _load() -> Holders:
    day = areas.today()
    rows = (
        Holding.objects.filter(valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .select_related("post__body__area", "post__area")
    )
    found = []
    for each in rows:
        area = each.post.area or each.post.body.area
        found.append(Held(each.account_id, each.post_id, each.post.role, each.post.body_id, area.level, area.pk))
    return Holders(found)


HOLDERS: Copy[Holders] = Copy("bodies", _load)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules look at, for a batch of entries: who holds what; the body of each order, and of each clock."""

    holders: Holders
    orders: Mapping[int, int]
    clocks: Mapping[int, int | None]


def known(told: Sequence[tuple[Matter, Entry]]) -> Known:
    """What is to be known of some entries: two questions at most, however many they are."""
    clocks = [pk for _, entry in told for pk, _code, _percent in _rings(entry)]
    orders = [entry.order_id for _, entry in told if entry.order_id is not None]
    return Known(
        HOLDERS.get(),
        dict(Order.objects.filter(pk__in=orders).values_list("pk", "body_id")),
        dict(Clock.objects.filter(pk__in=clocks).values_list("pk", "order__body_id")),
    )


Told = Iterator[tuple[list[Held], int | None, str]]
"""To whom (posts), to which body's chat group, and a short detail (a code of a clock, a share)."""


def _nobody(known: Known, matter: Matter, entry: Entry) -> Told:
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing worth telling: its code, what it is called, whether it presses, and to whom it goes.

    Without a verb it is no step of a matter: whoever knows of it says it (`actions.tell_posts`).
    """

    code: str
    verb: str = ""
    title: str
    title_en: str
    to: Callable[[Known, Matter, Entry], Told] = _nobody
    pressing: Callable[[Matter, Entry], bool] = lambda matter, entry: matter.urgency == "emergency"


def _new_orders(known: Known, matter: Matter, entry: Entry) -> Told:
    """The bodies an entry has sent an order to."""
    for row, values in entry.data.get("set", {}).items():
        if row.startswith("o") and values.get("state") == "sent" and "body_id" in values:
            yield known.holders.of_body(values["body_id"]), values["body_id"], str(values.get("role", ""))


def _lead(known: Known, matter: Matter, entry: Entry) -> Told:
    yield known.holders.of_body(matter.lead_id), None, ""


def _own(known: Known, matter: Matter, entry: Entry) -> Told:
    """The body of the order the entry is about."""
    yield known.holders.of_body(known.orders.get(entry.order_id or 0)), None, ""


def _deciders(known: Known, matter: Matter, entry: Entry) -> Told:
    yield known.holders.of_area(matter, VERBS["decide_hand_back"], "county"), None, ""


def _steering(known: Known, matter: Matter, entry: Entry) -> Told:
    yield known.holders.of_area(matter, STEERS, "town", "county"), None, ""


def _room(known: Known, matter: Matter, entry: Entry) -> Told:
    """The command room of the town, and its chat group."""
    yield known.holders.of_area(matter, AREAWORK & STEERS, "town"), None, ""


def _participants(known: Known, matter: Matter, entry: Entry) -> Told:
    for body in entry.data.get("facts", {}).get("participants", ()):
        yield known.holders.of_body(body), body, ""


def _rung(known: Known, matter: Matter, entry: Entry) -> Told:
    """A clock has used 80 % or all of its time: the body it runs for; when it is over, those who supervise, too."""
    for pk, code, percent in _rings(entry):
        body = known.clocks.get(pk) or matter.lead_id
        detail = f"{code} {percent}"
        yield known.holders.of_body(body), body if percent >= 100 else None, detail
        if percent >= 100:
            yield known.holders.of_area(matter, frozenset({"supervisor", "desk"}), "county"), None, detail


def _rings(entry: Entry) -> list[tuple[int, str, int]]:
    """Clocks that an entry says have used 80 % or more: each with its code and how much."""
    return [(pk, code, percent) for pk, code, percent in entry.data.get("facts", {}).get("rung", ()) if percent >= 80]


def _over(matter: Matter, entry: Entry) -> bool:
    return matter.urgency == "emergency" or any(percent >= 100 for _, _, percent in _rings(entry))


def _unsolved(known: Known, matter: Matter, entry: Entry) -> Told:
    if matter.solved is False:
        yield known.holders.of_body(matter.lead_id), None, ""


def _helper_done(known: Known, matter: Matter, entry: Entry) -> Told:
    """The lead hears when a helper has done its part."""
    if entry.body != matter.lead_id:
        yield known.holders.of_body(matter.lead_id), None, ""


def _always(matter: Matter, entry: Entry) -> bool:
    return True


def _for_its_kind(matter: Matter, entry: Entry) -> bool:
    return matter.urgency in ("emergency", "urgent")


RULES = (
    Rule(code="order", verb="dispatch", title="新工单待签收", title_en="A new order to sign", to=_new_orders,
         pressing=_for_its_kind),
    Rule(code="moved", verb="decide_hand_back", title="改派来的工单", title_en="An order passed on to you",
         to=_new_orders),
    Rule(code="back", verb="hand_back", title="退件待裁定", title_en="A hand-back to decide", to=_deciders),
    Rule(code="decided", verb="decide_hand_back", title="退件已裁定", title_en="Your hand-back was decided", to=_own),
    Rule(code="more", verb="ask_more_time", title="延期待审批", title_en="More time to decide", to=_deciders),
    Rule(code="granted", verb="decide_more_time", title="延期已审批", title_en="More time was decided", to=_own),
    Rule(code="clock", verb="warn", title="时限预警", title_en="Time is running out", to=_rung, pressing=_over),
    Rule(code="police", verb="transfer_to_police", title="已推送 110", title_en="110 was called in", to=_room,
         pressing=_always),
    Rule(code="helped", verb="finish", title="协办已反馈", title_en="A helper has finished", to=_helper_done),
    Rule(code="meeting", verb="consult", title="会商记录", title_en="A consultation names you", to=_participants),
    Rule(code="unsolved", verb="call_back", title="诉求人表示未解决", title_en="The person says: not solved",
         to=_unsolved),
    Rule(code="again", verb="reopen", title="重新办理", title_en="Taken up again", to=_lead, pressing=_always),
    Rule(code="watched", verb="supervise", title="督办", title_en="Under supervision", to=_lead, pressing=_always),
    Rule(code="higher", verb="escalate", title="提级办理", title_en="Raised a level", to=_steering),
    Rule(code="voice", verb="add_voice", title="有人附议或补充", title_en="Somebody added a voice", to=_lead),
    Rule(code="room", title="七星阁预警", title_en="A warning of the situation room"),
    Rule(code="book", title="台账到期提醒", title_en="Something in a book of yours runs out"),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}
BY_VERB: dict[str, tuple[Rule, ...]] = {
    verb: tuple(rule for rule in RULES if rule.verb == verb) for verb in {rule.verb for rule in RULES if rule.verb}
}
