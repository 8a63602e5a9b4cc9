"""The work order on paper: A4, with a code that leads back to the desk, and nothing of persons unless asked for."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from anxin.kernel import access, clock
from anxin.kernel.errors import BadInput
from anxin.kernel.matters import Matter
from anxin.kernel.orders import WITHDRAWN, Order
from anxin.kernel.people import PURPOSES, Particulars
from anxin.web import session, timeleft, words


def code(address: str) -> dict[str, Any]:
    """A QR code as the path of an SVG: one square a module, with the quiet border the standard asks for."""
    made = segno.make(address, error="m", micro=False)
    rows = list(made.matrix_iter(border=4))
    path = "".join(f"M{x},{y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"path": path, "side": len(rows)}


def page(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>/print`: the work order of the matter, or of one of its orders (`?order=`).

    Name and number of the person are printed only when asked for with a purpose, which is written down; never on a
    confidential matter for a post that may not read them. Raises NotFound, NotAllowed.
    """
    by = session.actor(request)
    found = access.matter(by, number)
    orders = list(Order.objects.filter(matter=found).exclude(state=WITHDRAWN).order_by("pk"))
    asked = request.GET.get("order", "")
    own = next((o for o in orders if (asked and str(o.pk) == asked) or (not asked and o.body_id == by.body)), None)
    opened, wrong = None, ""
    if request.method == "POST":
        try:
            opened = access.read_person(
                by, found, purpose=request.POST.get("purpose", ""), reason=gettext("打印工单"), fields=("name", "phone")
            )
        except BadInput:
            wrong = gettext("请选择查看用途。")
    return render(request, "desk/print.html", _shown(request, found, orders, own, opened, wrong, by))


def _shown(
    request: HttpRequest, m: Matter, orders: list[Order], own: Order | None, opened: Particulars | None, wrong: str,
    by: Any,
) -> dict[str, Any]:  # fmt: skip
    from anxin.web.matter import in_words, path_of

    moment = clock.now()
    clocks = list(m.clocks.filter(stopped_at=None).order_by("started_at", "pk"))
    hidden = m.confidential and by.role not in ("seat", "callback")
    return {
        "matter": m,
        "m": in_words(m),
        "where": path_of(m),
        "own": own,
        "own_body": words.body(own.body_id) if own else "",
        "orders": [
            {
                "order": each,
                "body": words.body(each.body_id),
                "role": words.say(words.ROLES, each.role),
                "task": each.task,
                "limits": [timeleft.read(one, moment) for one in clocks if one.order_id == each.pk],
            }
            for each in orders
        ],
        "whole": next((timeleft.read(one, moment) for one in clocks if one.order_id is None), None),
        "code": code(request.build_absolute_uri(reverse("desk:matter", args=[m.number]))),
        "printed_at": moment,
        "printed_by": words.body(by.body),
        "opened": opened,
        "wrong": wrong,
        "may": m.person_id is not None and by.role in access.READ_PERSON and not hidden,
        "purposes": [(name, gettext(said)) for name, said in PURPOSES.items()],
    }
