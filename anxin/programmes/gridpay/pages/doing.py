"""`/gridpay/do/<action>/<pk>`: every form of pay is a page of its own; what is wrong stands beside what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin import tables
from anxin.kernel import access, areas, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import AnxinError, BadInput, NotFound
from anxin.kernel.people import Account
from anxin.programmes.gridpay import forms
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.actions import ladder, months, writing
from anxin.web import said, session

V = Mapping[str, Any]
Does = Callable[[Actor, int, V], tuple[str, int] | str]


def one(model: Any, pk: int) -> Any:
    """A row by its number. Raises NotFound."""
    found = model.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound
    return found


def county(pk: int) -> Area:
    """The county with this number. Raises NotFound."""
    found = areas.tree().areas.get(pk)
    if found is None or found.level != "county":
        raise NotFound
    return found


def _post(code: str) -> Post:
    found = Post.objects.select_related("area").filter(code=code, role="grid_worker").first()
    if found is None:
        raise BadInput(fields={"post": _("没有这一专职网格员岗位")})
    return found


def _object(what: str, back: str, model: Any) -> Does:
    def objects(by: Actor, pk: int, v: V) -> tuple[str, int] | str:
        months.object_to(by, v["words"], line=v.get("line", ""), **{what: one(model, pk)})
        return (back, pk) if back else "front"

    return objects


def _enter(by: Actor, pk: int, v: V) -> str:
    given = {name: v[name] for name in ("sort", "day", "amount", "words")}
    matter = access.matter(by, v["matter"]) if v["matter"] else None
    writing.enter(by, post=_post(v["post"]), matter=matter, content=v.get("file"), **given)
    return "records"


def _take_on(by: Actor, pk: int, v: V) -> str:
    account = Account.objects.filter(login=v["login"]).first()
    if account is None:
        raise BadInput(fields={"login": _("没有这一登录名")})
    given = {name: each for name, each in v.items() if name not in ("post", "login")}
    writing.take_on(by, post=_post(v["post"]), account=account, **given)
    return "contracts"


def _evaluate(by: Actor, pk: int, v: V) -> str:
    try:
        ladder.evaluate(by, one(book.Contract, pk), date.fromisoformat(v["quarter"]), v["level"], v["reason"])
    except ValueError:
        raise BadInput(fields={"quarter": _("请填写日期")}) from None
    return "ladder"


def _then(back: str, do: Callable[[Actor, int, V], Any], own: bool = False) -> Does:
    """Do it and go to a page: that of the row itself (`own`), or a list."""

    def does(by: Actor, pk: int, v: V) -> tuple[str, int] | str:
        made = do(by, pk, v)
        return (back, made.pk if isinstance(made, book.Procedure | book.Run) else pk) if own else back

    return does


def _contract(do: Callable[..., Any]) -> Callable[[Actor, int, V], Any]:
    return lambda by, pk, v: do(by, one(book.Contract, pk), **v)


DOES: Mapping[str, Does] = {
    "reckon": _then("month", lambda by, pk, v: months.reckon(by, county(pk), v["month"]), own=True),
    "publish": _then("month", lambda by, pk, v: months.publish(by, pk), own=True),
    "approve": _then("month", lambda by, pk, v: months.approve(by, pk), own=True),
    "lock": _then("month", lambda by, pk, v: months.lock(by, pk), own=True),
    "object": _object("statement", "statement", book.Statement),
    "object_evaluation": _object("evaluation", "", book.Evaluation),
    "object_procedure": _object("procedure", "procedure", book.Procedure),
    "decide": _then("front", lambda by, pk, v: months.decide(by, pk, **{**v, "amount": v["amount"] or 0})),
    "enter": _enter, "confirm": _then("records", lambda by, pk, v: writing.confirm(by, pk)),
    "look_again": _then("front", lambda by, pk, v: writing.look_again(by, pk, v["result"], v["words"])),
    "evaluate": _evaluate, "grade_year": _then("ladder", _contract(ladder.grade_year)),
    "promote": _then("ladder", _contract(ladder.promote)),
    "begin": _then("procedure", _contract(ladder.begin), own=True),
    "step": _then("procedure", lambda by, pk, v: ladder.do_step(by, ladder.procedure(pk), **v), own=True),
    "take_on": _take_on, "end_contract": _then("contracts", _contract(ladder.end_contract)),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, action: str, pk: int) -> HttpResponse:
    """Show the form of an action, or do it and go where its result stands; the payroll comes as a workbook."""
    by, status = session.actor(request), 200
    if action not in forms.FORMS:
        raise NotFound
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.ActForm(action, pk, *sent, known=request.GET.dict())  # what a link already knows stands in the form
    if form.is_valid():
        try:
            return _done(request, said.under(request, by), form)
        except AnxinError as error:
            status = said.told(form, said.refused(error)).status
    status = 400 if form.errors and status == 200 else status
    context = {"form": form, "watches": rights.entitled(by, "gridpay.view")}
    return render(request, "gridpay/form.html", context, status=status)


def _done(request: HttpRequest, by: Actor, form: forms.ActForm) -> HttpResponse:
    typed = form.said()
    if form.action == "payroll":
        columns, rows = months.payroll(by, form.pk, typed["reason"])
        return tables.answer(request, _("工资表"), columns, rows, f"payroll-{form.pk}")
    to = DOES[form.action](by, form.pk, typed)
    messages.success(request, form.title)
    where = reverse(f"gridpay:{to}") if isinstance(to, str) else reverse(f"gridpay:{to[0]}", args=[to[1]])
    return HttpResponseRedirect(where, status=303)
