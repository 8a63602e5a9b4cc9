"""`/gridpay/do/<action>/<pk>`: every form of pay as a page of its own; what is wrong stands beside what was typed."""

from __future__ import annotations

import json
import re
import secrets
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
from anxin.kernel import access, areas, files
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import AnxinError, BadInput, NotFound
from anxin.kernel.people import Account
from anxin.kernel.rows import writable
from anxin.programmes.gridpay.actions import ladder, months, writing
from anxin.programmes.gridpay.forms import ASKED, Asked
from anxin.programmes.gridpay.models import Contract, Evaluation, Procedure, Statement
from anxin.web import session

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
Said = Mapping[str, Any]


def key() -> str:
    """A new key for a form: sent twice under it, it is done once."""
    return secrets.token_urlsafe(18)


def one(model: Any, pk: int) -> Any:
    """A row by its number. Raises NotFound."""
    found = model.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound
    return found


def _post(code: str) -> Post:
    found = Post.objects.select_related("area").filter(code=code.strip(), role="grid_worker").first()
    if found is None:
        raise BadInput(fields={"post": _("没有这一专职网格员岗位")})
    return found


def _county(pk: int) -> Area:
    found = areas.tree().areas.get(pk)
    if found is None or found.level != "county":
        raise NotFound
    return found


def _object(what: str, model: Any) -> Callable[[Actor, int, Said], str]:
    def objects(by: Actor, pk: int, v: Said) -> str:
        thing = one(model, pk)
        months.object_to(by, v["words"], line=v.get("line", ""), **{what: thing})
        back = {"statement": ("statement", pk), "procedure": ("procedure", pk)}.get(what)
        return reverse(f"gridpay:{back[0]}", args=[pk]) if back else reverse("gridpay:front")

    return objects


def _enter(by: Actor, pk: int, v: Said) -> str:
    matter = access.matter(by, v["matter"]) if v["matter"] else None
    file = files.keep(v["file"].read()) if v["file"] else None
    writing.enter(by, post=_post(v["post"]), sort=v["sort"], day=v["day"], amount=v["amount"], words=v["words"],
                  evidence=file, matter=matter)  # fmt: skip
    return reverse("gridpay:records")


def _propose(by: Actor, pk: int, v: Said) -> str:
    try:
        changed = json.loads(v["changed"])
        for place, (code, value) in enumerate(changed.items()):
            writing.propose(by if place == 0 else by.under(None), _county(pk), code, value, v["month"], v["source"])
    except (ValueError, AttributeError):
        raise BadInput(fields={"changed": _("先改数值并试算")}) from None
    return reverse("gridpay:formula")


def _take_on(by: Actor, pk: int, v: Said) -> str:
    account = Account.objects.filter(login=v["login"].strip()).first()
    if account is None:
        raise BadInput(fields={"login": _("没有这一登录名")})
    named = {name: v[name] for name in ("grade", "step", "certificate", "since", "valid_from", "exception", "reason")}
    writing.take_on(by, post=_post(v["post"]), account=account, **named)
    return reverse("gridpay:contracts")


def _contract(do: Callable[[Actor, Contract, Said], Any], back: str = "ladder") -> Callable[[Actor, int, Said], str]:
    def does(by: Actor, pk: int, v: Said) -> str:
        made = do(by, one(Contract, pk), v)
        return (
            reverse("gridpay:procedure", args=[made.pk]) if isinstance(made, Procedure) else reverse(f"gridpay:{back}")
        )

    return does


def _month(do: Callable[[Actor, int], Any]) -> Callable[[Actor, int, Said], str]:
    def does(by: Actor, pk: int, v: Said) -> str:
        do(by, pk)
        return reverse("gridpay:month", args=[pk])

    return does


def _then(do: Callable[[Actor, int, Said], Any], back: str) -> Callable[[Actor, int, Said], str]:
    def does(by: Actor, pk: int, v: Said) -> str:
        do(by, pk, v)
        return reverse(f"gridpay:{back}")

    return does


def _step(by: Actor, pk: int, v: Said) -> str:
    ladder.do_step(by, ladder.procedure(pk), v["code"], v["reason"], v["outcome"])
    return reverse("gridpay:procedure", args=[pk])


def _reckon(by: Actor, pk: int, v: Said) -> str:
    return reverse("gridpay:month", args=[months.reckon(by, _county(pk), v["month"]).pk])


def _quarter(by: Actor, contract: Contract, v: Said) -> Any:
    try:
        begin = date.fromisoformat(v["quarter"])
    except ValueError:
        raise BadInput from None
    return ladder.evaluate(by, contract, begin, v["level"], v["reason"])


DOES: Mapping[str, Callable[[Actor, int, Said], str]] = {
    "reckon": _reckon,
    "publish": _month(months.publish),
    "approve": _month(months.approve),
    "lock": _month(months.lock),
    "object": _object("statement", Statement),
    "object_evaluation": _object("evaluation", Evaluation),
    "object_procedure": _object("procedure", Procedure),
    "decide": _then(lambda by, pk, v: months.decide(by, pk, **v), "front"),
    "enter": _enter,
    "confirm": _then(lambda by, pk, v: writing.confirm(by, pk), "records"),
    "look_again": _then(lambda by, pk, v: writing.look_again(by, pk, v["result"], v["words"]), "front"),
    "propose": _propose,
    "approve_version": _then(lambda by, pk, v: writing.approve_version(by, pk), "formula"),
    "evaluate": _contract(_quarter),
    "grade_year": _contract(lambda by, c, v: ladder.grade_year(by, c, v["year"])),
    "promote": _contract(lambda by, c, v: ladder.promote(by, c, v["target"], v["reason"])),
    "begin": _contract(lambda by, c, v: ladder.begin(by, c, v["ground"], v["reason"], v["matter"])),
    "step": _step,
    "take_on": _take_on,
    "end_contract": _contract(lambda by, c, v: ladder.end_contract(by, c, **v), "contracts"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, action: str, pk: int) -> HttpResponse:
    """Show the form of an action, or do it and go where its result stands; the payroll comes as a workbook."""
    by = session.actor(request)
    if action not in ASKED:
        raise NotFound
    sent = request.POST.get("key", "")
    form = Asked(action, pk, request.POST, request.FILES) if request.method == "POST" else Asked(action, pk)
    form.key = sent or key()
    if request.method == "POST" and form.is_valid():
        actor = by.under(f"gridpay:{by.account}:{sent}") if _KEY.fullmatch(sent) else by
        try:
            if not all(writable(each) for each in form.cleaned_data.values() if isinstance(each, str)):
                raise BadInput
            if action == "payroll":
                columns, rows = months.payroll(actor, pk, form.cleaned_data["reason"])
                return tables.answer(request, _("工资表"), columns, rows, f"payroll-{pk}")
            to = DOES[action](actor, pk, form.cleaned_data)
        except AnxinError as error:
            if error.status in (401, 403, 404) and not error.fields:
                raise
            for name, said in error.fields.items():
                form.add_error(name if name in form.fields else None, said)
            form.add_error(None, error.message)
        else:
            messages.success(request, form.title)
            return HttpResponseRedirect(to, status=303)
    return render(request, "gridpay/form.html", {"form": form}, status=400 if form.errors else 200)
