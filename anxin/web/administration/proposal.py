"""One course for every change of the house: fill in, look at what it brings with it, confirm; it is written down.

A page carries how often its subject had been changed when it was shown (`seen`) and a key of its own. Who was slower
than somebody else is shown what changed meanwhile; who clicks twice changes once; what was typed is never lost.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anxin.kernel import access, areas, changes
from anxin.kernel.bodies import Actor
from anxin.kernel.changes import REASON_LENGTH, Alteration, Stale
from anxin.kernel.errors import AnxinError, NotAllowed, NotFound
from anxin.kernel.rows import whole, writable
from anxin.web import session, signin
from anxin.web.administration import naming
from anxin.web.identity import proof

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
CONTROL = ("csrfmiddlewaretoken", "do", "seen", "key", "page")
LONGEST_TEXT = 2_000_000
"""Letters of a pasted table or boundary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One thing a change brings with it: "note", "warn" (think twice) or "stop" (it cannot be done like this)."""

    text: str
    grade: str = "note"
    lines: Sequence[str] = ()


def note(text: str, *, lines: Sequence[str] = ()) -> Consequence:
    """Something worth knowing."""
    return Consequence(text=text, lines=tuple(lines))


def warn(text: str, *, lines: Sequence[str] = ()) -> Consequence:
    """Something to think twice about."""
    return Consequence(text=text, grade="warn", lines=tuple(lines))


def text(label: Any, *, required: bool = True, most: int = 200, hint: Any = "", **attrs: Any) -> forms.CharField:
    """A field of one line."""
    widget = forms.TextInput(attrs={"class": "form-control", **attrs})
    return forms.CharField(label=label, required=required, max_length=most, help_text=hint, widget=widget)


def longer(label: Any, *, required: bool = True, most: int = 2000, hint: Any = "", rows: int = 3) -> forms.CharField:
    """A field of several lines."""
    widget = forms.Textarea(attrs={"class": "form-control", "rows": rows})
    return forms.CharField(label=label, required=required, max_length=most, help_text=hint, widget=widget)


def day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """A day."""
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget, input_formats=["%Y-%m-%d"])


def pick(label: Any, choices: Any = (), *, required: bool = True, hint: Any = "") -> forms.ChoiceField:
    """One of a list."""
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, required=required, help_text=hint, widget=widget, choices=choices)


def tick(label: Any, *, hint: Any = "") -> forms.BooleanField:
    """Yes or no."""
    widget = forms.CheckboxInput(attrs={"class": "form-check-input", "value": "on"})
    return forms.BooleanField(label=label, required=False, help_text=hint, widget=widget)


def upload(label: Any, accept: str) -> forms.FileField:
    """A file whose text takes the place of what was pasted."""
    widget = forms.FileInput(attrs={"class": "form-control", "accept": accept})
    return forms.FileField(label=label, required=False, widget=widget, max_length=300)


class Proposal(forms.Form):
    """What is to be changed of one subject: `what` by whom (`access.ADMINISTERS`), `about` which sort in the book."""

    what: ClassVar[str]
    about: ClassVar[str]
    title: ClassVar[Any]
    submit: ClassVar[Any] = _("确认保存")
    danger: ClassVar[bool] = False
    """Whether the button to confirm is a red one."""

    reason = forms.CharField(
        label=_("理由"), required=False, max_length=REASON_LENGTH, help_text=_("写进变更记录，以后的人能看懂为什么改"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )  # fmt: skip

    def __init__(self, by: Actor, subject: Any, *args: Any, **more: Any) -> None:
        self.by, self.subject = by, subject
        super().__init__(*args, **more)
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])
        self.prepare()

    def prepare(self) -> None:
        """Fill lists and first values."""

    def choose(self, name: str, choices: Sequence[Any]) -> None:
        """What can be chosen in a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def begin(self, **values: Any) -> None:
        """What stands in the fields at first."""
        for name, value in values.items():
            self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        """Nothing the database cannot hold."""
        said = super().clean() or self.cleaned_data
        for name, value in said.items():
            if isinstance(value, str) and not writable(value):
                self.add_error(name, gettext("含有不可识别的字符"))
        if not self.errors:
            self.examine()
        return dict(said)

    def examine(self) -> None:
        """Look at everything together; `wrong(field, sentence)` for what cannot be."""

    def wrong(self, name: str | None, sentence: str) -> None:
        """Say what is wrong with a field."""
        self.add_error(name, sentence)

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in, checked."""
        return self.cleaned_data

    def called(self) -> str:
        """What the subject is called on the page."""
        return str(self.subject or "")

    def where(self) -> int | None:
        """The area the change belongs to, for who may make it."""
        return None

    def code(self) -> str:
        """The lasting code of the subject in the book of changes; of a new thing the one that was typed."""
        return str(self.cleaned_data.get("new_code") or "") if "new_code" in self.fields else str(self.subject.code)

    def before(self) -> Mapping[str, Any]:
        """What stands now."""
        return {}

    def after(self) -> Mapping[str, Any]:
        """What will stand."""
        raise NotImplementedError

    def effective(self) -> date | None:
        """From which day it holds."""
        found: date | None = self.cleaned_data.get("day")
        return found

    def consequences(self) -> list[Consequence]:
        """What it brings with it."""
        return []

    def drawing(self) -> Any:
        """A picture of the change, where there is one (a map)."""
        return None

    def check(self) -> None:
        """Who may, for what cannot be told from the area alone. Raises NotAllowed."""

    def apply(self) -> None:
        """Alter the tables; runs in one transaction with what is written in the book."""
        raise NotImplementedError

    def write_down(self, by: Actor) -> None:
        """Into the book of changes."""
        changes.record(
            by, self.about, self.code(), self.before(), self.after(), self.said.get("reason", ""), self.effective()
        )

    def to(self) -> str:
        """Where one goes afterwards: to the page of the subject."""
        return naming.address(self.about, self.code())

    def told(self) -> str:
        """The sentence afterwards."""
        return gettext("已保存：%(title)s。") % {"title": self.title}

    def hidden(self) -> list[tuple[str, str]]:
        """All that was typed, to be carried through the preview; for a text from a file, the text."""
        found: list[tuple[str, str]] = []
        for name, field in self.fields.items():
            if isinstance(field, forms.FileField):
                continue
            values = self.data.getlist(name) if isinstance(self.data, QueryDict) else [self.data.get(name, "")]
            if name in getattr(self, "from_file", {}):
                values = [self.from_file[name]]
            found.extend((name, value) for value in values)
        return found

    from_file: Mapping[str, str] = {}
    request: HttpRequest
    """The request the change is confirmed with; set before `apply`."""

    def take_file(self, file: str, into: str) -> str:
        """The text of an uploaded file, else what was pasted. Says at the field what is wrong with it."""
        given = self.cleaned_data.get(file)
        if given is None:
            return str(self.cleaned_data.get(into) or "")
        if given.size > LONGEST_TEXT:
            self.wrong(file, gettext("文件过大，不超过 2 MB"))
            return ""
        raw = given.read()
        for coding in ("utf-8-sig", "gb18030"):
            try:
                found = raw.decode(coding)
                break
            except UnicodeDecodeError:
                continue
        else:
            self.wrong(file, gettext("文件编码无法识别，请存为 UTF-8"))
            return ""
        self.from_file = {**self.from_file, into: found}
        return str(found)


def new_key() -> str:
    """A key for one rendering of one form."""
    return secrets.token_urlsafe(18)


def propose(
    request: HttpRequest, make: type[Proposal], subject: Any, *, back: str, by: Actor | None = None
) -> HttpResponse:
    """The whole course of one change: the form, the preview, the confirmation. Raises NotAllowed.

    Whoever proved long ago who they are is asked again first, for a desk may stand open while its owner is at lunch.
    """
    by = by or session.actor(request)
    blank = make(by, subject)
    access.administer(by, make.what, area=blank.where())
    return _course(request, make, subject, by, blank, back)


@proof.proved
def _course(
    request: HttpRequest, make: type[Proposal], subject: Any, by: Actor, blank: Proposal, back: str
) -> HttpResponse:
    if request.method != "POST":
        typed = signin.carried(request, request.path)
        if typed:
            data = QueryDict(mutable=True)
            for name, values in typed.items():
                data.setlist(name, list(values))
            form = make(by, subject, data)
            form.is_valid()
            return _form(request, form, back, key=new_key(), seen=_seen(form))
        return _form(request, blank, back, key=new_key(), seen=_seen(blank))
    form = make(by, subject, request.POST, request.FILES)
    key = request.POST.get("key", "")
    key = key if KEY.fullmatch(key) else new_key()
    told = whole(request.POST.get("seen", ""))
    seen = _seen(form) if told is None else told
    do = request.POST.get("do", "preview")
    form.request = request
    if do == "confirm" and (done := _done(by, make.about, f"administration:{key}")) is not None:
        return HttpResponseRedirect(naming.address(make.about, done.subject) or back, status=303)
    valid = form.is_valid()
    if do == "edit" or not valid:
        return _form(request, form, back, key=key, seen=seen, status=400 if do != "edit" else 200)
    try:
        access.administer(by, make.what, area=form.where())
        form.check()
        if do == "confirm":
            if _save(form, by.under(f"administration:{key}"), seen):
                messages.success(request, form.told())
            return HttpResponseRedirect(form.to(), status=303)
        return _preview(request, form, back, key=key, seen=seen)
    except Stale:
        return _stale(request, form, back, seen=seen)
    except (NotAllowed, NotFound):
        raise
    except AnxinError as error:
        _at_fields(form, error)
    except IntegrityError:
        form.add_error(None, gettext("与已有的记录冲突（可能有人刚刚改过），请刷新后核对。"))
    return _form(request, form, back, key=new_key(), seen=_seen(form), status=409)


def _done(by: Actor, about: str, key: str) -> Alteration | None:
    """What was changed under this key already: the second click of two ends where the first did."""
    return Alteration.objects.filter(key=key, about=about, account=by.account).first()


def _seen(form: Proposal) -> int:
    try:
        code = form.code()
    except (AttributeError, KeyError):  # a new thing has no code before it is filled in
        return 0
    return changes.edition(form.about, code) if code else 0


@transaction.atomic
def _save(form: Proposal, by: Actor, seen: int) -> bool:
    if changes.repeated(by, form.about):
        return False
    changes.check_fresh(form.about, form.code(), seen)
    form.write_down(by)
    form.apply()
    return True


def _at_fields(form: Proposal, error: AnxinError) -> None:
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, f"{error.message} {sentence}")
    if not error.fields:
        form.add_error(None, error.message)


def _form(
    request: HttpRequest, form: Proposal, back: str, *, key: str, seen: int, status: int = 200, more: Any = None
) -> HttpResponse:
    for name in form.errors:
        if name in form.fields:
            widget = form.fields[name].widget
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} is-invalid"
    shown = {"form": form, "back": back, "key": key, "seen": seen, **(more or {})}
    return render(request, "administration/propose.html", shown, status=status)


def _stale(request: HttpRequest, form: Proposal, back: str, *, seen: int) -> HttpResponse:
    since = changes.of(form.about, form.code()).filter(seq__gt=seen)
    more = {"since": lines(since)}
    return _form(request, form, back, key=new_key(), seen=_seen(form), status=409, more=more)


def _preview(request: HttpRequest, form: Proposal, back: str, *, key: str, seen: int) -> HttpResponse:
    found = form.consequences()
    before, after = form.before(), form.after()
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    shown = {
        "form": form,
        "back": back,
        "key": key,
        "seen": seen,
        "hidden": form.hidden(),
        "rows": _compared(before, after, names),
        "consequences": found,
        "stop": any(each.grade == "stop" for each in found),
        "effective": form.effective(),
        "drawing": form.drawing(),
        "reason": form.said.get("reason", ""),
    }
    return render(request, "administration/preview.html", shown)


# ---- the history of a subject -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A change as it is read on a page."""

    row: Alteration
    who: str
    rows: Sequence[tuple[str, str, str]]
    about: str
    address: str


def lines(rows: Iterable[Alteration]) -> list[Line]:
    """Changes in words."""
    read = list(rows)
    who = naming.who(read)
    return [
        Line(
            row=row,
            who=who(row),
            rows=_compared(row.before, row.after, list({**row.before, **row.after})),
            about=naming.about(row.about),
            address=naming.address(row.about, row.subject),
        )
        for row in read
    ]


def _compared(before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str]) -> list[tuple[str, str, str]]:
    """What each field is called, and its two values in words."""
    return [(naming.label(n), naming.value(n, before.get(n)), naming.value(n, after.get(n))) for n in names]


def history(about: str, subject: str, *, most: int = 50) -> list[Line]:
    """The history of a subject, newest first."""
    return lines(changes.of(about, subject)[:most])


def front(name: str, *args: Any) -> str:
    """The address of one of our pages."""
    return reverse(f"administration:{name}", args=args)


def future(form: Proposal, name: str, *, today: bool = True) -> None:
    """A day that may not lie in the past (`today`: may be today): what was, was; statistics stay."""
    given: date | None = form.cleaned_data.get(name)
    first = areas.today()
    if given is not None and (given < first or (given == first and not today)):
        form.wrong(name, gettext("须是今天或以后的日期") if today else gettext("须是明天或以后的日期"))
    if given is not None and given.year > 2099:
        form.wrong(name, gettext("日期太远"))
