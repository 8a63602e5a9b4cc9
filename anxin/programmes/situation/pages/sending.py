"""What the forms of the room have in common: a key of their own, errors beside their fields, nothing typed is lost."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def key() -> str:
    """A new key for a form: sent twice under it, it is done once."""
    return secrets.token_urlsafe(18)


def under(request: HttpRequest, by: Actor) -> Actor:
    """The reader, acting under the key of the form."""
    said = request.POST.get("key", "")
    return by.under(f"situation:{by.account}:{said}") if _KEY.fullmatch(said) else by


def done(request: HttpRequest, words: str, to: str) -> HttpResponse:
    """Say that it is done, on the page one goes back to."""
    messages.success(request, words)
    return HttpResponseRedirect(to, status=303)


def attempt(
    request: HttpRequest, do: Callable[[], Any], words: str, to: str, form: forms.Form | None = None
) -> HttpResponse | None:
    """Do it; what is wrong goes to its field (or above the page), and the form is shown again by the caller (None)."""
    try:
        do()
    except AnxinError as error:
        if error.status in (401, 403, 404):
            raise
        if form is None:
            messages.error(request, error.message)
            return None
        placed = False
        for name, said in error.fields.items():
            if name in form.fields:
                form.add_error(name, said)
                placed = True
        if not placed:
            form.add_error(None, error.message)
        return None
    return done(request, words, to)
