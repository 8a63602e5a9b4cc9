"""How a verb is carried out: lock, check, change, write down, tell - the same for all of them.

A verb is a plain function on a `Change`, declared in flow.py with the states it needs. Calling it locks the matter
(always before its orders), finds a retry by its key, asks `access` and the guards of the kind's owner, runs the
function, writes one entry and queues one job in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec

import msgspec
from django.db import IntegrityError, models, transaction

from anxin.kernel import access, clock, jobs, journal, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound, NotNow
from anxin.kernel.journal import Change
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Order

P = ParamSpec("P")
VERBS: dict[str, Verb[Any]] = {}


class Verb(Generic[P]):
    """One verb of the desk. Called with the matter or order it is used on and the actor, then what it asks for.

    Returns the change, with `matter`, `order` and `entry`; a retry under the same key returns `repeated=True`.
    Raises NotFound, NotAllowed, NotNow, KeyReused, GuardRefused and what the verb itself raises.
    """

    def __init__(
        self,
        do: Callable[Concatenate[Change, P], None],
        title: str,
        states: tuple[str, ...],
        order_states: tuple[str, ...] | None,
    ) -> None:
        self.do, self.name, self.title, self.states, self.order_states = do, do.__name__, title, states, order_states
        self.__doc__, self.__name__ = do.__doc__, do.__name__
        VERBS[self.name] = self

    @property
    def on_order(self) -> bool:
        """Whether the verb is used on one body's order rather than on the matter."""
        return self.order_states is not None

    def fits(self, matter: Matter, order: Order | None = None) -> bool:
        """Whether the states allow the verb now."""
        if self.states and matter.state not in self.states:
            return False
        return self.order_states is None or (order is not None and order.state in self.order_states)

    def __call__(self, target: Matter | Order, by: Actor, *args: P.args, **kwargs: P.kwargs) -> Change:
        """Use the verb, all or nothing."""
        matter_id = target.matter_id if isinstance(target, Order) else target.pk
        order_id = target.pk if isinstance(target, Order) else None
        running = journal.bulk_now()
        if running is not None and matter_id in running.changes:
            try:
                return self.run(running.changes[matter_id], by, order_id, *args, **kwargs)
            except Exception:  # whatever refused it: the matter leaves the batch untouched
                running.refused(matter_id)
                raise
        said = digest(self.name, matter_id, order_id, args, kwargs) if by.key else ""
        try:
            with transaction.atomic():
                _lock_both(matter_id, *args, *kwargs.values())
                change = journal.lock(matter_id, by, clock.now())
                if by.key and (earlier := journal.entry_under(by.key)) is not None:
                    journal.same_or_refuse(earlier, said)
                    change.order = next((o for o in change.orders if o.pk == order_id), None)
                    change.entry, change.repeated = earlier, True
                    return change
                self.run(change, by, order_id, *args, **kwargs)
                change.save()
        except IntegrityError:  # the key was used on another matter at this very moment
            if by.key and (earlier := journal.entry_under(by.key)) is not None:
                journal.same_or_refuse(earlier, said)
            raise
        return change

    def run(self, c: Change, by: Actor, order_id: int | None, *args: P.args, **kwargs: P.kwargs) -> Change:
        """Check, change and write down on a change that is already locked (or new)."""
        c.actor, c.moment = by, clock.now()
        c.order = next((order for order in c.orders if order.pk == order_id), None)
        if order_id is not None and c.order is None:
            raise NotFound
        access.check(by, self.name, c.matter, c.order)
        if not self.fits(c.matter, c.order):
            raise NotNow(verb=self.name)
        if by.key:
            c.facts["digest"] = digest(self.name, c.matter.pk, order_id, args, kwargs)
        for guard in guards(c.matter.kind, self.name):
            guard(c)
        self.do(c, *args, **kwargs)
        for guard in guards(c.matter.kind, f"{self.name}:after"):
            guard(c)
        entry = c.write_down(self.name)
        tell(c, entry.pk, self.name)
        if (then := c.then) is not None:
            c.then = None
            then()
            c.entry = entry
        return c


def _lock_both(matter_id: int, *named: object) -> None:
    """Where a verb names a second matter: lock both in the order of their ids, and look at it as it is now."""
    others = {each.pk: each for each in named if isinstance(each, Matter)}
    if not others:
        return
    rows = Matter.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[matter_id, *others])
    for pk, state in rows.order_by("pk").values_list("pk", "state"):
        if pk in others:
            others[pk].state = state


def verb(
    title: str, *, states: tuple[str, ...] = (), order: tuple[str, ...] | None = None
) -> Callable[[Callable[Concatenate[Change, P], None]], Verb[P]]:
    """Declare a verb: its title on the desk, the matter's states it needs and, for orders, the order's."""
    return lambda do: Verb(do, title, states, order)


def guards(kind: str, name: str) -> tuple[registry.Guard, ...]:
    """The guards to be asked before a verb; none in a quiet load: history happened under the rules of its own day,
    and its proof lies where it happened."""
    if (bulk := journal.bulk_now()) is not None and bulk.quiet:
        return ()
    return registry.guards(kind, name)


def tell(c: Change, entry_id: int, name: str) -> None:
    """Queue the job that hands the entry to whoever asked, in the transaction of the change."""
    payload = {"matter": c.matter.pk, "entry": entry_id, "verb": name}
    if (running := journal.bulk_now()) is not None:
        if not running.quiet:
            running.loose.setdefault(jobs.TABLE, (jobs.COLUMNS, []))[1].append(jobs.row("tell", payload))
        return
    c.extra(jobs.TABLE, jobs.COLUMNS, jobs.row("tell", payload))


def digest(*what: Any) -> str:
    """A fingerprint of what was asked, so that a key used for something else is noticed."""
    return hashlib.sha256(msgspec.json.encode(what, enc_hook=_plain)).hexdigest()[:32]


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else str(value)


def needed(error: type[BadInput], **texts: str) -> None:
    """Raise the error for the texts that are empty."""
    missing = {name: "必填" for name, text in texts.items() if not text.strip()}
    if missing:
        raise error(fields=missing)
