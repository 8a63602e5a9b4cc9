"""What pay looks like: the own statement, a month by town and post, records, the formula and its preview, the ladder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anxin.kernel import areas, money, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import BadInput, NotAllowed, NotFound
from anxin.programmes.gridpay.actions import ladder as steps
from anxin.programmes.gridpay.figures import reading, shown
from anxin.programmes.gridpay.forms import NAMES as _NAMES
from anxin.programmes.gridpay.forms import Asked, name, said
from anxin.programmes.gridpay.models import (
    APPROVED,
    OPEN,
    PUBLISHED,
    Contract,
    Draw,
    Effort,
    Evaluation,
    Procedure,
    Run,
    Statement,
    Version,
)
from anxin.programmes.gridpay.pages.doing import key, one
from anxin.programmes.gridpay.rules import formula as rule
from anxin.web import session

PAGE = 50
TRIED = ("performance", "weights", "rates", "cap", "low_most", "neutral", "seniority_year", "coefficient_default")


def asked(action: str, pk: int, **initial: Any) -> Asked:
    """The form of an action, empty but for what is known, under a new key."""
    form = Asked(action, pk, initial=initial)
    form.key = key()
    return form


def _show(request: HttpRequest, page: str, by: Actor, **more: Any) -> HttpResponse:
    watches = rights.entitled(by, "gridpay.view")
    return render(request, f"gridpay/{page}.html", {"watches": watches, "here": page, **more})


def _county(request: HttpRequest, by: Actor) -> Area:
    """The county asked for, else the reader's own, else the first with a month."""
    tree = areas.tree()
    chosen = tree.by_code.get(request.GET.get("county", ""))
    own = tree.place(by.area, areas.today()).county if by.area is not None and by.area_level != "city" else None
    first = Run.objects.order_by("county__code").values_list("county", flat=True).first() if own is None else None
    found = chosen or tree.areas.get(own or first or 0)
    if found is None or found.level != "county":
        raise NotFound
    return found


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """A worker: the own months, second looks, evaluations. Who watches: the months and the objections waiting."""
    by = session.actor(request)
    if rights.entitled(by, "gridpay.view"):
        county = _county(request, by)
        runs = list(Run.objects.filter(county=county).order_by("-month")[:24])
        objections = [(each, shown.contract_of(each), asked("decide", each.pk)) for each in shown.open_objections(by)]
        last = reading.month_after(areas.today().replace(day=1), -1)
        sums = _sums(runs, by)
        form = (
            asked("reckon", county.pk, month=f"{last:%Y-%m}")
            if rights.entitled(by, "gridpay.manage", area=county.pk)
            else None
        )
        return _show(request, "months", by, county=county, runs=[(r, name("state", r.state), sums.get(r.pk)) for r in runs],
                     objections=objections, form=form, bars=bars([(f"{r.month:%Y-%m}", sums.get(r.pk, 0)) for r in runs[11::-1]]), decides=rights.entitled(by, "gridpay.decide"))  # fmt: skip
    rights.enter(by, "gridpay.own")
    mine = Contract.objects.filter(account=by.account, post=by.post)
    rows = (
        shown.seen(by, Statement.objects.filter(contract__in=mine)).select_related("run").order_by("-run__month")[:24]
    )
    looks = Draw.objects.filter(checker=by.post, done_at=None, run__state=OPEN).select_related("matter")
    evaluations = Evaluation.objects.filter(contract__in=mine).order_by("-period")[:12]
    return _show(
        request, "mine", by, rows=[(each, name("state", each.run.state)) for each in rows],
        looks=[(each, asked("look_again", each.pk)) for each in looks],
        evaluations=[(e, asked("object_evaluation", e.pk) if _may_object(e.decided_at) else None) for e in evaluations],
        procedures=[(each, name("ground", each.ground)) for each in Procedure.objects.filter(contract__in=mine)],
    )  # fmt: skip


def _may_object(since: Any) -> bool:
    return since is not None and areas.today() <= shown.last_day_to_object(since)


def _sums(runs: Sequence[Run], by: Actor) -> dict[int, int]:
    """What each month pays altogether, of what the reader may see (fen)."""
    rows = shown.seen(by, Statement.objects.filter(run__in=runs)).order_by().values_list("run").annotate(Sum("pay"))
    return dict(rows)


def bars(values: Sequence[tuple[str, int]], width: int = 640, high: int = 120) -> list[dict[str, Any]]:
    """Bars side by side (pixels), the largest as high as the drawing; with their label and sum."""
    most, step = max([*(each for _, each in values), 1]), width / max(len(values), 1)
    return [
        {"label": label, "sum": value, "x": round(place * step + step * 0.15, 1), "width": round(step * 0.7, 1),
         "middle": round(place * step + step / 2, 1), "height": round(value / most * high, 1),
         "y": round(high - value / most * high, 1)}
        for place, (label, value) in enumerate(values)
    ]  # fmt: skip


@require_safe
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One post's month, each line with its evidence: for the worker (once made known) and who watches over the area."""
    by = session.actor(request)
    rows = Statement.objects.select_related(
        "run", "contract__post__body", "contract__post__area", "contract__account__person"
    )
    found = shown.seen(by, rows.filter(pk=min(pk, 2**62))).first()
    if found is None:
        raise NotFound
    own = shown.is_own(by, found.contract)
    lines = [_line(each) for each in found.lines]
    due = shown.last_day_to_object(found.run.published_at) if found.run.published_at else None
    form = asked("object", pk) if own and found.run.state == PUBLISHED and _may_object(found.run.published_at) else None
    sums = [each for each in lines if each["points"] is None]
    return _show(
        request, "statement", by, s=found, points=[each for each in lines if each["points"] is not None], sums=sums, own=own,
        parts=_parts(sums), state=name("state", found.run.state), due=due, form=form, objections=found.objections.order_by("pk"),
        grade=name("grade", found.contract.grade),
    )  # fmt: skip


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is read: title, the sentence behind it, evidence (numbers of matters with what they count)."""
    code, how = line["code"], dict(line["how"])
    told = {k: money.yuan(v) for k, v in how.items() if isinstance(v, int)}
    words = {**how, **{f"{k}_yuan": v for k, v in told.items()}, "score_points": f"{how.get('score', 0) / 100:.2f}"}
    words["grade"], words["held"] = name("grade", str(how.get("grade"))), name("certificate", how.get("held") or "—")
    sentence = "neutral" if how.get("neutral") is not None else code
    shapes = {
        "bonus": lambda e: (e[0], f"{e[1]} · {name('fate', e[2])} · {money.yuan(e[3])}"),
        "deduct": lambda e: (e[0], name("finding", e[1])),
    }
    numbered = code in ("bonus", "deduct", "quality", "timeliness", "satisfaction")
    evidence = [shapes.get(code, lambda e: (e, ""))(each) for each in line["evidence"]] if numbered else []
    return {
        "code": code, "title": name("line", code), "amount": line["amount"], "points": line["points"], "most": line["most"],
        "how": said(_NAMES["how"][sentence]).format_map(words) if how or code == "adjust" else "", "evidence": evidence,
        "count": len(line["evidence"]),
    }  # fmt: skip


def _parts(sums: Sequence[Mapping[str, Any]], width: int = 640) -> list[dict[str, Any]]:
    """The parts of a pay as one bar, left to right (pixels)."""
    plus = [each for each in sums if each["amount"] > 0]
    whole, at, found = sum(each["amount"] for each in plus) or 1, 0.0, []
    for each in plus:
        wide = each["amount"] / whole * width
        found.append(
            {
                "code": each["code"],
                "title": each["title"],
                "amount": each["amount"],
                "x": round(at, 1),
                "width": round(wide, 1),
            }
        )
        at += wide
    return found


@require_safe
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """A month: towns side by side, then its posts, fifty on a page (`?town=`, `?page=`)."""
    by = session.actor(request)
    rights.enter(by, "gridpay.view")
    run: Run = one(Run, pk)
    towns = shown.by_town(run, by)
    tree = areas.tree()
    if not towns and not rights.entitled(by, "gridpay.view", area=run.county_id):
        raise NotFound
    town = tree.by_code.get(request.GET.get("town", ""))
    rows = shown.seen(by, run.statements.all()).select_related(
        "contract__post__area", "contract__account__person", "town"
    )
    rows = rows.filter(town=town) if town else rows
    page = max(1, int(request.GET.get("page", "1"))) if request.GET.get("page", "1").isdecimal() else 1
    some = list(rows.defer("inputs", "lines").order_by("post__code")[(page - 1) * PAGE : page * PAGE + 1])
    able = {"manage": rights.entitled(by, "gridpay.manage", area=run.county_id),
            "approve": rights.entitled(by, "gridpay.approve", area=run.county_id)}  # fmt: skip
    offered = [
        asked(action, pk)
        for action, right, states in (
            ("publish", "manage", (OPEN,)), ("approve", "approve", (PUBLISHED,)), ("lock", "manage", (APPROVED,)),
        )
        if able[right] and run.state in states
    ]  # fmt: skip
    if run.state not in (OPEN, PUBLISHED) and rights.entitled(by, "gridpay.export", area=run.county_id):
        offered.append(asked("payroll", pk))
    whole = {code: sum(each[code] for each in towns) for code in ("posts", "gross", "bonus", "deduct", "pay")}
    return _show(
        request, "month", by, run=run, county=tree.areas[run.county_id], state=name("state", run.state), towns=towns, town=town,
        rows=[(each, name("grade", each.contract.grade)) for each in some[:PAGE]], page=page, more=len(some) > PAGE, whole=whole,
        bars=bars([(each["town"].name, round(each["pay"] / each["posts"])) for each in towns]), forms=offered,
        draws=run.draws.count(), waiting=run.draws.filter(done_at=None).count(),
    )  # fmt: skip


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Patrol and learning: enter one's own; confirm those of the area."""
    by = session.actor(request)
    if not (rights.entitled(by, "gridpay.enter") or rights.entitled(by, "gridpay.confirm")):
        raise NotAllowed
    rows = Effort.objects.select_related("post__area", "matter").order_by("-day", "-pk")
    reach, confirms = rights.reach(by), rights.entitled(by, "gridpay.confirm")
    if by.role == "grid_worker":
        rows = rows.filter(post=by.post)
    elif reach is not None:
        rows = rows.filter(post__area__in=reach)
    own = _code(by) if by.role == "grid_worker" else ""
    form = asked("enter", 0, day=areas.today(), amount=1, post=own) if rights.entitled(by, "gridpay.enter") else None
    shown_ = [
        (each, name("sort", each.sort), asked("confirm", each.pk) if confirms and not each.confirmed_at and by.post != each.entered_post else None)
        for each in rows.filter(Q(confirmed_at=None) | Q(day__gte=reading.month_after(areas.today().replace(day=1), -1)))[:100]
    ]  # fmt: skip
    return _show(request, "records", by, rows=shown_, form=form)


def _code(by: Actor) -> str:
    return Post.objects.values_list("code", flat=True).get(pk=by.post)


def _tried(request: HttpRequest, f: rule.Formula) -> tuple[dict[str, Any], list[tuple[str, str, Any]], str]:
    """The numbers typed for a trial: what is changed (code -> value), the fields to show, what is wrong."""
    changed: dict[str, Any] = {}
    fields: list[tuple[str, str, Any]] = []
    wrong = ""
    for norm in rule.NORMS:
        code = norm.code.removeprefix("gridpay.")
        value = f[code]
        if code in ("exit", "low", "base", "levels", "draw", "limit", "floor"):
            continue
        inner = value if isinstance(value, dict) else {"": value}
        typed: dict[str, Any] = {}
        for part, number in inner.items():
            field = f"{code}.{part}" if part else code
            given = request.GET.get(field, "").strip()
            wrong = wrong or (field if given and not given.isdecimal() else "")
            typed[part] = int(given) if given.isdecimal() and len(given) < 10 else number
            fields.append(
                (field, said([norm.title, norm.title_en]) + (f" · {_part(code, part)}" if part else ""), typed[part])
            )
        new = typed if isinstance(value, dict) else typed[""]
        if new != value:
            try:
                rule.check(code, new)
                changed[code] = new
            except BadInput as error:
                wrong = error.message
    return changed, fields, wrong


def _part(code: str, part: str) -> str:
    group = {"weights": "line", "certificate": "certificate", "deduction": "finding", "targets": "line"}.get(code)
    return name(group, part) if group else part


@require_safe
def formula(request: HttpRequest) -> HttpResponse:
    """The numbers in force with their sources; a trial: what the last quarter would have paid, post by post."""
    by = session.actor(request)
    rights.enter(by, "gridpay.view")
    county = _county(request, by)
    f = reading.formula_on(county.pk, areas.today())
    begin, runs = shown.last_quarter(county, areas.today())
    changed, fields, wrong = _tried(request, f)
    town = areas.tree().by_code.get(request.GET.get("town", ""))
    found = shown.preview(runs, town, changed, by) if runs else []
    was, would = sum(each.was for each in found), sum(each.would for each in found)
    norms = [
        (n, said([n.title, n.title_en]), f[n.code.removeprefix("gridpay.")], f.stamps[n.code.removeprefix("gridpay.")])
        for n in rule.NORMS
    ]
    form = asked("propose", county.pk, changed=json.dumps(changed)) if changed and not wrong else None
    pending = [
        (each, asked("approve_version", each.pk) if rights.entitled(by, "gridpay.approve", area=county.pk) else None)
        for each in Version.objects.filter(county=county, approved_at=None).order_by("-pk")[:20]
    ]
    both = bars([(each, value) for each, value in (("was", was), ("would", would))], 320, 100)
    return _show(
        request, "formula", by, county=county, norms=norms, fields=fields, wrong=wrong, runs=runs, begin=begin, rows=found[:200],
        was=was, would=would, more=would - was, bars=both, changed=changed, pending=pending, town=town, count=len(found),
        form=form if rights.entitled(by, "gridpay.manage", area=county.pk) else None,
    )  # fmt: skip


@require_safe
def ladder(request: HttpRequest) -> HttpResponse:
    """The quarter's levels, who may be promoted, what follows a D (`?quarter=2026-07-01`)."""
    by = session.actor(request)
    rights.enter(by, "gridpay.view")
    county = _county(request, by)
    try:
        begin = reading.quarter_of(date.fromisoformat(request.GET["quarter"]))
    except (KeyError, ValueError):
        begin = shown.last_quarter(county, areas.today())[0]
    rows = shown.quarter(by, county, begin)
    page = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdecimal() else 1
    counts = [
        (level, sum((r.evaluation.level if r.evaluation else r.proposed) == level for r in rows)) for level in "ABCD"
    ]
    manages, approves = rights.entitled(by, "gridpay.manage"), rights.entitled(by, "gridpay.approve")
    out = []
    for each in rows[(page - 1) * PAGE : page * PAGE]:
        missing = shown.unmet(each.contract) if each.evaluation and each.evaluation.level == "A" else ["two_a"]
        out.append({
            "row": each, "grade": name("grade", each.contract.grade), "missing": [name("unmet", m) for m in missing],
            "evaluate": asked("evaluate", each.contract.pk, quarter=begin.isoformat(), level=each.proposed)
            if manages and each.evaluation is None else None,
            "promote": approves and not missing, "begin": manages and each.evaluation is not None and each.evaluation.level == "D",
        })  # fmt: skip
    going = (
        Procedure.objects.filter(contract__in=[r.contract.pk for r in rows])
        .select_related("contract__post")
        .order_by("-pk")[:50]
    )
    return _show(request, "ladder", by, county=county, begin=begin, last=reading.month_after(begin, -3), next=reading.month_after(begin, 3),
                 rows=out, bars=bars(counts, 320, 90), page=page, more=len(rows) > page * PAGE,
                 procedures=[(each, name("ground", each.ground)) for each in going])  # fmt: skip


@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """The contracts of an area, fifty on a page, and the form to enter one."""
    by = session.actor(request)
    rights.enter(by, "gridpay.view")
    reach = rights.reach(by)
    rows = Contract.objects.select_related("post__area", "post__body", "account__person").order_by(
        "post__code", "-valid_from"
    )
    rows = rows if reach is None else rows.filter(post__area__in=reach)
    page = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdecimal() else 1
    some = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    may = rights.entitled(by, "gridpay.manage") or rights.entitled(by, "gridpay.approve")
    return _show(request, "contracts", by, rows=[(each, name("grade", each.grade)) for each in some[:PAGE]], page=page,
                 more=len(some) > PAGE, form=asked("take_on", 0) if may else None,
                 ends=rights.entitled(by, "gridpay.approve"))  # fmt: skip


@require_safe
def procedure(request: HttpRequest, pk: int) -> HttpResponse:
    """A procedure, step by step; the next one with its form, for whoever is entitled to it; the worker may object."""
    by = session.actor(request)
    found = steps.procedure(min(pk, 2**62))
    shown.see(by, found.contract)
    rows = [
        (each, name("step", each.code), name("outcome", each.outcome) if each.outcome else "")
        for each in found.steps.all()
    ]
    following = next((each for each, _, _ in rows if each.done_at is None), None)
    form = None
    if (
        following is not None
        and found.ended_at is None
        and rights.entitled(by, following.right, area=found.contract.post.area_id)
    ):
        form = asked("step", pk, code=following.code)
        allowed = steps.OUTCOMES.get(following.code, ())
        form.fields["outcome"].choices = [("", "—"), *((code, name("outcome", code)) for code in allowed)]  # type: ignore[attr-defined]
    own = shown.is_own(by, found.contract)
    return _show(request, "procedure", by, p=found, ground=name("ground", found.ground), rows=rows, following=following, form=form,
                 objections=found.objections.order_by("pk"), own=own,
                 object=asked("object_procedure", pk) if own and found.ended_at is None else None,
                 outcome=name("outcome", found.outcome) if found.outcome else "")  # fmt: skip
