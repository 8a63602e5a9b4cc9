"""What the forms of the room have in common: a key of their own, errors beside their fields, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from anxin.kernel.errors import AnxinError
from anxin.web.said import key, refused, told, under

__all__ = ["attempt", "done", "key", "under"]


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
        refused(error)
        if form is None:
            messages.error(request, error.message)
        else:
            told(form, error)
        return None
    return done(request, words, to)
