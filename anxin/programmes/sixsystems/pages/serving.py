"""The area a page of the book looks at."""

from __future__ import annotations

from django.http import HttpRequest

from anxin.kernel import areas, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound
from anxin.web import session


def looked_at(request: HttpRequest) -> tuple[Actor, Area]:
    """The reader and the area asked for (`?area=`; else their own). Raises NotAllowed, NotFound."""
    by, tree = session.actor(request), areas.tree()
    asked = request.GET.get("area", "")
    found = tree.by_code.get(asked) if asked else tree.areas.get(by.area or 0)
    if found is None:
        raise NotFound
    rights.enter(by, "sixsystems.view", view="sixsystems.view", area=found.pk)
    return by, found
