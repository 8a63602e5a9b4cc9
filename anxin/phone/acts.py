"""What was done on a phone, carried out once, in the order it was done; and what to say when somebody was quicker.

Each act is a transaction of its own under the id the phone gave it, so one that cannot be done does not stop the
others, and sending again is harmless. An act that cannot be done holds back the later ones on the same matter until
the person has decided. The kernel's clocks run by the server's time only; the phone's time is kept beside it as what
the phone said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext

from anxin.kernel import access, bodies, clock, flow, journal, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, KeyReused, NotAllowed, NotFound, NotNow
from anxin.kernel.files import Attachment, File
from anxin.kernel.journal import Change, Entry
from anxin.kernel.matters import NARRATIVE_LENGTH, Matter, Report
from anxin.kernel.orders import FINISHED, WITHDRAWN, Order
from anxin.phone import models
from anxin.phone.day import GRIDWORK
from anxin.understanding import suggest
from anxin.web import words

log = logging.getLogger("anxin.phone")
MOST_ACTS, MOST_PHOTOS, MOST_CHANGES = 50, 12, 20
OLDEST = timedelta(days=30)
"""A phone that says something happened longer ago is not believed [INF]."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Text = Annotated[str, msgspec.Meta(max_length=NARRATIVE_LENGTH)]
Fingerprint = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Word = Literal["report", "sign", "contact", "arrive", "note", "finish", "consult", "hand_back", "ask_more_time"]


class Photo(msgspec.Struct):
    """A photo of an act by its fingerprint on the phone; `label`: before or after the work."""

    sha256: Fingerprint
    label: Literal["", "before", "after"] = ""


class Act(msgspec.Struct, kw_only=True):
    """One thing done on a phone. `seen`: how many entries of the matter it had seen; `at`: by the phone's own clock."""

    id: Id
    verb: Word
    post: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]
    at: Moment
    matter: str = ""
    order: Annotated[str, msgspec.Meta(pattern="^[0-9]{0,18}$")] = ""
    seen: int = 0
    fields: msgspec.Raw = msgspec.Raw(b"{}")
    photos: Annotated[list[Photo], msgspec.Meta(max_length=MOST_PHOTOS)] = []


class Batch(msgspec.Struct):
    """Acts in the order they were done; `sent_at` is the phone's time now, from which its error is known."""

    sent_at: Moment
    acts: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST_ACTS)]


class Step(msgspec.Struct):
    """What somebody did in the meantime: the post's body, no name."""

    at: datetime
    title: str
    who: str
    own: bool


class Result(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of an act.

    done, repeated: it is in the book. already: somebody of the body had done just that. conflict: somebody was
    quicker, see `changed`; refused: it cannot be done as it was said; wait: send it again later (`missing`: its photos
    first); held: an earlier act on the matter is not decided. `noted`: a note on the matter is still possible.
    """

    id: str
    result: Literal["done", "repeated", "already", "conflict", "refused", "wait", "held"]
    code: str = ""
    message: str = ""
    fields: dict[str, str] = {}
    matter: str = ""
    matter_state: str = ""
    order_state: str = ""
    entries: int = 0
    lead: str = ""
    due_at: datetime | None = None
    changed: list[Step] = []
    noted: bool = False
    missing: list[str] = []


class Said(msgspec.Struct, kw_only=True):
    """A report: at least words or a kind, and a place or none."""

    words: Text = ""
    kind: str = ""
    urgent: bool = False
    lat: float | None = None
    lon: float | None = None
    area: str = ""
    address: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Nothing(msgspec.Struct):
    """A verb that asks for nothing."""


class Called(msgspec.Struct):
    """Whether the person was reached."""

    reached: bool = True
    text: Text = ""


class There(msgspec.Struct):
    """Where the phone was; only the distance to the matter is kept."""

    lat: float | None = None
    lon: float | None = None


class Noted(msgspec.Struct):
    """Words."""

    text: Text = ""


class Done(msgspec.Struct):
    """The result."""

    result: Text = ""


class Help(msgspec.Struct):
    """What help is needed, and whose."""

    text: Text = ""
    bodies: list[str] = []


class Return(msgspec.Struct):
    """Why the order is not for this body, by which list or rule, and who should have it."""

    body: str
    reason: Text = ""
    basis: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Longer(msgspec.Struct):
    """How many more units of the whole limit, and why."""

    amount: int
    reason: Text = ""


@dataclass(frozen=True)
class Here:
    """An act as it is carried out: who acts, what it is used on, its photos, when it happened by our time."""

    by: Actor
    act: Act
    target: Any
    kept: Sequence[File]
    happened: datetime


def _report(here: Here, said: Said) -> Change:
    text, placed = said.words.strip(), said.lat is not None and said.lon is not None
    hint = suggest.suggest(f"{said.address} {text}", lat=said.lat, lon=said.lon, kind=False if said.kind else None)
    kind = registry.kind(said.kind or hint.kind or suggest.catch_all())
    shown = f"{kind.title}（现场照片）" if here.kept else ""
    what = Report(
        kind=kind.code,
        title=suggest.headline(text) if text else shown or (kind.title if said.kind else ""),
        narrative=text,
        urgency="urgent" if said.urgent else "ordinary",
        channel="grid" if here.by.role in GRIDWORK else "desk",
        lat=said.lat if placed else None,
        lon=said.lon if placed else None,
        area="" if placed else said.area or hint.area or "",
        address=said.address,
        occurred_at=here.happened,
    )
    return flow.report(what, here.by)


def _sign(here: Here, said: Nothing) -> Change:
    return flow.sign(here.target, here.by)


def _contact(here: Here, said: Called) -> Change:
    return flow.contact(here.target, here.by, reached=said.reached, text=said.text)


def _arrive(here: Here, said: There) -> Change:
    return flow.arrive(here.target, here.by, lat=said.lat, lon=said.lon)


PHOTOGRAPHED = {"": "现场照片", "before": "处置前照片", "after": "处置后照片"}


def _note(here: Here, said: Noted) -> Change:
    labels = dict.fromkeys(PHOTOGRAPHED[photo.label] for photo in here.act.photos)
    text = "\n".join(part for part in ("、".join(labels), said.text.strip()) if part)
    facts = {f"file.{place}": file.sha256 for place, file in enumerate(here.kept, 1)}
    return flow.note(here.target, here.by, text, facts=facts or None)


def _finish(here: Here, said: Done) -> Change:
    return flow.finish(here.target, here.by, said.result, proof=[file.sha256 for file in here.kept])


def _consult(here: Here, said: Help) -> Change:
    asked = [bodies.body(code) for code in said.bodies]
    names = "、".join(body.name for body in asked) or "指挥室"
    return flow.consult(here.target, here.by, said.text, f"现场请求支援：请{names}协助，待研判", participants=asked)


def _hand_back(here: Here, said: Return) -> Change:
    return flow.hand_back(here.target, here.by, said.reason, said.basis, bodies.body(said.body))


def _ask_more_time(here: Here, said: Longer) -> Change:
    return flow.ask_more_time(here.target, here.by, said.amount, said.reason)


DO: Mapping[str, tuple[type[msgspec.Struct], Callable[[Here, Any], Change]]] = {
    "report": (Said, _report),
    "sign": (Nothing, _sign),
    "contact": (Called, _contact),
    "arrive": (There, _arrive),
    "note": (Noted, _note),
    "finish": (Done, _finish),
    "consult": (Help, _consult),
    "hand_back": (Return, _hand_back),
    "ask_more_time": (Longer, _ask_more_time),
}
ON_ORDER = frozenset(word for word in DO if word in flow.VERBS and flow.VERBS[word].on_order)


class _Wait(Exception):
    """Photos of the act are not here yet."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing


def read(body: bytes) -> Batch:
    """A batch as it was sent; what its acts say is looked at one by one. Raises BadInput for what is no batch."""
    try:
        return msgspec.json.decode(body, type=Batch)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(fields={"body": str(error)}) from error


def carry_out(batch: Batch, account: int, posts: Mapping[str, Actor]) -> list[Result]:
    """Carry out the acts one after the other; a result for each, in the same order. Raises nothing of theirs."""
    off = clock.now() - batch.sent_at
    stuck: set[str] = set()
    results = []
    for raw in batch.acts:
        try:
            act = msgspec.json.decode(raw, type=Act)
            if b"\\u0000" in bytes(raw):
                raise msgspec.ValidationError("NUL - at `$.fields`")
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            results.append(_unreadable(raw, error))
            continue
        if act.matter and act.matter in stuck:
            results.append(Result(id=act.id, result="held", matter=act.matter, message=gettext("前一步还没有处理完")))
            continue
        result = _result(act, account, posts, off)
        if result.result not in ("done", "repeated", "already") and act.matter:
            stuck.add(act.matter)
        results.append(result)
    return results


def _unreadable(raw: msgspec.Raw, error: Exception) -> Result:
    """An act that is no act: said under its id, where it has one."""
    try:
        known = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        known = None
    given = str(known.get("id", "")) if isinstance(known, dict) else ""
    sentence, _, where = str(error).partition(" - at `$.")
    wrong = BadInput(fields={where.strip("`") or "act": sentence})
    return Result(id=given[:36], result="refused", code=wrong.code, message=wrong.message, fields=wrong.fields)


def _result(act: Act, account: int, posts: Mapping[str, Actor], off: timedelta) -> Result:
    by = posts.get(act.post)
    if by is None:
        wrong = NotAllowed(gettext("这个岗位已经不是您的"))
        return Result(id=act.id, result="refused", code="post_gone", message=wrong.message)
    try:
        return _done(act, account, by, off)
    except _Wait as wait:
        return Result(id=act.id, result="wait", code="photos", missing=wait.missing)
    except AnxinError as error:
        if error.status >= 500:
            return Result(id=act.id, result="wait", code=error.code, message=error.message)
        return _undone(act, by, error)
    except Exception:  # one act that breaks down must not cost the phone the answers to the others
        if connection.in_atomic_block:
            raise
        log.exception("an act from a phone failed", extra={"verb": act.verb})
        connection.close_if_unusable_or_obsolete()
        return Result(id=act.id, result="wait", code="failed", message=gettext("系统暂时无法保存"))


@transaction.atomic
def _done(act: Act, account: int, by: Actor, off: timedelta) -> Result:
    key = f"phone:{account}:{act.id}"
    with connection.cursor() as cursor:  # the same act sent twice at once: the second sees what the first has done
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    if (earlier := journal.entry_under(key)) is not None:
        return _repeated(act, earlier)
    shape, do = DO[act.verb]
    try:
        said = msgspec.json.decode(act.fields, type=shape)
    except msgspec.ValidationError as error:
        sentence, _, where = str(error).partition(" - at `$.")
        raise BadInput(fields={where.strip("`") or "fields": sentence}) from error
    stored = models.named(account, [photo.sha256 for photo in act.photos])
    if missing := [photo.sha256 for photo in act.photos if photo.sha256 not in stored]:
        raise _Wait(missing)
    kept = [stored[photo.sha256] for photo in act.photos]
    told = by.under(key, phone_at=act.at.isoformat(timespec="seconds"), phone_off=round(off.total_seconds()))
    change = do(Here(told, act, _target(act), kept, _happened(act, off)), said)
    labels = {file.sha256: photo.label for file, photo in zip(kept, act.photos, strict=True)}
    Attachment.objects.bulk_create(
        [Attachment(matter=change.matter, entry=change.entry, file=file, label=labels[file.sha256]) for file in kept],
        ignore_conflicts=True,
    )
    return _told(act, "done", change.matter, change.order)


def _happened(act: Act, off: timedelta) -> datetime:
    """When it happened by our time: the phone's time, set right by what its clock is off now; never in the future."""
    now = clock.now()
    return max(min(act.at + off, now), now - OLDEST)


def _target(act: Act) -> Matter | Order | None:
    """What the act is used on. Raises NotFound; whether the actor may is asked by the verb."""
    if act.verb == "report":
        return None
    if act.verb in ON_ORDER:
        order = Order.objects.filter(pk=int(act.order or 0), matter__number=act.matter).first()
        if order is None:
            raise NotFound
        return order
    matter = Matter.objects.filter(number=act.matter).first()
    if matter is None:
        raise NotFound
    return matter


def _repeated(act: Act, earlier: Entry) -> Result:
    """The act is in the book already; under its id nothing else may be sent."""
    facts = earlier.data.get("facts", {})
    same = earlier.verb == act.verb and facts.get("phone_at") == act.at.isoformat(timespec="seconds")
    matter = Matter.objects.get(pk=earlier.matter_id)
    if not same or (act.matter and act.matter != matter.number):
        raise KeyReused
    order = Order.objects.filter(pk=earlier.order_id).first() if earlier.order_id else None
    return _told(act, "repeated", matter, order)


def _told(act: Act, result: Literal["done", "repeated", "already"], m: Matter, order: Order | None) -> Result:
    return Result(
        id=act.id,
        result=result,
        matter=m.number,
        matter_state=m.state,
        order_state=order.state if order else "",
        entries=m.entries,
        lead=words.body(m.lead_id),
        due_at=m.due_at,
    )


def _undone(act: Act, by: Actor, error: AnxinError) -> Result:
    """Why an act was not done: lost to somebody quicker, with what they did, or not possible as it was said.

    Whoever may not see the matter, and whose body never had an order, learns nothing of it.
    """
    matter = Matter.objects.filter(number=act.matter).first() if act.matter else None
    order = (
        Order.objects.filter(matter=matter, pk=int(act.order or 0), body=by.body).first()
        if matter is not None
        else None
    )
    sees = matter is not None and access.sees(by, matter)
    if matter is None or not (sees or order):
        return Result(id=act.id, result="refused", code=error.code, message=error.message, fields=error.fields)
    gone = order is not None and order.state == WITHDRAWN
    if act.verb == "sign" and order is not None and order.signed_at is not None and not gone:
        return _told(act, "already", matter, order)
    changed = _since(act, by, matter, order if not sees else None)
    quicker = any(not step.own for step in changed) and not isinstance(error, KeyReused)
    late = type(error) is NotNow or (isinstance(error, NotNow) and quicker) or (gone and isinstance(error, NotFound))
    return Result(
        id=act.id,
        result="conflict" if late else "refused",
        code="withdrawn" if gone else "finished" if order is not None and order.state == FINISHED else error.code,
        message=error.message,
        fields=error.fields,
        matter=matter.number,
        matter_state=matter.state if sees else "",
        order_state=order.state if order else "",
        entries=matter.entries,
        lead=words.body(matter.lead_id) if sees else "",
        changed=changed,
        noted=sees and access.may(by, "note", matter, seen=sees),
    )


def _since(act: Act, by: Actor, matter: Matter, only: Order | None) -> list[Step]:
    """What happened after what the phone had seen, oldest first.

    Who sees the matter no longer is told of the entries that touched the own order only (`only`).
    """
    entries = Entry.objects.filter(matter=matter, seq__gt=act.seen).order_by("seq")
    if only is not None:
        entries = entries.filter(data__set__has_key=f"o{only.pk}")
    return [
        Step(
            at=entry.at,
            title=words.verb(entry.verb),
            who=words.body(entry.body) or words.say(words.ACTORS, entry.role),
            own=entry.account is not None and entry.account == by.account,
        )
        for entry in entries[:MOST_CHANGES]
    ]
