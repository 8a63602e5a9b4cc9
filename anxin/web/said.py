"""What a form of a programme's page has said: read by its type, wrong with its field; done once under its key.

Every form carries a `key`; what is wrong stands beside what was typed, so nothing is lost. Pages written by hand read
their fields with `Said` and go through `show`; Django's forms (`asking.py`, `declared.py`) are done with `tried`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from anxin.kernel import money
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, KeyReused
from anxin.kernel.rows import whole

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
LONGEST = 4000
LARGEST = 20 * 1024 * 1024
T = TypeVar("T")


def key() -> str:
    """A new key for the forms of a page: what is sent twice under it is done once."""
    return secrets.token_urlsafe(18)


def under(request: HttpRequest, by: Actor) -> Actor:
    """The reader, acting under the key of the form."""
    given = request.POST.get("key", "")
    return by.under(f"said:{by.account}:{given}") if _KEY.fullmatch(given) else by


def page(request: HttpRequest) -> int:
    """The page of a list that is asked for (`?page=`), from 1."""
    return max(1, min(whole(request.GET.get("page", "")) or 1, 99_999))


class Said:
    """The fields of a form. Every reader raises BadInput with the name of its field."""

    def __init__(self, request: HttpRequest, by: Actor, *, asked: bool = False) -> None:
        self.request = request
        self.data: QueryDict = request.GET if asked else request.POST
        self.by = under(request, by)

    def text(self, name: str, *, required: bool = False, most: int = LONGEST) -> str:
        """Words, trimmed."""
        found = str(self.data.get(name, "")).replace("\r\n", "\n").strip()
        if "\x00" in found or "\ufffd" in found:
            raise BadInput(fields={name: _("含有不可识别的字符")})
        if required and not found:
            raise BadInput(fields={name: _("必填")})
        if len(found) > most:
            raise BadInput(fields={name: _("不超过 {most} 字").format(most=most)})
        return found

    def _read(self, name: str, read: Callable[[str], T], wrong: str, required: bool) -> T | None:
        found = self.text(name, required=required, most=60)
        if not found:
            return None
        try:
            return read(found)
        except (ValueError, ArithmeticError, BadInput):
            raise BadInput(fields={name: wrong}) from None

    def day(self, name: str) -> date:
        """A day (2026-11-24)."""
        found = self._read(name, _day, _("请填写日期"), True)
        assert found is not None
        return found

    def day_or_none(self, name: str) -> date | None:
        """A day that may be left out."""
        return self._read(name, _day, _("请填写日期"), False)

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number, up to a thousand million."""
        found = self._read(
            name, lambda said: int(said) if len(said) < 10 else int("x"), _("请填写整数"), default is None
        )
        return default if found is None and default is not None else found or 0

    def fen(self, name: str) -> int:
        """A sum in yuan as it is written, in fen."""
        return self._read(name, money.fen, _("请填写金额（元，最多两位小数）"), True) or 0

    def fen_or_none(self, name: str) -> int | None:
        """A sum that may be left out, in fen."""
        return self._read(name, money.fen, _("请填写金额（元，最多两位小数）"), False)

    def share(self, name: str) -> Fraction | None:
        """A share or rate in per cent, up to six places; None when left out."""
        return self._read(name, _share, _("请填写数字"), False)

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.data.get(name) == "1"

    def several(self, name: str) -> list[str]:
        """All boxes that are ticked under a name."""
        return [str(each) for each in self.data.getlist(name)][:200]

    def choice(self, name: str, known: Collection[str]) -> str:
        """One of some codes."""
        found = self.text(name, most=200)
        if found not in known:
            raise BadInput(fields={name: _("请从清单中选择")})
        return found

    def file(self, name: str) -> bytes | None:
        """The bytes of a file that was sent; None when none was."""
        sent: Any = self.request.FILES.get(name)
        if sent is None or not sent.size:
            return None
        if sent.size > LARGEST:
            raise BadInput(fields={name: _("不超过 {size} MB").format(size=LARGEST // 1024 // 1024)})
        return bytes(sent.read())


def _day(said: str) -> date:
    """A day of this age: what lies beyond it cannot be reckoned with."""
    found = date.fromisoformat(said)
    if not 1950 <= found.year <= 2150:
        raise ValueError(said)
    return found


def _share(said: str) -> Fraction:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", said):
        raise ValueError(said)
    return Fraction(said)


def refused(error: AnxinError, *but: type[object]) -> AnxinError:
    """What a page may show; what is not allowed or not there (`but` what is told even so) is raised."""
    if error.status in (401, 403, 404) and not isinstance(error, but):
        raise error
    return error


def tried(form: forms.Form, do: Callable[[], T], *but: type[object]) -> tuple[bool, T | None]:
    """Whether it could be done, and what came of it; what was refused stands above the form and at its fields."""
    try:
        return True, do()
    except AnxinError as error:
        told(form, refused(error, *but))
        return False, None


def done(
    request: HttpRequest, form: forms.Form, do: Callable[[], T], to: str | Callable[[T], str | HttpResponse],
    words: str = "", *but: type[object],
) -> HttpResponse | None:  # fmt: skip
    """Do what a good form asks and say so (`words`): the answer that leads on. None: the form is to be shown, perhaps
    with what was wrong. `to`: an address, or what makes one (or an answer of its own) of what came of it."""
    if request.method != "POST" or not form.is_valid():
        return None
    good, made = tried(form, do, *but)
    if not good:
        return None
    where = to if isinstance(to, str) else to(cast("T", made))
    if isinstance(where, HttpResponse):
        return where
    messages.success(request, words or _("已保存"))
    return HttpResponseRedirect(where, status=303)


def told(form: forms.Form, error: AnxinError) -> AnxinError:
    """Put what was refused above a form and at its fields."""
    for name, what in error.fields.items():
        if name in form.fields:
            form.add_error(name, what)
    form.add_error(None, error.message)
    return error


def attempt(
    request: HttpRequest,
    by: Actor,
    do: Mapping[str, Callable[[Said], object]],
    to: str | Callable[[], str],
    words: str = "",
) -> HttpResponse | AnxinError:
    """Do what the field `do` of the form names, say that it is done and go on; or the error, for the page to show.

    What is not allowed or not there is raised. What `do` returns, when it is an answer, is the answer.
    """
    said = Said(request, by)
    try:
        found = do[said.choice("do", do)](said)
    except AnxinError as error:
        return refused(error)
    except ObjectDoesNotExist:  # done already under this key, but for something else: what it made is not there
        return KeyReused(fields={"key": said.data.get("key", "")[:60]})
    if isinstance(found, HttpResponse):
        return found
    messages.success(request, found if isinstance(found, str) and found else words or _("已保存"))
    return HttpResponseRedirect(to if isinstance(to, str) else to(), status=303)


def show(
    request: HttpRequest, by: Actor, template: str, to: str, do: Mapping[str, Callable[[Said], object]],
    context: Callable[[], Mapping[str, Any]],
) -> HttpResponse:  # fmt: skip
    """A page with forms: do what was sent and go on to `to`, or show the page, with what was typed and what was wrong.

    The template gets `error`, `typed` (what was sent) and `key` (for its forms) beside the context, which is asked for
    only where the page is shown.
    """
    error = attempt(request, by, do, to) if request.method == "POST" else None
    if isinstance(error, HttpResponse):
        return error
    shown = {**context(), "error": error, "typed": request.POST, "key": key()}
    return render(request, template, shown, status=error.status if error else 200)
