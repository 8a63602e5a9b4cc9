"""Looking back: trace-backs with their timeline, and micro-reviews with the measure before and after."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin.kernel import access, areas, bodies, clock, money, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import reviews, traces
from anxin.programmes.sixsystems.models import Review, Trace
from anxin.programmes.sixsystems.pages.serving import looked_at
from anxin.web import asking, session, timeline, words
from anxin.web.asking import Act, serve

STATES = {"open": "进行中", "decided": "已认定，异议期", "watching": "跟踪中", "closed": "已办结"}


def _around(rows: QuerySet[Any], area: Any) -> list[tuple[Any, str]]:
    at = {f"matter__{name}": pk for name, pk in figures.scope(area).items()}
    found = rows.filter(**at).select_related("matter__grid").defer("matter__grid__boundary").order_by("-opened_at")[:50]
    return [(each, _(STATES[each.state])) for each in found]


@require_http_methods(["GET", "HEAD", "POST"])
def traces_list(request: HttpRequest) -> HttpResponse:
    """The trace-backs of an area; one is opened here by the number of its matter."""
    by, area = looked_at(request)
    norm = registry.norm("sixsystems.triggers", areas.today())
    acts: dict[str, Act | None] = {"begin": None}
    if rights.entitled(by, "sixsystems.trace", area=area.pk):
        acts["begin"] = Act(_("启动倒查"), {
            "number": asking.text(_("事项编号"), most=40),
            "trigger": asking.pick(_("启动情形"), asking.named(norm.value)),
        }, lambda by, number, trigger: reverse("sixsystems:trace", args=[
            traces.begin(access.matter(by, number.strip()), trigger, by).pk]))  # fmt: skip
    named = dict(asking.named(norm.value))
    rows = [(each, state, named.get(each.trigger, each.trigger)) for each, state in _around(Trace.objects.all(), area)]
    return serve(
        request, by, "sixsystems/traces.html", {"area": area, "tab": "traces", "rows": rows, "norm": norm}, acts
    )


def _found(request: HttpRequest, table: Any, pk: int) -> tuple[Actor, Any]:
    by = session.actor(request)
    row = table.objects.select_related("matter").filter(pk=pk).first()
    if row is None:
        raise NotFound
    own = table is Trace and row.findings.filter(post=by.post).exists()
    if not own:
        rights.enter(by, "sixsystems.view", view="sixsystems.view", area=row.where)
    return by, row


@require_http_methods(["GET", "HEAD", "POST"])
def trace(request: HttpRequest, pk: int) -> HttpResponse:
    """A trace-back: its nodes and findings beside the timeline of the matter, as the journal has it."""
    by, row = _found(request, Trace, pk)
    day, matter = areas.today(), row.matter
    norms = {name: dict(asking.named(rules.value(name, day))) for name in ("diligence", "measures", "triggers")}
    nodes = list(row.findings.select_related("post__body"))
    told = timeline.of(matter, list(matter.orders.all()), list(matter.clocks.all()))
    until = row.decided_at and clock.due(row.decided_at, registry.rule("sixsystems.objection", row.decided_at).limit)
    places = [(each.place, f"{each.place + 1} {_(rules.NODES[each.node])} {each.post}") for each in nodes]
    place = asking.pick(_("环节"), places, to=int)
    acts: dict[str, Act | None] = {}
    if row.state == "open" and rights.entitled(by, "sixsystems.trace", area=row.where):
        acts["find"] = Act(_("记认定"), {
            "place": place, "finding": asking.pick(_("认定"), asking.named(rules.FINDINGS)),
            "ground": asking.text(_("依据"), rows=2), "measure": asking.pick(_("措施"), norms["measures"].items()),
            "exempt": asking.pick(_("尽职免责情形"), norms["diligence"].items(), required=False),
        }, lambda by, place, finding, ground, exempt, measure: traces.find(
            pk, place, finding, by, ground, exempt or "", measure))  # fmt: skip
        acts["decide"] = Act(_("作出认定"), {}, lambda by: traces.decide(pk, by))
    if row.state == "decided":
        mine = [each for each in places if nodes[each[0]].post_id == by.post and not nodes[each[0]].objection]
        fields = {"place": asking.pick(_("环节"), mine, to=int), "text": asking.text(_("异议"), rows=3)}
        if mine and until is not None and clock.now() <= until:
            acts["object"] = Act(_("提出异议"), fields, lambda by, place, text: traces.object_to(pk, place, text, by))
        waiting = [each for each in places if nodes[each[0]].objection and nodes[each[0]].upheld is None]
        if waiting and rights.entitled(by, "sixsystems.answer", area=row.where):
            fields = {"place": asking.pick(_("环节"), waiting, to=int), "text": asking.text(_("答复"), rows=3),
                      "upheld": asking.tick(_("异议成立，改为已尽责"))}  # fmt: skip
            acts["answer"] = Act(_("答复异议"), fields, lambda by, place, upheld, text: traces.answer(
                pk, place, upheld, text, by))  # fmt: skip
        if rights.entitled(by, "sixsystems.trace", area=row.where):
            acts["close"] = Act(_("办结倒查"), {}, lambda by: traces.close(pk, by))
    context = {
        "area": areas.tree().areas.get(row.where or 0), "tab": "traces", "trace": row, "state": _(STATES[row.state]),
        "trigger": norms["triggers"].get(row.trigger, row.trigger), "until": until, "timeline": timeline.listed(told),
        "nodes": [(each, _(rules.NODES[each.node]), _(rules.FINDINGS.get(each.finding, "")),
                   norms["diligence"].get(each.exempt, ""), norms["measures"].get(each.measure, "")) for each in nodes],
        "seen": access.sees(by, matter),
    }  # fmt: skip
    return serve(request, by, "sixsystems/trace.html", context, acts, reverse("sixsystems:trace", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def reviews_list(request: HttpRequest) -> HttpResponse:
    """The micro-reviews of an area; one is opened here by the number of its matter."""
    by, area = looked_at(request)
    acts: dict[str, Act | None] = {"begin": None}
    if rights.entitled(by, "sixsystems.review", area=area.pk):
        fields = {"number": asking.text(_("事项编号"), most=40)}
        acts["begin"] = Act(_("开微复盘"), fields, lambda by, number: reverse(
            "sixsystems:review", args=[reviews.begin(access.matter(by, number.strip()), by).pk]))  # fmt: skip
    rows = _around(Review.objects.all(), area)
    return serve(request, by, "sixsystems/reviews.html", {"area": area, "tab": "reviews", "rows": rows}, acts)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """A micro-review: what was found, the plan, the measure before and after, the looks after 1, 3 and 6 months."""
    by, row = _found(request, Review, pk)
    day, causes = areas.today(), dict(asking.named(rules.value("causes", areas.today())))
    steps, measures = list(row.milestones.select_related("body")), list(row.measures.all())
    looks = list(row.matter.checks.order_by("months", "pk"))
    context = {
        "area": areas.tree().areas.get(row.where or 0), "tab": "reviews", "review": row, "state": _(STATES[row.state]),
        "cause": causes.get(row.cause, ""), "hints": figures.hints(row, day), "looks": looks, "today": day,
        "kind": words.kind(row.matter.kind), "bars": [_bars(each) for each in measures],
        "steps": [(each, money.yuan(each.budget) if each.budget is not None else "") for each in steps],
        "texts": [(_(title), getattr(row, name)) for name, title in TEXTS.items()],
    }  # fmt: skip
    acts = (
        _acts(row, causes, steps, measures, looks) if rights.entitled(by, "sixsystems.review", area=row.where) else {}
    )
    return serve(request, by, "sixsystems/review.html", context, acts, reverse("sixsystems:review", args=[pk]))


TEXTS = {"happened": "发生了什么", "reason": "为什么在这里", "known": "事前知道什么", "elsewhere": "别处是否也有"}


def _bars(measure: Any) -> dict[str, Any]:
    most = max(measure.before, measure.after or 0, 1)
    better = measure.after is not None and (measure.after < measure.before) == measure.lower
    return {"measure": measure, "before": round(float(measure.before / most) * 300, 1), "better": better,
            "after": round(float((measure.after or 0) / most) * 300, 1)}  # fmt: skip


def _acts(row: Review, causes: dict[str, str], steps: Any, measures: Any, looks: Any) -> dict[str, Act | None]:
    pk, acts = row.pk, dict[str, Act | None]()
    if row.state == "closed":
        return acts
    near = areas.tree().chain(row.where or 0, areas.today()) if row.where else []
    bodies_ = {each.pk: each for each in bodies.directory().by_id.values() if each.area_id in near}
    parking = row.matter.kind == "sixsystems.parking"
    fields = {"cause": asking.pick(_("根因"), causes.items())}
    fields |= {
        name: asking.text(_(title), rows=2, required=name == "reason", most=2000) for name, title in TEXTS.items()
    }
    if parking:
        fields |= {"delivered_on": asking.day(_("首次交付日期"), required=False),
                   "unsold": asking.number(_("未售车位数"), required=False)}  # fmt: skip
    for name, field in fields.items():
        field.initial = getattr(row, name)
    acts["describe"] = Act(_("保存分析"), fields, lambda by, cause, **said: reviews.describe(pk, by, cause, **said))
    acts["step"] = Act(_("加一项措施"), {
        "title": asking.text(_("做什么"), most=200), "due_on": asking.day(_("完成日期")),
        "body": asking.pick(_("责任单位"), [(n, each.name) for n, each in bodies_.items()], to=int),
        "budget": asking.text(_("预算（元）"), required=False, most=20),
    }, lambda by, title, due_on, body, budget: reviews.add_milestone(
        pk, title, bodies_[body], due_on, by, money.fen(budget) if budget else None))  # fmt: skip
    acts["measure"] = Act(_("加一个指标"), {
        "title": asking.text(_("指标"), most=100), "unit": asking.text(_("计量单位"), most=20),
        "before": asking.number(_("改进前"), places=2), "on": asking.day(_("统计日期")),
    }, lambda by, title, unit, before, on: reviews.measure(pk, title, unit, before, on, by))  # fmt: skip
    if row.state == "open":
        acts["settle"] = Act(_("定案，开始跟踪"), {}, lambda by: reviews.settle(pk, by))
        return acts
    if left := [(each.pk, each.title) for each in steps if each.done_at is None]:
        fields = {"milestone": asking.pick(_("措施"), left, to=int)}
        acts["reach"] = Act(_("已完成"), fields, lambda by, milestone: reviews.reach(pk, milestone, by))
    fields = {"measure": asking.pick(_("指标"), [(each.pk, each.title) for each in measures], to=int),
              "after": asking.number(_("改进后"), places=2), "on": asking.day(_("统计日期"))}  # fmt: skip
    acts["after"] = Act(
        _("记改进后"), fields, lambda by, measure, after, on: reviews.measured(pk, measure, after, on, by)
    )
    if waiting := [(each.months, f"{each.months} · {each.due_on}") for each in looks if each.done_at is None]:
        fields = {"months": asking.pick(_("跟踪"), waiting, to=int), "recurred": asking.tick(_("又发生了")),
                  "text": asking.text(_("查看情况"), rows=2, required=False)}  # fmt: skip
        acts["look"] = Act(_("记跟踪"), fields, lambda by, months, recurred, text: reviews.look(
            pk, months, recurred, text, by))  # fmt: skip
    acts["close"] = Act(_("结束复盘"), {}, lambda by: reviews.close(pk, by))
    return acts
