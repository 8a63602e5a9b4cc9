"""Hot issues: what many people speak of at one place, how hot it is, by which formula, and the matters behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_http_methods

from anxin.kernel import access, clock
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.matters import Matter
from anxin.understanding import advice
from anxin.understanding.hot import HEAT
from anxin.understanding.models import HotIssue
from anxin.web import drawing, session, understood, words
from anxin.web.drawing import Bar

MOST, MEMBERS = 30, 10
"""Issues on the page, and members shown at once of each [INF]."""
BARS, WIDTH, HEIGHT = 30, 288, 36
WHY = (
    ("热度 ", "heat "), ("（声音 ", " (voices "), ("〔", " ["), ("人，每90天减半〕", " people, half after 90 days]"),
    ("重复 ", "repeats "), ("×新近 ", " × recency "), ("赞同 ", "approvals "), ("）× 增长 ", ") × growth "),
    ("近14天", "last 14 days: "), ("人，前14天", ", the 14 before: "), ("人〕", "]"),
)  # fmt: skip
"""The words of the reckoning of one issue, and theirs in English."""
TRENDS = {"rising": _("上升"), "steady": _("持平"), "falling": _("下降")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """How many matters came in when: a bar for every `days` days, from `first` to `last`."""

    bars: Sequence[Bar]
    first: date
    last: date
    days: int


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/hot`: the issues of the newest calculation, hottest first; `?all=<number>` opens all members of one.

    A POST takes note of a new one. An issue none of whose matters the reader may see is left out. Raises NotAllowed.
    """
    by = session.actor(request)
    if by.role not in session.SITUATION:
        raise NotAllowed
    if request.method == "POST":
        return _looked_at(request, by)
    whole = request.GET.get("all", "")
    issues = [shown for each in advice.hot()[:MOST] if (shown := _issue(by, each, whole)) is not None]
    return render(request, "desk/hot.html", {"issues": issues, "formula": gettext(HEAT)})


def _looked_at(request: HttpRequest, by: Actor) -> HttpResponse:
    """Somebody has taken note of a new issue: it is new no longer. Raises NotFound for one they may not see."""
    number = request.POST.get("number", "")
    issue = next((each for each in advice.hot() if each.number == number), None)
    if issue is None or not access.seen_among(by, issue.matters()).exists():
        raise NotFound
    advice.look_at(number, by)
    return HttpResponseRedirect(f"{reverse('desk:hot')}#{number}", status=303)


def why(each: HotIssue) -> str:
    """How the heat of an issue was reckoned, in the reader's language."""
    said = each.why
    for chinese, english in WHY if words.english() else ():
        said = said.replace(chinese, english)
    return said


def _issue(by: Actor, each: HotIssue, whole: str) -> dict[str, Any] | None:
    """An issue with its members, as far as the reader may see them, in words."""
    members = list(access.seen_among(by, each.matters()).order_by("-reported_at", "-pk").defer("narrative"))
    if not members:
        return None
    everything = list(each.matters().only("pk", "reported_at"))
    short = members if whole == each.number else members[:MEMBERS]
    return {
        "issue": each,
        "why": why(each),
        "trend": gettext(TRENDS.get(each.trend, each.trend)),
        "count": len(everything),
        "seen": len(members),
        "members": [(m, words.state(m.state), understood.place_name(m)) for m in short],
        "more": len(members) - len(short),
        "words": words.listed(list(each.words)),
        "chart": timeline(everything),
    }


def timeline(members: Sequence[Matter]) -> Chart | None:
    """When the matters came in: by the day, or by so many days that thirty bars are enough; None for a single day."""
    on = sorted(clock.local_day(m.reported_at) for m in members)
    if not on or on[0] == on[-1]:
        return None
    first, span = on[0], (on[-1] - on[0]).days + 1
    days = -(-span // BARS)
    counted = Counter((day - first).days // days for day in on)
    numbers = [counted.get(place, 0) for place in range(-(-span // days))]
    labels = [f"{first + timedelta(days=place * days):%m-%d}" for place in range(len(numbers))]
    bars = drawing.bars(numbers, labels, width=WIDTH, height=HEIGHT)
    return Chart(bars=bars, first=first, last=on[-1], days=days)
