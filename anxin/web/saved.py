"""Saved views of the queue: an address under a title, for oneself or for the body; the address is the truth."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from anxin.kernel import access, changes, clock
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, LimitReached, NotFound
from anxin.kernel.rows import writable
from anxin.web import session
from anxin.web.saved_view import SavedView

MOST = 30
"""Views one post may keep [INF]."""
TITLE, QUERY = 40, 600
"""Letters of a title and of an address."""
PARTS = (
    "tab", "state", "kind", "channel", "town", "urgency", "colour", "lead", "number", "due", "begin", "end", "voices",
    "still", "overdue", "photos", "sort",
)  # fmt: skip
"""What of an address is kept; the rest (where a page begins, how it is shown) is of the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved view as its reader sees it."""

    pk: int
    title: str
    query: str
    own: bool
    shared: bool
    standard: bool


def views(by: Actor) -> list[View]:
    """The reader's own views in their order, then those others of the body share; one question."""
    if by.account is None or by.post is None:
        return []
    mine = Q(account=by.account, post=by.post)
    rows = SavedView.objects.filter(mine | Q(shared_with=by.body) if by.body is not None else mine)
    found = [
        View(
            pk=each.pk,
            title=each.title,
            query=each.query,
            own=(each.account, each.post) == (by.account, by.post),
            shared=each.shared_with is not None,
            standard=each.standard,
        )
        for each in rows.order_by("place", "pk")[: 4 * MOST]
    ]
    return sorted(found, key=lambda each: not each.own)


def address(query: str) -> str:
    """An address of the queue reduced to what is kept, in one fixed order."""
    said = dict(parse_qsl(query.lstrip("?"), max_num_fields=60))
    return urlencode({name: said[name] for name in PARTS if said.get(name)})


@require_POST
@transaction.atomic
def keep(request: HttpRequest) -> HttpResponse:
    """`/desk/views`: keep the present address under a title. The same title again gives it the new address."""
    by = session.actor(request)
    if by.account is None or by.post is None:
        raise NotFound
    title, query = _title(request), address(request.POST.get("query", "")[:QUERY])
    own = SavedView.objects.select_for_update().filter(account=by.account, post=by.post)
    found = next((each for each in own if each.title == title), None)
    if found is None and own.count() >= MOST:
        raise LimitReached(gettext("最多保存 %(n)s 个视图") % {"n": MOST})
    before = _said(found) if found else {}
    found = found or SavedView(account=by.account, post=by.post, place=own.count(), made_at=clock.now())
    found.title, found.query = title, query
    found.shared_with = by.body if request.POST.get("shared") == "1" else None
    if request.POST.get("standard") == "1":
        own.update(standard=False)
        found.standard = True
    found.save()
    changes.record(by, "saved_view", str(found.pk), before, _said(found))
    return HttpResponseRedirect(f"{reverse('desk:queue')}?{query}", status=303)


@require_POST
@transaction.atomic
def alter(request: HttpRequest, pk: int) -> HttpResponse:
    """`/desk/views/<pk>`: rename, share, unshare, move, make it the first one seen, or let it go; its maker only."""
    by = session.actor(request)
    found = SavedView.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound
    access.keep_view(by, found.account, found.post)
    before, do = _said(found), request.POST.get("do", "")
    own = list(SavedView.objects.filter(account=found.account, post=found.post).order_by("place", "pk"))
    match do:
        case "drop":
            found.delete()
            changes.record(by, "saved_view", str(pk), before, {})
            return _back(request)
        case "rename":
            found.title = _title(request)
        case "share":
            found.shared_with = by.body
        case "unshare":
            found.shared_with = None
        case "standard" | "plain":
            SavedView.objects.filter(pk__in=[each.pk for each in own]).update(standard=False)
            found.standard = do == "standard"
        case "up" | "down":
            order = [each.pk for each in own]
            at = order.index(pk)
            to = max(0, min(len(order) - 1, at + (1 if do == "down" else -1)))
            order.insert(to, order.pop(at))
            for place, each in enumerate(order):
                SavedView.objects.filter(pk=each).update(place=place)
            return _back(request)
        case _:
            raise BadInput(fields={"do": do[:20]})
    found.save()
    changes.record(by, "saved_view", str(pk), before, _said(found))
    return _back(request)


def _title(request: HttpRequest) -> str:
    title = " ".join(request.POST.get("title", "").split())[:TITLE]
    if not title or not writable(title):
        raise BadInput(fields={"title": gettext("请写名称")})
    return title


def _said(view: SavedView) -> dict[str, object]:
    return {
        "query": view.query, "shared_with": view.shared_with, "standard": view.standard, "title": view.title,
    }  # fmt: skip


def _back(request: HttpRequest) -> HttpResponse:
    query = address(request.POST.get("query", "")[:QUERY])
    return HttpResponseRedirect(f"{reverse('desk:queue')}?{query or 'tab='}", status=303)
