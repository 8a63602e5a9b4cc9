"""Put the demo city into the database: areas, bodies, posts and the named cast. Harmless when repeated."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from anxin.city import areas as area_facts
from anxin.city import bodies as body_facts
from anxin.city.facts import AreaFact, CastMember
from anxin.city.landmarks import landmarks
from anxin.kernel import areas, bodies, clock, people
from anxin.kernel.areas import Area, Standing
from anxin.kernel.bodies import Body, Holding, Post
from anxin.kernel.people import Account, Particulars

DEMO_PASSWORD: str = settings.DEMO_PASSWORD
"""The password of the cast, in the demo city only; printed on the terminal and on the demo's sign-in page."""


def is_planted() -> bool:
    """Whether the city is there already."""
    return Area.objects.exists()


@transaction.atomic
def plant(*, cast: bool = True) -> None:
    """Create the whole city, once; takes some ten seconds."""
    if is_planted():
        return
    facts = list(area_facts.areas())
    today = [fact for fact in facts if fact.holds_on(areas.today())]
    _plant_areas(facts)
    _name_landmarks(today)
    _plant_bodies(today)
    if cast:
        password = make_password(DEMO_PASSWORD)
        for member in body_facts.CAST:
            _plant_member(member, password)
    areas.TREE.changed()
    bodies.DIRECTORY.changed()


def _plant_areas(facts: list[AreaFact]) -> None:
    spans: dict[str, list[AreaFact]] = {}
    for fact in facts:
        spans.setdefault(fact.code, []).append(fact)
    rows = Area.objects.bulk_create([_area(each) for each in spans.values()], batch_size=1000)
    pk = {row.code: row.pk for row in rows}
    Standing.objects.bulk_create(
        [
            Standing(
                area_id=pk[fact.code],
                parent_id=pk[fact.parent_code],
                valid_from=fact.valid_from,
                valid_to=fact.valid_to,
            )
            for fact in facts
            if fact.parent_code
        ],
        batch_size=2000,
    )


def _area(facts: list[AreaFact]) -> Area:
    """One area over all its periods: what holds last, valid since the first."""
    last = max(facts, key=lambda fact: fact.valid_from)
    return Area(
        code=last.code,
        level=last.level,
        name=last.name,
        aliases=list(last.aliases),
        boundary=last.boundary,
        lat=last.centre[0],
        lon=last.centre[1],
        approximate=last.approximate,
        valid_from=min(fact.valid_from for fact in facts),
        valid_to=last.valid_to,
    )


def _name_landmarks(known_today: list[AreaFact]) -> None:
    """A grid is also known by the landmarks in it, so that a message naming one says where it is."""
    tree = areas.Tree(Area.objects.all(), Standing.objects.all())
    known: dict[int, Area] = {}
    for landmark in landmarks(known_today):
        grid = tree.areas[tree.grid_at(landmark.lat, landmark.lon)]
        grid.aliases = [*dict.fromkeys([*grid.aliases, landmark.name, *landmark.aliases])]
        known[grid.pk] = grid
    Area.objects.bulk_update(known.values(), ["aliases"], batch_size=500)


def _function(code: str, kind: str) -> str:
    """The field of a body, from its code: departments and companies have one, and two police bodies."""
    word = code.rsplit(".", 1)[-1]
    if kind in ("department", "company", "organiser"):
        return word
    return word if kind == "police" and word in ("call110", "traffic") else ""


def _plant_bodies(known: list[AreaFact]) -> None:
    area = dict(Area.objects.values_list("code", "pk"))
    facts = list(body_facts.bodies(known))
    rows = Body.objects.bulk_create(
        [
            Body(
                code=fact.code,
                kind=fact.kind,
                function=_function(fact.code, fact.kind),
                name=fact.name,
                area_id=area[fact.area_code],
                valid_from=body_facts.STARTED,
            )
            for fact in facts
        ]
    )
    pk = {row.code: row for row in rows}
    for fact in facts:
        if fact.parent_code:
            pk[fact.code].parent_id = pk[fact.parent_code].pk
    Body.objects.bulk_update(rows, ["parent"], batch_size=500)
    Post.objects.bulk_create(
        [
            Post(
                code=post.code,
                body_id=pk[post.body_code].pk,
                title=post.title,
                role=post.role,
                area_id=area[post.area_code] if post.area_code else None,
            )
            for post in body_facts.posts(known)
        ],
        batch_size=1000,
    )


def _plant_member(member: CastMember, password: str) -> None:
    if member.resident:
        return
    person = people.seal(Particulars(name=member.name), clock.now())
    person.token = uuid.uuid5(uuid.NAMESPACE_DNS, f"{member.login}.anxin.example")
    person.save(force_insert=True)
    account = Account.objects.create(login=member.login, person=person, password=password)
    for code in member.posts:
        hold(account, code, member.since)


def hold(account: Account, post_code: str, since: date) -> Holding:
    """Give an account a post from a day on."""
    return Holding.objects.create(post=Post.objects.get(code=post_code), account=account, valid_from=since)
