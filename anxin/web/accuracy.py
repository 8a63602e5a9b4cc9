"""How good the suggestions are: made, accepted, corrected for each kind; how sure the model is and how often right."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from anxin.kernel import access, clock, registry
from anxin.kernel.bodies import Post
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.understanding import advice, suggest
from anxin.understanding.models import ModelVersion, Switch
from anxin.web import session, words

log = logging.getLogger("anxin.web")

SPANS = (30, 90, 365)
"""Days one can look back [INF]."""
SIZE, EDGE = 200, 24
"""Pixels of a chart's square, and of the room for its figures."""


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/accuracy`: what became of the suggestions; a POST switches the suggestion of one kind on or off.

    Seen by those who steer, switched by those who look after the house. Raises NotAllowed, NotFound.
    """
    by = session.actor(request)
    if by.role not in session.SITUATION and by.role not in access.OPERATES:
        raise NotAllowed
    if request.method == "POST":
        return _switch(request)
    days = next((each for each in SPANS if str(each) == request.GET.get("days")), SPANS[0])
    off = advice.switched_off()
    rows = [
        {
            "kind": each.kind,
            "title": words.kind(each.kind),
            "made": each.made,
            "accepted": each.accepted,
            "corrected": each.corrected,
            "left_open": each.left_open,
            "right": _share(each.accepted, each.accepted + each.corrected),
            "on": each.kind not in off,
        }
        for each in advice.measured(clock.now() - timedelta(days=days))
    ]
    figures = in_use()
    shown = {
        "rows": rows,
        "days": days,
        "spans": SPANS,
        "may_switch": by.role in access.OPERATES,
        "version": suggest.in_use().version,
        "figures": _figures(figures),
        "sure": calibration(figures.get("bins", ())),
        "left": abstention(figures.get("curve", ())),
        "switched": [(words.kind(s.kind), s.since, _post(s.post)) for s in Switch.objects.order_by("-since")],
    }
    return render(request, "desk/accuracy.html", shown)


def _switch(request: HttpRequest) -> HttpResponse:
    by = session.actor(request)
    access.operate(by)
    kind, on = request.POST.get("kind", ""), request.POST.get("on") == "1"
    if kind not in registry.kinds():
        raise NotFound
    advice.switch(kind, on, by)
    log.info("suggestions switched", extra={"kind": kind, "on": on, "account": by.account, "post": by.post})
    said = gettext("已开启建议：%(kind)s。") if on else gettext("已关闭建议：%(kind)s。")
    messages.success(request, said % {"kind": words.kind(kind)})
    return HttpResponseRedirect(reverse("desk:accuracy"), status=303)


def _post(pk: int | None) -> str:
    found = Post.objects.select_related("body").filter(pk=pk).first() if pk else None
    return str(found) if found else ""


def in_use() -> Mapping[str, Any]:
    """The figures of the model in use: on this installation's newest matters, else those in the model's own card."""
    found = ModelVersion.objects.filter(in_use=True).values_list("figures", flat=True).first() or {}
    figures: Mapping[str, Any] = found.get("new") or suggest.in_use().card.get("judged") or {}
    return figures


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""


def _figures(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The main figures of the model, where its version has them."""
    named = (
        ("messages", gettext("评测消息数"), "{:,.0f}"),
        ("accuracy", gettext("准确率"), "{:.1%}"),
        ("macro_f1", gettext("各类平均F1"), "{:.1%}"),
        ("ece", gettext("期望校准误差"), "{:.3f}"),
    )
    return [(said, form.format(found[name])) for name, said, form in named if isinstance(found.get(name), (int, float))]


def calibration(bins: Sequence[Sequence[float]]) -> dict[str, Any] | None:
    """How often the model is right (upwards) where it says how sure it is (rightwards); None without figures."""
    rows = [(float(sure), float(right), int(count)) for sure, right, count in bins if count]
    if not rows:
        return None
    return {
        "points": [(_x(sure), _y(right), f"{sure:.0%} → {right:.0%} ({count})") for sure, right, count in rows],
        "line": " ".join(f"{_x(sure)},{_y(right)}" for sure, right, _count in rows),
        "rows": [(f"{sure:.0%}", f"{right:.0%}", count) for sure, right, count in rows],
    }


def abstention(curve: Sequence[Sequence[float]]) -> dict[str, Any] | None:
    """How often the rest is right (upwards, from the worst) when so many are left to a person (rightwards)."""
    rows = sorted((float(left), float(right), float(least)) for least, left, right in curve)
    if not rows:
        return None
    low = min(int(min(right for _left, right, _least in rows) * 10) / 10, 0.9)
    most = max(rows[-1][0], 0.01)
    step = max(len(rows) // 10, 1)
    return {
        "line": " ".join(f"{_x(left / most)},{_y((right - low) / (1 - low))}" for left, right, _least in rows),
        "low": f"{low:.0%}",
        "most": f"{most:.0%}",
        "rows": [(f"{left:.0%}", f"{right:.1%}", f"{least:.2f}") for left, right, least in rows[::step]],
    }


def _x(share: float) -> float:
    return round(EDGE + share * SIZE, 1)


def _y(share: float) -> float:
    return round(EDGE / 2 + (1 - share) * SIZE, 1)
