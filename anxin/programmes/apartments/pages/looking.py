"""`/apartments/visits`: the visits that wait for the reader, and one of them item by item, with photos."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin.kernel import areas, bodies, rights
from anxin.kernel.errors import AnxinError, NotFound
from anxin.kernel.files import LARGEST
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.actions import visits
from anxin.programmes.apartments.models import WORDS, Visit, said
from anxin.programmes.apartments.pages.front import back, seen
from anxin.web import paging, session
from anxin.web import said as sent


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; a round through all buildings in order is one tap; a visit can be begun."""
    by, day = session.actor(request), areas.today()
    rights.enter(by, "apartments.visit")
    rows = seen(by)
    if request.method == "POST":
        rhythm, code = request.POST.get("rhythm", ""), request.POST.get("building", "")
        try:
            if code:
                begun = visits.begin(code, sent.under(request, by), rhythm=rhythm)
                if begun is not None:
                    return HttpResponseRedirect(reverse("apartments:visit", args=[begun.pk]), status=303)
            else:
                for company in sorted({row.company.code for row in rows}):
                    visits.round_done(company, by, rhythm=rhythm, day=day)
                messages.success(request, _("已记录：全部正常"))
        except AnxinError as error:
            messages.error(request, sent.refused(error).message)
        return HttpResponseRedirect(request.path, status=303)
    waiting = visits.open_visits(by, [row.pk for row in rows], day).select_related("building")
    mine = [(rhythm, said(WORDS["rhythms"][rhythm])) for rhythm, roles in visits.WHO.items() if by.role in roles]
    shown = paging.paged(request, waiting)
    titles = {rhythm: said(pair) for rhythm, pair in WORDS["rhythms"].items()}
    context = {
        "shown": shown, "lines": [(visit, titles[visit.rhythm]) for visit in shown], "mine": mine, "key": sent.key(),
        "rows": [row for row in rows if row.status in visits.LIVED_IN], "day": day,
    }  # fmt: skip
    return render(request, "apartments/visits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit item by item; it keeps the check-list it began with. What is wrong becomes a hazard."""
    by = session.actor(request)
    visit = Visit.objects.select_related("building__house", "building__company").filter(pk=pk).first()
    if visit is None:
        raise NotFound
    row = rules.enter(by, "apartments.see", visit.building)
    wrong: dict[str, str] = {}
    if request.method == "POST" and visit.began_at is None:
        visits.begin(row.code, sent.under(request, by), rhythm=visit.rhythm, day=visit.due_on)
        return HttpResponseRedirect(request.path, status=303)
    if request.method == "POST":
        codes = [item["code"] for item in visit.items]
        shots_of = {code: request.FILES.getlist(f"photo_{code}")[:6] for code in codes}
        photos = {code: [each.read(LARGEST + 1) for each in shots] for code, shots in shots_of.items()}
        answers = {code: request.POST.get(code, "") for code in codes}
        try:
            visits.finish(row.code, sent.under(request, by), pk=pk, answers=answers, photos=photos)
            messages.success(request, _("检查已完成"))
            return HttpResponseRedirect(back(row.code), status=303)
        except AnxinError as error:
            wrong = {name: str(told) for name, told in sent.refused(error).fields.items()} or {"": error.message}
    photos_of: dict[str, list[Any]] = {}
    for photo in visit.photos.all():
        photos_of.setdefault(photo.item, []).append(photo.file_id)
    lines = [
        {"code": i["code"], "text": said(i["text"]), "grade": said(WORDS["grades"][i.get("grade", "general")]),
         "answer": visit.answers.get(i["code"]) or request.POST.get(i["code"], ""), "wrong": wrong.get(i["code"], ""),
         "photos": photos_of.get(i["code"], [])}
        for i in visit.items
    ]  # fmt: skip
    context = {
        "visit": visit, "row": row, "title": said(WORDS["rhythms"][visit.rhythm]), "lines": lines, "key": sent.key(),
        "wrong": wrong.get("", ""),
        "may": by.role in visits.WHO[visit.rhythm] and rules.may(by, "apartments.visit", row),
        "who": bodies.Post.objects.filter(pk=visit.post).select_related("body").first() if visit.post else None,
    }  # fmt: skip
    return render(request, "apartments/visit.html", context, status=400 if wrong else 200)
