"""What every write has in common, and contracts, entered work and answers to a second look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from anxin.kernel import areas, changes, clock, deeds, files, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import BadInput, InTheFuture, NotAllowed, NotFound, NotNow, ReasonNeeded
from anxin.kernel.matters import Matter
from anxin.kernel.people import Account
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.figures import shown
from anxin.programmes.gridpay.rules import entry, formula

VERDICTS = ("true", "duplicate", "false")


def note(
    by: Actor, about: str, subject: object, before: Mapping[str, Any], after: Mapping[str, Any], reason: str = ""
) -> None:
    """Write a change down in the book of changes."""
    changes.record(by, f"gridpay.{about}", str(subject), before, after, reason)


def said(words: str, field: str = "reason") -> str:
    """Words that must be there, at most 500 letters. Raises ReasonNeeded, BadInput."""
    words = words.strip()
    if not words:
        raise ReasonNeeded(fields={field: "必填"})
    if len(words) > 500:
        raise BadInput(fields={field: "不超过500字"})
    return words


def county_of(area: int) -> Area:
    """The county an area lies in. Raises NotFound."""
    tree = areas.tree()
    found = tree.place(area, areas.today()).county
    if found is None:
        raise NotFound
    return tree.areas[found]


@transaction.atomic
def take_on(
    by: Actor, *, post: Post, account: Account, grade: str, step: int, since: date, valid_from: date,
    certificate: str = "", reason: str = "", exception: bool = False
) -> book.Contract:  # fmt: skip
    """Enter on which terms a post is paid. A person already paid on another post is refused (TwoPosts), or, as an
    `exception` with its reason by an approver (right gridpay.approve), recorded without pay."""
    area = post.area_id or 0
    rights.enter(by, "gridpay.approve" if exception else "gridpay.manage", area=area)
    if changes.repeated(by, "gridpay.contract"):
        return book.Contract.objects.filter(post=post).latest("pk")
    f = formula.declared(valid_from)
    if post.role != "grid_worker" or grade not in f["base"] or not 1 <= step <= len(f["base"][grade]):
        raise BadInput(fields={"grade": "只有专职网格员按此表计薪，等级和档次须在基本工资表内"})
    if since > valid_from or (certificate and certificate not in f["certificate"]):
        raise BadInput(fields={"since": "入职日期不能晚于起薪日期"})
    after = book.Contract.objects.select_for_update().filter(valid_to=None) | book.Contract.objects.filter(
        valid_to__gt=valid_from
    )
    other = after.filter(account=account, paid=True).exclude(post=post).first()
    if other is not None and not exception:
        raise entry.TwoPosts(str(other.post))
    row = book.Contract(
        post=post, account=account, grade=grade, step=step, since=since, certificate=certificate, valid_from=valid_from,
        paid=not exception, approved_post=by.post if exception else None, reason=said(reason) if exception else reason
    )  # fmt: skip
    with deeds.refusing(one_contract_a_post=entry.PostTaken, one_paid_post_a_person=entry.PostTaken):
        row.save()
    note(by, "contract", row.pk, {}, {"post": post.code, "account": account.pk, "grade": grade, "step": step,
                                      "from": valid_from, "paid": row.paid}, row.reason)  # fmt: skip
    return row


@transaction.atomic
def enter(
    by: Actor, *, post: Post, sort: str, day: date, amount: int = 1, words: str = "", content: bytes | None = None,
    matter: Matter | None = None
) -> book.Effort:  # fmt: skip
    """Enter patrol (one record a day, in rounds), learning (hours) or a complaint found true, with its evidence.

    A worker enters for the own post only, and somebody else confirms; what another post enters is confirmed by that.
    Raises EvidenceNeeded, RecordedAlready, InTheFuture, Locked.
    """
    rights.enter(by, "gridpay.enter", area=post.area_id)
    own = by.post == post.pk
    if (by.role == "grid_worker" and not own) or (sort == book.COMPLAINT and by.role != "supervisor"):
        raise NotAllowed
    if changes.repeated(by, "gridpay.effort"):
        return book.Effort.objects.filter(post=post).latest("pk")
    if sort not in (book.PATROL, book.LEARNING, book.COMPLAINT) or not 1 <= amount <= 24:
        raise BadInput(fields={"amount": "1-24"})
    if day > areas.today():
        raise InTheFuture
    if content is None and matter is None:
        raise entry.EvidenceNeeded
    _still_open(post, day)
    now = clock.now()
    row = book.Effort(post=post, sort=sort, day=day, amount=amount, words=words.strip()[:500],
                 evidence=files.keep(content) if content else None,
                 matter=matter,
                 entered_at=now, entered_post=by.post)  # fmt: skip
    if not own:
        row.confirmed_at, row.confirmed_post = now, by.post
    with deeds.refusing(one_patrol_record_a_day=entry.RecordedAlready):
        row.save()
    note(by, "effort", row.pk, {}, {"post": post.code, "sort": sort, "day": day, "amount": amount})
    return row


def _still_open(post: Post, day: date) -> None:
    run = book.Run.objects.filter(county=county_of(post.area_id or 0), month=day.replace(day=1)).first()
    if run is not None and run.published_at is not None:
        raise entry.Locked


@transaction.atomic
def confirm(by: Actor, pk: int) -> None:
    """Confirm what a worker entered; never by the post that entered it. Raises SameHand, NotNow, Locked."""
    row = deeds.held(book.Effort.objects.select_related("post"), pk=pk)
    rights.enter(by, "gridpay.confirm", area=row.post.area_id)
    if by.post in (row.entered_post, row.post_id):
        raise entry.SameHand
    if row.confirmed_at is not None:
        return
    _still_open(row.post, row.day)
    row.confirmed_at, row.confirmed_post = clock.now(), by.post
    row.save()
    note(by, "effort", row.pk, {"confirmed": False}, {"confirmed": True})


@transaction.atomic
def look_again(by: Actor, pk: int, result: str, words: str) -> None:
    """Say what a second look at a drawn event found: by the worker of the grid it was drawn for, before the month is
    made known. Raises NotFound, NotNow."""
    rights.enter(by, "gridpay.check")
    row = deeds.held(book.Draw.objects.select_related("run"), pk=pk, checker=by.post)
    if result not in VERDICTS:
        raise BadInput(fields={"result": "必选"})
    if row.run.published_at is not None or row.done_at is not None:
        raise NotNow
    row.result, row.words, row.done_at = result, said(words, "words"), clock.now()
    row.save()
    note(by, "draw", row.pk, {"result": ""}, {"result": result})


def own_contract(by: Actor, contract: book.Contract) -> None:
    """Raise NotAllowed unless the contract is the actor's own."""
    if by.role != "grid_worker" or not shown.is_own(by, contract):
        raise NotAllowed
