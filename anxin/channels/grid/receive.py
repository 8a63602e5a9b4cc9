"""What grid workers send from the grid app: reports with a suggested grade, and the steps of their committee's orders.

The app signs and names the post; the post must be held by somebody today, and its rights are those of the desk. No
position of a worker is kept: the distance to the place, at most. Grades of guide 5.3 [INF]: I done by the grid on the
spot, II village or community, III town, IV county with several offices, E emergency (110 at once).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from msgspec import Meta, Struct, field, structs

from anxin.channels import message
from anxin.channels.message import Long, Moment, Number, Short, Story
from anxin.kernel import access, areas, bodies, files, flow
from anxin.kernel.bodies import SYSTEM, Actor
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.files import Attachment, Cleaned
from anxin.kernel.journal import Change
from anxin.kernel.matters import Matter
from anxin.kernel.orders import WITHDRAWN, Order

CODE = "grid"
ROLES = ("grid_worker", "grid_head", "auxiliary_police")
GRADES = {
    "I": "网格自办（当场处置，登记备查）",
    "II": "村社办理（建议3个工作日）",
    "III": "镇街办理（建议5个工作日）",
    "IV": "县级联办（建议15个工作日）",
    "E": "紧急（先处置后补录，30分钟到场）",
}
URGENCY = {"I": "ordinary", "II": "ordinary", "III": "ordinary", "IV": "urgent", "E": "emergency"}
LARGEST = 20 * 1024 * 1024
"""Bytes of a message with its photos (base64)."""
Photos = Annotated[list[bytes], Meta(max_length=6)]


class Seen(Story, kw_only=True):
    """What a grid worker reports; the grade sets the urgency, and the worker's own grid is the place if none is said.

    Grade I needs `result` and `photos`: what was done on the spot, and the proof.
    """

    post: Short
    nature: Short = "report"
    grade: Literal["I", "II", "III", "IV", "E"] = "III"
    result: Long = ""
    photos: Photos = field(default_factory=list)


class Step(Struct, kw_only=True, forbid_unknown_fields=True):
    """A step of an order to the worker's committee."""

    matter: Number
    post: Short
    text: Long = ""
    lat: float | None = None
    lon: float | None = None
    reached: bool = True
    photos: Photos = field(default_factory=list)


class _Message(Struct, kw_only=True, tag_field="type"):
    timestamp: Moment | None = None


class ReportMade(_Message, tag="report.made"):
    """A report."""

    data: Seen


class Signed(_Message, tag="order.signed"):
    """The committee takes the order."""

    data: Step


class Contacted(_Message, tag="order.contacted"):
    """The person was called."""

    data: Step


class Arrived(_Message, tag="order.arrived"):
    """Somebody is on the spot."""

    data: Step


class Noted(_Message, tag="order.noted"):
    """Something is written down."""

    data: Step


class Finished(_Message, tag="order.finished"):
    """The committee's part is done."""

    data: Step


Message = ReportMade | Signed | Contacted | Arrived | Noted | Finished


@csrf_exempt
@require_POST
def messages(request: HttpRequest) -> HttpResponse:
    """Take one message; the answer comes when it is stored. The same again is answered the same and does nothing."""
    key, said = message.read(request, CODE, Message, largest=LARGEST)
    by = message.on_post(said.data.post, CODE, ("committee",), ROLES)
    if by.account is None:
        raise BadInput(fields={"post": said.data.post})
    if isinstance(said, ReportMade):
        return _take_report(key, said.data, by)
    matter = access.matter(by, said.data.matter)
    order = Order.objects.filter(matter=matter, body=by.body).exclude(state=WITHDRAWN).first()
    if isinstance(said, Noted):
        photos = _clean(said.data.photos)
        with transaction.atomic():
            done = flow.note(matter, message.under(by, CODE, key), said.data.text)
            _attach(done, photos)
    elif order is None:
        raise NotFound
    else:
        done = _STEPS[type(said)](order, message.under(by, CODE, key), said.data)
    return message.answer(key, done.matter, repeated=done.repeated)


@require_GET
def report(request: HttpRequest, number: str) -> HttpResponse:
    """How far the report with the app's number is; the question is signed with the id "state:<number>/..."."""
    message.asked(request, CODE, number)
    return message.answer(request.headers["webhook-id"], message.matter_of(CODE, number))


def _take_report(key: str, told: Seen, by: Actor) -> HttpResponse:
    if told.grade == "I" and not (told.result.strip() and told.photos):
        raise BadInput(fields={"result": GRADES["I"], "photos": "须有处置结果和照片"})
    photos = _clean(told.photos)
    place = told.place
    if by.area is not None and not place.area and place.lat is None:
        place = structs.replace(place, area=areas.tree().areas[by.area].code)
    seen = structs.replace(told, place=place, urgency=URGENCY[told.grade])
    done = message.take(seen, CODE, message.under(by, CODE, f"report:{told.number}"))
    step = message.under(by, CODE, f"report:{told.number}:grade")
    flow.note(
        done.matter, step, f"网格员建议分级：{told.grade} {GRADES[told.grade]}", "grid.grade", {"grade": told.grade}
    )
    proof = _attach(done, photos)
    matter = done.matter
    if told.grade == "I":
        matter = _done_on_the_spot(matter, by, told, proof).matter
    return message.answer(key, matter, repeated=done.repeated, created=True)


def _done_on_the_spot(matter: Matter, by: Actor, told: Seen, proof: list[str]) -> Change:
    """Grade I: the grid has done it already. Every step is an entry of its own; the house closes it by this rule.

    Where a person asked for it, the matter stays open until that person was called back, like any other.
    """
    own = f"report:{told.number}"
    body = bodies.directory().by_id[by.body or 0]
    change = flow.dispatch(
        matter, message.under(SYSTEM, CODE, f"{own}:dispatch"), body, reason="网格自办（I级）", only=True
    )
    order = Order.objects.exclude(state=WITHDRAWN).get(matter=matter, body=body.pk)
    flow.sign(order, message.under(by, CODE, f"{own}:sign"))
    flow.arrive(order, message.under(by, CODE, f"{own}:arrive"), told.place.lat, told.place.lon)
    change = flow.finish(order, message.under(by, CODE, f"{own}:finish"), told.result, proof)
    change = flow.reply(matter, message.under(by, CODE, f"{own}:reply"), told.result)
    if change.matter.person_id is None:
        why = "网格自办（I级）：当场处置、照片为证，由系统按规则归档"
        change = flow.close(matter, message.under(SYSTEM, CODE, f"{own}:close"), why)
    return change


def _clean(photos: list[bytes]) -> list[Cleaned]:
    """Look at the photos before anything is stored. Raises TooLarge, NotAPicture."""
    return [files.clean(photo) for photo in photos]


def _attach(done: Change, photos: list[Cleaned]) -> list[str]:
    """Keep photos with the entry they belong to; their hashes."""
    kept = [files.store(photo) for photo in photos]
    for file in kept:
        more = {"entry": done.entry, "label": "网格员照片"}
        Attachment.objects.get_or_create(matter=done.matter, file=file, defaults=more)
    return [file.sha256 for file in kept]


def _sign(order: Order, by: Actor, told: Step) -> Change:
    return flow.sign(order, by)


def _contact(order: Order, by: Actor, told: Step) -> Change:
    return flow.contact(order, by, told.reached, told.text)


def _arrive(order: Order, by: Actor, told: Step) -> Change:
    return flow.arrive(order, by, told.lat, told.lon)


def _finish(order: Order, by: Actor, told: Step) -> Change:
    photos = _clean(told.photos)
    with transaction.atomic():
        done = flow.finish(order, by, told.text, [files.store(photo).sha256 for photo in photos])
        _attach(done, photos)
    return done


_STEPS: dict[type, Callable[[Order, Actor, Any], Change]] = {
    Signed: _sign,
    Contacted: _contact,
    Arrived: _arrive,
    Finished: _finish,
}

urlpatterns = [path("messages", messages), path("messages/<str:number>", report)]
