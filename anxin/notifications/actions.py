"""The writes: take note for whom it may concern, mark as read, open and close ways out, say when one is on duty."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Q

from anxin.kernel import access, changes, clock, jobs, notices, people
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import AnxinError, BadInput, NotAllowed, NotFound
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.notifications import message, rules
from anxin.notifications.models import EMAIL, EVERY, PUSH, ROBOT, SMS, WAYS, Notice, Way, Wish

BUNDLE = timedelta(seconds=20)
"""So long what presses is collected before it goes out."""
KEPT = timedelta(days=30)
"""So long a notice stays."""
CODE_VALID = timedelta(minutes=15)
MOST_WAYS = 8
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_ROBOTS = ("dingtalk", "wecombot")


class WrongCode(AnxinError):
    """确认码不对或已过期。"""

    status, code = 400, "wrong_code"


def tell(told: Sequence[tuple[Matter, Entry]]) -> None:
    """Write notices for entries, once each, and queue what leaves the house. Nobody is told of their own doing."""
    known, made = rules.known(told), []
    reached = frozenset(Way.objects.filter(ended_at=None, body__isnull=False).values_list("body", flat=True))
    for matter, entry in told:
        for rule in rules.BY_VERB.get(entry.verb, ()):
            pressing = rule.pressing(matter, entry)
            for held, body, detail in rule.to(known, matter, entry):
                what = {"matter": matter, "entry": entry.pk, "about": rule.code, "detail": detail, "at": entry.at}
                made += [
                    Notice(account_id=each.account, post=each.post, pressing=pressing, **what)
                    for each in held
                    if each.account != entry.account
                ]
                if body in reached:
                    made.append(Notice(body_id=body, pressing=pressing, **what))
    _keep(made)


def tell_posts(posts: Iterable[int], about: str, detail: str, link: str, *, pressing: bool = False) -> int:
    """Tell whoever holds these posts today of something that is no step of a matter; returns how many accounts.

    `about`: a code of `rules.RULES`; `detail`: what it is, in the house's own words, for it may leave the house;
    `link`: the path on the desk that shows it. Called in the transaction that brings it about, so it is told once.
    """
    by_post, moment = rules.HOLDERS.get().by_post, clock.now()
    held = {each.account: each.post for post in posts for each in by_post.get(post, ())}
    _keep([
        Notice(account_id=account, post=post, about=about, detail=detail, link=link, pressing=pressing, at=moment)
        for account, post in held.items()
    ])  # fmt: skip
    return len(held)


def _keep(made: list[Notice]) -> None:
    if not made:
        return
    Notice.objects.bulk_create(made, ignore_conflicts=True)
    _send_later({(each.account_id, each.body_id, each.pressing) for each in made})


def _send_later(told: set[tuple[int | None, int | None, bool]]) -> None:
    """Queue the sending for whoever has a way out of the house; always in the same order, as workers wait for keys."""
    moment, accounts = clock.now(), {account for account, _, _ in told if account}
    ways = Way.objects.filter(ended_at=None, confirmed_at__isnull=False)
    ways = ways.filter(Q(account__in=accounts) | Q(body__in={body for _, body, _ in told if body}))
    open_to = set(ways.values_list("account", "body"))
    going = [each for each in told if each[:2] in open_to]
    going.sort(key=lambda each: (each[0] or 0, each[1] or 0, each[2]))
    wishes = {each.account_id: each for each in Wish.objects.filter(account__in=[a for a, _b, _p in going if a])}
    for account, body, pressing in going:
        wish = wishes.get(account or 0) or (Wish(account_id=account) if account else Wish())
        after = when(wish, moment, pressing)
        to, kind = ("a", account) if account else ("b", body), "now" if pressing else "later"
        jobs.add("notify", {"account": account, "body": body, "pressing": pressing}, after=after,
                 key=f"{to[0]}{to[1]}:{kind}")  # fmt: skip


def when(wish: Wish, moment: datetime, pressing: bool) -> datetime:
    """When something told now is to leave: at once, with the next digest, or when duty begins (looked for 14 days)."""
    due = moment + (BUNDLE if pressing or not wish.every else timedelta(minutes=wish.every))
    if (pressing and wish.pressing_always) or wish.account_id is None:
        return due
    local = due.astimezone(clock.TZ)
    for ahead in range(15):
        day = local + timedelta(days=ahead)
        hours = wish.hours(day.weekday())
        if hours is None:
            continue
        begin, end = (day.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0) for at in hours)
        if local < begin:
            return begin
        if ahead == 0 and local <= end and wish.every != 1440:
            return local
    return due


@jobs.handler("notify", batch=1)
def notify(batch: list[jobs.Job]) -> None:
    """Hand what one account (or a body's chat group) has not read yet to its ways, as one message for each way."""
    for job in batch:
        account, body = job.payload["account"], job.payload["body"]
        unsent = Notice.objects.filter(account=account, body=body, sent_at=None, read_at=None).order_by("pk")
        if job.payload["pressing"]:
            unsent = unsent.filter(pressing=True)
        wish = Wish.objects.filter(account=account).first() if account else None
        muted = set(wish.muted) if wish else set()
        chosen = [each for each in unsent[:200] if each.pressing or each.about not in muted]
        pressing = any(each.pressing for each in chosen)
        moment = clock.now()
        for way in Way.objects.filter(account=account, body=body, ended_at=None, confirmed_at__isnull=False):
            ids = [each.pk for each in chosen if each.pressing or not way.only_pressing]
            if ids:
                payload = {"way": way.pk, "notices": ids, "pressing": pressing}
                notices.queue(way.kind, f"notify:{way.pk}:{ids[0]}-{ids[-1]}", payload, moment)
        unsent.update(sent_at=moment)


@jobs.every(seconds=3600)
def let_go() -> None:
    """What is older than a month goes."""
    Notice.objects.filter(at__lt=clock.now() - KEPT).delete()


def read(account: int, ids: Sequence[int] | None = None, *, matter: int | None = None) -> int:
    """Mark an account's own notices as read: these, those of a matter, or all. Returns how many were not."""
    mine = Notice.objects.filter(account=account, read_at=None)
    if ids is not None:
        mine = mine.filter(pk__in=ids)
    if matter is not None:
        mine = mine.filter(matter=matter)
    return mine.update(read_at=clock.now())


def unread(account: int) -> int:
    """How many notices an account has not read, counted up to a hundred."""
    return Notice.objects.filter(account=account, read_at=None)[:100].count()


def unread_of(accounts: Sequence[int]) -> dict[int, int]:
    """How many each account has not read (those that have any), in one question."""
    rows = Notice.objects.filter(account__in=accounts, read_at=None).values("account").annotate(n=Count("pk"))
    return dict(rows.values_list("account", "n"))


# ---- ways out of the house --------------------------------------------------------------------------------------


def open_way(by: Actor, kind: str, address: str, *, label: str = "", body: Body | None = None) -> Way:
    """Add a way; an e-mail address or a number has to be confirmed with the code that is sent there.

    `body`: the chat group of a body, added by whoever administers it. Raises BadInput, NotAllowed, and LimitReached
    beyond eight ways.
    """
    address = _checked(kind, address)
    if body is not None:
        access.administer(by, "posts", area=body.area_id)
    if (kind == ROBOT) != (body is not None):
        raise BadInput(fields={"kind": "群机器人属于单位，其他方式属于个人"})
    owner: dict[str, Any] = {"body": body} if body is not None else {"account_id": by.account}
    if body is None and by.account is None:
        raise NotAllowed
    if Way.objects.filter(ended_at=None, **owner).count() >= MOST_WAYS:
        raise BadInput(fields={"kind": f"最多 {MOST_WAYS} 个"})
    mark = hmac.digest(settings.PHONE_MARK_KEY.encode(), f"way:{address}".encode(), "sha256")[:16]
    moment, known = clock.now(), Way.objects.filter(ended_at=None, mark=mark, kind=kind, **owner).first()
    with transaction.atomic():
        way = known or Way.objects.create(
            kind=kind, label=label[:40] or _masked(kind, address), address=people.lock(address), mark=mark,
            created_at=moment, confirmed_at=moment if kind in (PUSH, ROBOT) else None, **owner,
        )  # fmt: skip
        if way.confirmed_at is None:
            _send_code(way, moment)
        if known is None:
            changes.record(by, "notification_way", str(way.pk), {}, {"kind": kind, "open": True})
    return way


def _send_code(way: Way, moment: datetime) -> None:
    code = f"{secrets.randbelow(10**6):06d}"
    way.code, way.code_until = _code_mark(way, code), moment + CODE_VALID
    way.save(update_fields=["code", "code_until"])
    payload = {"way": way.pk, "notices": [], "code": code}
    notices.queue(way.kind, f"confirm:{way.pk}:{int(moment.timestamp())}", payload, moment)


def _code_mark(way: Way, code: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY}:{way.pk}:{code}".encode()).hexdigest()


def confirm(by: Actor, pk: int, code: str) -> None:
    """Confirm an own way with the code that was sent there. Raises WrongCode; five wrong tries end the code."""
    way = _mine(by, pk)
    good = way.code_until is not None and clock.now() < way.code_until
    if not good or not hmac.compare_digest(way.code.partition("!")[0], _code_mark(way, code.strip())):
        Way.objects.filter(pk=way.pk).update(code=f"{way.code}!" if way.code.count("!") < 4 else "")
        raise WrongCode
    Way.objects.filter(pk=way.pk).update(confirmed_at=clock.now(), code="", code_until=None)


def close_way(by: Actor, pk: int) -> None:
    """End a way; nothing is sent there any more and its address is forgotten. Raises NotFound."""
    way = _mine(by, pk)
    with transaction.atomic():
        Way.objects.filter(pk=way.pk).update(ended_at=clock.now(), address=b"", code="")
        changes.record(by, "notification_way", str(way.pk), {"kind": way.kind, "open": True}, {"open": False})


def try_way(by: Actor, pk: int) -> None:
    """Send a test message."""
    way, moment = _mine(by, pk), clock.now()
    payload = {"way": way.pk, "notices": [], "test": True}
    notices.queue(way.kind, f"test:{way.pk}:{int(moment.timestamp()) // 30}", payload, moment)


def _mine(by: Actor, pk: int) -> Way:
    way = Way.objects.filter(pk=pk, ended_at=None).select_related("body").first()
    if way is None:
        raise NotFound
    if way.body is not None:
        access.administer(by, "posts", area=way.body.area_id)
    elif way.account_id != by.account:
        raise NotFound
    return way


def _checked(kind: str, address: str) -> str:
    address = address.strip()
    if kind == EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise BadInput(fields={"address": "不是有效的电子邮件地址"}) from None
    elif kind == SMS:
        address = re.sub(r"[\s-]", "", address)
        if not _PHONE.fullmatch(address):
            raise BadInput(fields={"address": "不是有效的手机号码"})
    elif kind == PUSH:
        return _subscription(address)
    elif kind == ROBOT:
        if not re.fullmatch(rf"({'|'.join(_ROBOTS)})://[A-Za-z0-9_@/-]{{8,200}}", address):
            raise BadInput(fields={"address": "应为 dingtalk://密钥@令牌/ 或 wecombot://机器人key"})
    else:
        raise BadInput(fields={"kind": "、".join(WAYS.values())})
    return address


def _subscription(address: str) -> str:
    """A browser's push subscription, as its JSON; only https, only services we send to, only what is needed."""
    try:
        told = msgspec.json.decode(address[:4000])
        kept = {"endpoint": told["endpoint"], "keys": {name: told["keys"][name] for name in ("p256dh", "auth")}}
        good = str(kept["endpoint"]).startswith("https://") and message.pushes_to(str(kept["endpoint"]))
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
        good = False
    if not good:
        raise BadInput(fields={"address": "无法识别的推送订阅"})
    return msgspec.json.encode(kept).decode()


def _masked(kind: str, address: str) -> str:
    if kind == SMS:
        return people.mask_phone(address)
    if kind == EMAIL:
        name, _at, host = address.partition("@")
        return f"{name[:1]}***@{host}"
    return {PUSH: "本浏览器", ROBOT: address.partition(":")[0]}[kind]


def wish(by: Actor, *, duty: list[list[str]], every: int, pressing_always: bool, muted: Sequence[str]) -> None:
    """Say when one is on duty and how often one wants to hear. Raises BadInput."""
    if by.account is None:
        raise NotAllowed
    if every not in EVERY:
        raise BadInput(fields={"every": "、".join(EVERY.values())})
    asked = Wish(account_id=by.account, duty=duty, every=every, pressing_always=pressing_always,
                 muted=[code for code in muted if code in rules.BY_CODE])  # fmt: skip
    if len(duty) != 7:
        raise BadInput(fields={"duty": "一周七天"})
    for day in range(7):
        try:
            hours = asked.hours(day)
        except (ValueError, TypeError):
            raise BadInput(fields={"duty": "时间应为 08:30 的形式"}) from None
        if hours is not None and hours[0] >= hours[1]:
            raise BadInput(fields={"duty": "结束须晚于开始；跨夜的请分成两天"})
    with transaction.atomic():
        before = Wish.objects.filter(account=by.account).values("duty", "every", "pressing_always", "muted").first()
        asked.save()
        after = {"duty": duty, "every": every, "pressing_always": pressing_always, "muted": asked.muted}
        changes.record(by, "notification_wish", str(by.account), before or {}, after)
