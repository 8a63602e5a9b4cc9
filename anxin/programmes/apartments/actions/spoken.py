"""What a landlord or a worker tells through their personal link: a hazard, or a quarrel for mediation."""

from __future__ import annotations

from django.db import transaction

from anxin.kernel import changes
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NothingSaid
from anxin.programmes.apartments.actions.letting import _quarrel
from anxin.programmes.apartments.actions.visits import _hazard
from anxin.programmes.apartments.models import Building, Link


@transaction.atomic
def tell(link: Link, row: Building, what: str, words: str) -> None:
    """Take in what somebody living in a building, or owning it, says; who said it stays with the link's token."""
    by, said = Actor(role="resident", channel="web"), words.strip()
    if not said or len(said) > 200:
        raise NothingSaid
    if what == "quarrel":
        number = _quarrel(row, by, said[:100], said).after["matter"]
        changes.record(by, "apartments.quarrel", row.code, {}, {"matter": number, "link": link.pk})
    else:
        made = _hazard(row, by, said, "general", room=link.stay.room if link.stay else None)
        changes.record(by, "apartments.hazard", str(made.pk), {}, {"hazard": made.pk, "link": link.pk})
