"""What pay looks like: the own statement, a month by town and post, records, formula and trial, the ladder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anxin.kernel import areas, money, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.calendar import months_after
from anxin.kernel.columns import among
from anxin.kernel.errors import BadInput, NotAllowed, NotFound
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.actions import ladder as steps
from anxin.programmes.gridpay.figures import reading, shown
from anxin.programmes.gridpay.forms import NAMES, ActForm, either, name
from anxin.programmes.gridpay.pages.doing import one
from anxin.programmes.gridpay.rules import formula as rule
from anxin.programmes.gridpay.rules.entry import NORMS
from anxin.web import drawing, said, session
from anxin.web.paging import Paged, paged

PAGE = 50
FIXED = ("exit", "low", "base", "levels", "draw", "limit", "floor")
"""Numbers of the formula that are not tried out on the page."""
Run = book.Run.objects
HEAVY = ("contract__post__area__boundary",)
PEOPLE = ("contract__post__area", "contract__post__body", "contract__account__person")


def _show(request: HttpRequest, template: str, by: Actor, **more: Any) -> HttpResponse:
    return render(request, f"gridpay/{template}.html", {"watches": _may(by, "view"), "here": template, **more})


def _may(by: Actor, right: str, area: int | None = None) -> bool:
    return rights.entitled(by, f"gridpay.{right}", area=area)


def _county(request: HttpRequest, by: Actor) -> Area:
    """The county asked for, else the reader's own, else the first with a month."""
    tree = areas.tree()
    own = tree.place(by.area, areas.today()).county if by.area is not None and by.area_level != "city" else None
    first = Run.order_by("county__code").values_list("county", flat=True).first() if own is None else own
    found = tree.by_code.get(request.GET.get("county", "")) or tree.areas.get(first or 0)
    if found is None or found.level != "county":
        raise NotFound
    return found


def _may_object(since: Any) -> bool:
    return since is not None and areas.today() <= shown.last_day_to_object(since)


def _bars(values: Sequence[tuple[str, int]], width: int = 640, high: int = 120) -> list[drawing.Bar]:
    """A bar for each sum, no wider than 150 pixels."""
    step = min(150, width / max(len(values), 1))
    labels, sums = [label for label, _sum in values], [each for _label, each in values]
    return drawing.bars(sums, labels, width=step * len(values), height=high, gap=step * 0.15)


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """A worker: the own months, second looks, evaluations. Who watches: the months and the objections waiting."""
    by = session.actor(request)
    if _may(by, "view") or _may(by, "decide"):
        county = _county(request, by)
        runs = list(Run.filter(county=county).order_by("-month")[:24])
        paid = shown.seen(by, book.Statement.objects.filter(run__in=runs)).order_by().values_list("run")
        sums = dict(paid.annotate(Sum("pay")))
        last = f"{months_after(areas.today().replace(day=1), -1):%Y-%m}"
        return _show(
            request, "months", by, county=county, runs=[(r, name("state", r.state), sums.get(r.pk)) for r in runs],
            objections=[(o, shown.contract_of(o), ActForm("decide", o.pk)) for o in shown.open_objections(by)],
            form=ActForm("reckon", county.pk, known={"month": last}) if _may(by, "manage", county.pk) else None,
            bars=_bars([(f"{r.month:%Y-%m}", sums.get(r.pk, 0)) for r in runs[11::-1]]), decides=_may(by, "decide")
        )  # fmt: skip
    rights.enter(by, "gridpay.own")
    mine = book.Contract.objects.filter(account=by.account, post=by.post)
    rows = (
        shown.seen(by, book.Statement.objects.filter(contract__in=mine)).select_related("run").order_by("-run__month")
    )
    looks = book.Draw.objects.filter(checker=by.post, done_at=None, run__state=book.OPEN).select_related("matter")
    levels = book.Evaluation.objects.filter(contract__in=mine).order_by("-period")[:12]
    return _show(
        request, "mine", by, rows=[(each, name("state", each.run.state)) for each in rows[:24]],
        looks=[(each, ActForm("look_again", each.pk)) for each in looks],
        evaluations=[(e, ActForm("object_evaluation", e.pk) if _may_object(e.decided_at) else None) for e in levels],
        procedures=[(p, name("ground", p.ground)) for p in book.Procedure.objects.filter(contract__in=mine)]
    )  # fmt: skip


@require_safe
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One post's month, each line with its evidence: for the worker (once made known) and who watches the area."""
    by = session.actor(request)
    rows = book.Statement.objects.select_related("run", *PEOPLE).defer(*HEAVY).filter(pk=min(pk, 2**62))
    s = shown.seen(by, rows).first()
    if s is None:
        raise NotFound
    since, own = s.run.published_at, shown.is_own(by, s.contract)
    lines = [_line(each) for each in s.lines]
    sums = [each for each in lines if each["points"] is None]
    may = own and s.run.state == book.PUBLISHED and _may_object(since)
    return _show(
        request, "statement", by, s=s, points=[each for each in lines if each["points"] is not None], sums=sums,
        parts=_parts(sums), state=name("state", s.run.state), due=shown.last_day_to_object(since) if since else None,
        form=ActForm("object", pk) if may else None, objections=s.objections.order_by("pk"),
        grade=name("grade", s.contract.grade)
    )  # fmt: skip


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is read: title, the sentence behind it, evidence (numbers of matters with what they count)."""
    code, how = line["code"], line["how"]
    words = {**how, **{f"{k}_yuan": money.yuan(v) for k, v in how.items() if isinstance(v, int)}}
    words |= {"score_points": f"{how.get('score', 0) / 100:.2f}", "grade": name("grade", str(how.get("grade")))}
    words["held"] = name("certificate", how.get("held") or "—")
    sentence = either(NAMES["how"]["neutral" if how.get("neutral") is not None else code]).format_map(words)
    about: Callable[[Any], tuple[Any, str]] | None = {
        "bonus": lambda e: (e[0], f"{e[1]} · {name('fate', e[2])} · {money.yuan(e[3])}"),
        "deduct": lambda e: (e[0], name("finding", e[1])),
        **dict.fromkeys(("quality", "timeliness", "satisfaction"), lambda e: (e, "")),
    }.get(code)
    evidence = [about(each) for each in line["evidence"]] if about else []
    return {**line, "title": name("line", code), "how": sentence, "evidence": evidence, "count": len(line["evidence"])}


def _parts(sums: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The parts of a pay as one bar, left to right (pixels)."""
    plus = [each for each in sums if each["amount"] > 0]
    drawn = drawing.strip([each["amount"] for each in plus], 640)
    return [{**each, "x": x, "width": width} for each, (x, width) in zip(plus, drawn, strict=True)]


@require_safe
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """A month: towns side by side, then its posts, fifty on a page (`?town=`, `?page=`)."""
    by = session.actor(request)
    rights.enter(by, "gridpay.view")
    run: book.Run = one(book.Run, pk)
    towns, tree, area = shown.by_town(run, by), areas.tree(), run.county_id
    if not towns and not _may(by, "view", area):
        raise NotFound
    town = tree.by_code.get(request.GET.get("town", ""))
    rows = (
        shown.seen(by, run.statements.all())
        .select_related("contract__post__area", "contract__account__person", "town")
        .defer("inputs", "lines", *HEAVY, "town__boundary")
    )
    pages = paged(request, (rows.filter(town=town) if town else rows).order_by("post__code"), keys=True)
    offered = (
        ("publish", "manage", (book.OPEN,)), ("approve", "approve", (book.PUBLISHED,)),
        ("lock", "manage", (book.APPROVED,)), ("payroll", "export", (book.APPROVED, book.LOCKED))
    )  # fmt: skip
    return _show(
        request, "month", by, run=run, county=tree.areas[area], state=name("state", run.state), towns=towns, town=town,
        rows=[(each, name("grade", each.contract.grade)) for each in pages], pages=pages,
        whole={code: sum(each[code] for each in towns) for code in ("posts", "bonus", "deduct", "pay")},
        bars=_bars([(each["town"].name, round(each["pay"] / each["posts"])) for each in towns]),
        forms=[ActForm(do, pk) for do, right, states in offered if run.state in states and _may(by, right, area)],
        draws=run.draws.count(), waiting=run.draws.filter(done_at=None).count()
    )  # fmt: skip


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Patrol and learning: enter one's own; confirm those of the area."""
    by = session.actor(request)
    enters, confirms, reach = _may(by, "enter"), _may(by, "confirm"), rights.reach(by)
    if not (enters or confirms):
        raise NotAllowed
    rows = book.Effort.objects.select_related("post__area", "matter").defer("post__area__boundary")
    rows = rows.order_by("-day", "-pk")
    if by.role == "grid_worker":
        rows = rows.filter(post=by.post)
    elif reach is not None:
        rows = rows.filter(post__area__in=reach)  # written out: so the newest are found by their day, not sorted
    own = Post.objects.values_list("code", flat=True).get(pk=by.post or 0) if by.role == "grid_worker" else ""
    recent = Q(confirmed_at=None) | Q(day__gte=months_after(areas.today().replace(day=1), -1))
    pages = paged(request, rows.filter(recent))
    found = [
        (e, name("sort", e.sort),
         ActForm("confirm", e.pk) if confirms and by.post not in (e.entered_post, e.post_id) else None)
        for e in pages
    ]  # fmt: skip
    asked = ActForm("enter", 0, known={"day": areas.today(), "amount": 1, "post": own}) if enters else None
    return _show(request, "records", by, rows=found, pages=pages, form=asked)


def _tried(request: HttpRequest, f: rule.Formula) -> tuple[dict[str, Any], list[tuple[str, str, Any]], str]:
    """The numbers typed for a trial: what is changed (code -> value), the fields to show, what is wrong."""
    changed: dict[str, Any] = {}
    fields: list[tuple[str, str, Any]] = []
    wrong = ""
    groups = {"weights": "line", "certificate": "certificate", "deduction": "finding", "targets": "line"}
    for norm in (each for each in NORMS if each.code.removeprefix("gridpay.") not in FIXED):
        code = norm.code.removeprefix("gridpay.")
        inner = f[code] if isinstance(f[code], dict) else {"": f[code]}
        typed: dict[str, Any] = {}
        for part, number in inner.items():
            field = f"{code}.{part}" if part else code
            given = request.GET.get(field, "").strip() or str(number)
            typed[part] = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else given
            title = name(groups.get(code, "part"), part)
            fields.append((field, either([norm.title, norm.title_en]) + (f" · {title}" if part else ""), typed[part]))
        new = typed if isinstance(f[code], dict) else typed[""]
        if new != f[code]:
            changed[code] = new
            try:
                rule.check(code, new)
            except BadInput as error:
                wrong = f"{either([norm.title, norm.title_en])}：{error.message}"
    return changed, fields, wrong


@require_safe
def formula(request: HttpRequest) -> HttpResponse:
    """The numbers in force with their sources; a trial: what the last quarter would have paid, post by post."""
    by = session.actor(request)
    rights.enter(by, "gridpay.view")
    county = _county(request, by)
    f = rule.declared(areas.today())
    begin, runs = shown.last_quarter(county, areas.today())
    changed, fields, wrong = _tried(request, f)
    town = areas.tree().by_code.get(request.GET.get("town", ""))
    towns = shown.by_town(runs[0], by) if runs else []
    if town is None and towns and request.GET.get("town") != "all":
        town = towns[0]["town"]  # a whole county is reckoned only when it is asked for
    tried = changed and not wrong
    found = shown.preview(runs, town, changed, by) if tried else shown.as_paid(runs, town, by)
    was, would = sum(each.was for each in found), sum(each.would for each in found)
    pages = paged(request, found)
    posts = Post.objects.select_related("area").only("area__name").in_bulk([each.post for each in pages])
    short = [(norm, norm.code.removeprefix("gridpay.")) for norm in NORMS]
    return _show(
        request, "formula", by, county=county, fields=fields, wrong=wrong, runs=runs, begin=begin,
        rows=[(posts[each.post].area, each) for each in pages], pages=pages,
        norms=[(n, either([n.title, n.title_en]), f[c], f.stamps[c], name("unit", n.unit)) for n, c in short],
        was=was, would=would, more=would - was, bars=_bars([("was", was), ("would", would)], 320, 100), town=town,
        count=len(found), towns=towns
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
    page = said.page(request)
    levels, rows = shown.quarter(by, county, begin, page=slice((page - 1) * PAGE, page * PAGE))
    pages = Paged(rows, page, len(levels) > page * PAGE)
    lacking = shown.missing([each.contract for each in rows], begin)
    going = book.Procedure.objects.filter(contract__post__area__in=among(shown.under(county))).select_related(
        "contract__post__body"
    )
    return _show(
        request, "ladder", by, county=county, begin=begin, last=months_after(begin, -3), pages=pages,
        rows=[_rung(each, by, lacking[each.contract.pk]) for each in rows],
        next=months_after(begin, 3), bars=_bars([(level, levels.count(level)) for level in "ABCD"], 320, 90),
        procedures=[(each, name("ground", each.ground)) for each in going.order_by("-pk")[:50]],
    )  # fmt: skip


def _rung(q: shown.Quarter, by: Actor, lacking: list[str]) -> dict[str, Any]:
    e, area = q.evaluation, q.contract.post.area_id
    return {
        "row": q, "grade": name("grade", q.contract.grade), "missing": [name("unmet", each) for each in lacking],
        "evaluate": e is None and _may(by, "manage", area), "promote": not lacking and _may(by, "approve", area),
        "begin": e is not None and e.level == "D" and _may(by, "manage", area),
    }  # fmt: skip


@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """The contracts of an area, fifty on a page, and the form to enter one."""
    by = session.actor(request)
    rights.enter(by, "gridpay.view")
    reach = rights.reach(by)
    rows = book.Contract.objects.select_related("post__area", "account__person").defer("post__area__boundary")
    rows = rows.order_by("post__code", "-valid_from")
    pages = paged(request, rows if reach is None else rows.filter(post__area__in=among(reach)), keys=True)
    may = _may(by, "manage") or _may(by, "approve")
    return _show(request, "contracts", by, rows=[(each, name("grade", each.grade)) for each in pages], pages=pages,
                 form=ActForm("take_on", 0) if may else None, ends=_may(by, "approve"))  # fmt: skip


@require_safe
def procedure(request: HttpRequest, pk: int) -> HttpResponse:
    """A procedure, step by step; the next one with its form, for whoever is entitled; the worker may object."""
    by = session.actor(request)
    p = steps.procedure(min(pk, 2**62))
    shown.see(by, p.contract)
    rows = [
        (each, name("step", each.code), name("outcome", each.outcome) if each.outcome else "") for each in p.steps.all()
    ]
    following = next((each for each, _, _ in rows if each.done_at is None), None) if p.ended_at is None else None
    asked = None
    if following is not None and _may(by, following.right.removeprefix("gridpay."), p.contract.post.area_id):
        allowed = [(code, name("outcome", code)) for code in steps.OUTCOMES.get(following.code, ())]
        asked = ActForm("step", pk, choices=lambda group: allowed, known={"code": following.code})
        if not allowed:
            del asked.fields["outcome"]
    own = shown.is_own(by, p.contract) and p.ended_at is None
    return _show(request, "procedure", by, p=p, ground=name("ground", p.ground), rows=rows, following=following,
                 form=asked, objections=p.objections.order_by("pk"),
                 object=ActForm("object_procedure", pk) if own else None,
                 outcome=name("outcome", p.outcome) if p.outcome else "")  # fmt: skip
