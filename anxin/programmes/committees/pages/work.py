"""Professional committees and referral, gold rooms, sweeps, and what is handed out before the season."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin.kernel import areas, registry, rights
from anxin.kernel.errors import BadInput
from anxin.kernel.people import Particulars
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import experts, sweeps
from anxin.programmes.committees.figures import audit
from anxin.programmes.committees.models import (
    BANDS,
    RELATIONS,
    Committee,
    Expert,
    GoldRoom,
    Notice,
    Referral,
    Sweep,
)
from anxin.programmes.committees.pages.overview import enter
from anxin.web import said, words

_ALL = require_http_methods(["GET", "HEAD", "POST"])


def _named(known: Any) -> list[tuple[str, str]]:
    return [(code, each["title_en" if words.english() else "title"]) for code, each in known.items()]


def _show(request: HttpRequest, name: str, acts: dict[str, Any], by: Any, context: dict[str, Any]) -> HttpResponse:
    """A page with forms; what is costly in the context is asked for only where the page is shown."""
    here = reverse(f"committees:{name}")

    def shown() -> dict[str, Any]:
        return {"day": areas.today(), **{key: each() if callable(each) else each for key, each in context.items()}}

    return said.show(request, by, f"committees/{name}.html", here, acts, shown)


@_ALL
def professional(request: HttpRequest) -> HttpResponse:
    """The professional committees with their experts; engage one, refer a matter."""
    by = enter(request)
    mine = Committee.objects.exclude(field="").select_related("body").prefetch_related("experts__person")
    mine = mine.order_by("body__code")

    def engage(form: said.Said) -> None:
        who = Particulars(name=form.text("name", required=True, most=60), phone=form.text("phone", most=25))
        of = get_object_or_404(mine, pk=form.whole("committee"))
        experts.engage(of, who, form.several("fields"), form.text("ties").split(), form.by)

    def refer(form: said.Said) -> str:
        of = get_object_or_404(mine, pk=form.whole("committee"))
        expert = Expert.objects.select_related("person").filter(pk=form.whole("expert", 0)).first()
        row = experts.refer(
            form.text("number"), of, form.text("field"), form.by, expert=expert, parties=form.text("parties").split(),
            relation=form.text("relation"), words=form.text("words"),
        )  # fmt: skip
        return _("已转介 %(number)s") % {"number": row.matter.number}

    fields = dict(_named(rules.FIELDS))
    context = {
        "committees": lambda: [
            (each, fields.get(each.field, ""), [
                (e, [fields.get(f, f) for f in e.fields]) for e in each.experts.all() if e.left_on is None
            ]) for each in mine
        ],
        "fields": list(fields.items()), "relations": [(c, _(n)) for c, n in RELATIONS.items()],
        "referrals": lambda: [
            (each, fields.get(each.field, "")) for each in Referral.objects.select_related(
                "matter", "committee__body", "expert__person"
            ).order_by("-pk")[:30]
        ],
        "may_refer": rights.entitled(by, "committees.refer"), "may_keep": rights.entitled(by, "committees.review"),
    }  # fmt: skip
    acts = {"engage": engage, "refer": refer, "dismiss": lambda form: experts.dismiss(form.whole("expert"), form.by)}
    return _show(request, "experts", acts, by, context)


@_ALL
def rooms(request: HttpRequest) -> HttpResponse:
    """The gold-medal rooms and their yearly looks."""
    by = enter(request)

    def name(form: said.Said) -> None:
        of = Committee.objects.select_related("body").filter(body__code=form.text("committee")).first()
        if of is None:
            raise BadInput(fields={"committee": _("没有这个调委会")})
        who = Particulars(name=form.text("name", required=True, most=60))
        experts.name_room(form.text("code", most=40), form.text("title", most=60), of, who, form.day("day"), form.by)

    def look(form: said.Said) -> None:
        room = get_object_or_404(GoldRoom.objects.select_related("committee__body"), code=form.text("code"))
        year, cases, settled, trainings = (form.whole(each) for each in ("year", "cases", "settled", "trainings"))
        reason = form.text("reason", most=500)
        experts.look_at_room(room, year, cases, settled, trainings, form.text("verdict"), form.by, reason=reason)

    context = {
        "rooms": lambda: [(e, _(experts.VERDICTS[e.last.verdict]) if e.last else "") for e in audit.rooms(by)],
        "norm": registry.norm("committees.gold", areas.today()),
        "verdicts": [(c, _(n)) for c, n in experts.VERDICTS.items()],
        "may": rights.entitled(by, "committees.review"), "last_year": areas.today().year - 1,
    }  # fmt: skip
    return _show(request, "rooms", {"name": name, "look": look}, by, context)


@_ALL
def sweeping(request: HttpRequest) -> HttpResponse:
    """Which committees are to go round, and what one found."""
    by = enter(request)

    def sweep(form: said.Said) -> str:
        of = get_object_or_404(Committee.objects.select_related("body"), body__code=form.text("committee"))
        finds = [
            sweeps.Finding(
                sort=form.text(f"sort{n}"), title=form.text(f"title{n}", most=120), words=form.text(f"words{n}"),
                band=form.text(f"band{n}"), address=form.text(f"address{n}", most=200),
            )
            for n in range(1, 6) if form.text(f"title{n}") or form.text(f"words{n}")
        ]  # fmt: skip
        row = sweeps.sweep(of, form.day("on"), finds, form.by)
        return _("已登记，本日共发现 %(n)s 件") % {"n": row.found.count()}

    day, sorts = areas.today(), dict(_named(rules.CLASSES))
    due = audit.sweeps_due(by)
    mine = [each.committee for each in due if rights.entitled(
        by, "committees.sweep", area=each.committee.body.area_id, body=each.committee.body_id
    )]  # fmt: skip
    context = {
        "due": [each for each in due if each.due][:300], "all": len(due), "peak": rules.peak_on(day),
        "mine": mine[:300],
        "sorts": list(sorts.items()), "bands": [(c, _(n)) for c, n in BANDS.items()], "lines": range(1, 6),
        "recent": lambda: [
            (each, [(f, sorts.get(f.sort, f.sort)) for f in each.found.all()]) for each in Sweep.objects.filter(
                committee__in=[each.committee.pk for each in due]
            ).select_related("committee__body").prefetch_related("found__matter").order_by("-on", "-pk")[:30]
        ],
    }  # fmt: skip
    return _show(request, "sweeps", {"sweep": sweep}, by, context)


@_ALL
def prevention(request: HttpRequest) -> HttpResponse:
    """The seasons of many disputes over the year, and the papers that are handed out."""
    by = enter(request)

    def publish(form: said.Said) -> None:
        sweeps.publish(
            form.text("title", required=True, most=120), form.text("sort"), form.by,
            season=form.text("season", most=60), text=form.text("text", most=20_000), content=form.file("file"),
            replaces=form.whole("replaces", 0) or None,
        )  # fmt: skip

    day, sorts = areas.today(), dict(_named(rules.NOTICES))
    norm = registry.norm("committees.peaks", day)
    context = {
        "norm": norm, "peak": rules.peak_on(day), "sorts": list(sorts.items()), "bars": rules.peak_bars(norm.value),
        "today_x": rules.day_x(f"{day:%m-%d}"), "may": rights.entitled(by, "committees.publish"),
        "notices": lambda: [
            (each, sorts.get(each.sort, "")) for each in Notice.objects.filter(valid_to=None).order_by("sort", "-pk")
        ],
        "english": words.english(),
    }  # fmt: skip
    return _show(request, "prevention", {"publish": publish}, by, context)
