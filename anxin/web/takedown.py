"""Taking down a report at the desk: what was said, with a first reading of kind and place that a person confirms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anxin.kernel import access, areas, clock, flow, house
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, NotAllowed, NotFound
from anxin.kernel.matters import NARRATIVE_LENGTH, NATURES, TITLE_LENGTH, URGENCIES, Report
from anxin.kernel.people import Particulars
from anxin.understanding.known import numbers
from anxin.understanding.suggest import Suggestion, suggest
from anxin.web import desk, reasons, session, signin, understood, words
from anxin.web.matter import KEY, new_key, seal

CHANNEL = {
    "seat": "hotline",
    "calltaker": "police",
    "operator": "publicpost",
    "grid_worker": "grid",
    "grid_head": "grid",
    "auxiliary_police": "grid",
}
"""Which way in a post stands for; what is taken down at any other desk came over the counter ("desk")."""
LEAST = 5
"""Characters from which on what is typed is read [INF]."""
UNSURE = "?"
"""The answer of somebody who cannot say which of several places is meant."""


class TakeDown(forms.Form):
    """The report as it is taken down."""

    narrative = forms.CharField(
        label=_("诉求内容"), max_length=NARRATIVE_LENGTH, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("照来电人的原话记：什么事、在哪里、多久了、有没有危险"),
    )  # fmt: skip
    title = forms.CharField(
        label=_("标题"), max_length=TITLE_LENGTH, required=False, help_text=_("可留空，取内容的第一句")
    )
    kind = forms.ChoiceField(label=_("类别"), required=False)
    nature = forms.ChoiceField(label=_("性质"), initial="help")
    urgency = forms.ChoiceField(label=_("紧急程度"), initial="ordinary")
    place = forms.ChoiceField(
        label=_("是哪一处？"), widget=forms.RadioSelect,
        error_messages={"required": _("这个地名不止一处，请选定是哪一处。")},
    )  # fmt: skip
    area = forms.ChoiceField(label=_("所在区域"), required=False)
    address = forms.CharField(label=_("地址"), max_length=300, required=False)
    lat = forms.FloatField(label=_("纬度"), required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("经度"), required=False, min_value=-180, max_value=180)
    occurred_at = forms.DateTimeField(
        label=_("什么时候发生的"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    name = forms.CharField(label=_("诉求人姓名"), max_length=50, required=False)
    phone = forms.CharField(
        label=_("联系电话"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    confidential = forms.BooleanField(label=_("诉求人要求保密"), required=False)
    source_ref = forms.CharField(label=_("来源编号或链接"), max_length=300, required=False)
    of = forms.CharField(label=_("关联事项编号"), max_length=40, required=False)

    def __init__(self, by: Actor, *args: Any, hint: Suggestion | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.by = by
        blank = [("", gettext("由系统识别"))]
        self._choose("kind", blank + [(code, words.kind(code)) for code in house.open_kinds()])
        self._choose("nature", [(code, gettext(said)) for code, said in NATURES.items()])
        self._choose("urgency", [(code, gettext(said)) for code, said in URGENCIES.items()])
        self._choose("area", self._areas(hint))
        if hint is not None and hint.candidates and not self.data.get("area"):
            named = [(code, understood.area_path(code)) for code in hint.candidates]
            self._choose("place", [*named, (UNSURE, gettext("都不是，或不清楚"))])
        else:
            del self.fields["place"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _areas(self, hint: Suggestion | None) -> list[tuple[str, str]]:
        """The towns of the city or county, or what lies below the reader's town; and what the text names."""
        tree, day = areas.tree(), areas.today()
        found = dict(desk.towns(self.by))
        if not found and self.by.area is not None:
            for each in tree.areas.values():
                if each.valid_to is None and each.level in ("town", "village", "grid"):
                    chain = tree.chain(each.pk, day)
                    if self.by.area in chain and not (each.level == "grid" and self.by.area_level == "town"):
                        found[each.code] = each.name
        named = [*(hint.candidates if hint else ()), *([hint.area] if hint and hint.area else [])]
        given = self.data.get("area", "") if self.is_bound else ""
        for code in [*named, given]:
            area = tree.by_code.get(code)
            if area is not None and code not in found:
                found[code] = " ".join(tree.areas[pk].name for pk in reversed(tree.chain(area.pk, day)[:3]))
        return [("", gettext("由系统识别")), *found.items()]

    def clean_of(self) -> str:
        """A matter the reader may see."""
        given = str(self.cleaned_data["of"]).strip()
        if given:
            try:
                access.matter(self.by, given)
            except NotFound as error:
                raise forms.ValidationError(error.message) from None
        return given

    def _named(self, hint: Suggestion) -> str:
        """The code of the area: chosen from the list, else of several places of one name, else what was read."""
        chosen = self.cleaned_data.get("place", "")
        return str(self.cleaned_data["area"] or ("" if chosen == UNSURE else chosen) or hint.area or "")

    def report(self, hint: Suggestion) -> Report:
        """The report, with what was left to the system taken from the first reading."""
        said = self.cleaned_data
        text = said["narrative"].strip()
        person = Particulars(name=said["name"].strip(), phone=said["phone"].strip())
        placed = said["lat"] is not None and said["lon"] is not None
        return Report(
            kind=said["kind"] or hint.kind or "",
            title=said["title"].strip() or first_sentence(text),
            narrative=text,
            nature=said["nature"],
            urgency=said["urgency"],
            channel=CHANNEL.get(self.by.role, "desk"),
            source_ref=said["source_ref"].strip(),
            person=person if person != Particulars() else None,
            confidential=said["confidential"],
            lat=said["lat"] if placed else None,
            lon=said["lon"] if placed else None,
            area="" if placed else self._named(hint),
            address=said["address"].strip(),
            occurred_at=said["occurred_at"],
            of=said["of"],
        )


def first_sentence(text: str) -> str:
    """The beginning of what was said, up to its first stop, at most 40 characters."""
    for place, letter in enumerate(text[:40]):
        if letter in "，。！？；,.!?;\n" and place >= 6:
            return text[:place]
    return text[:40]


def new(request: HttpRequest) -> HttpResponse:
    """`/desk/new`: take down a report; first read it (kind, place, danger), then send it in."""
    by = session.actor(request)
    if by.role not in access.VERBS["report"]:
        raise NotAllowed
    if request.method != "POST":
        return _fresh(request, by)
    hint = _reading(request.POST)
    form = TakeDown(by, request.POST, hint=hint)
    if request.POST.get("do") == "read":
        return _read(request, by, form, hint)
    if not form.is_valid():
        return _page(request, form, hint=hint, status=400)
    what = form.report(hint)
    if not what.kind:
        form.add_error("kind", gettext("看不出是哪一类，请选择。"))
        return _page(request, form, hint=hint, status=400)
    key = request.POST.get("key", "")
    try:
        change = flow.report(what, by.under(f"desk:{key}" if KEY.fullmatch(key) else None))
    except AnxinError as error:
        for name, sentence in error.fields.items():
            form.add_error(name if name in form.fields else None, f"{error.message} {sentence}")
        if not error.fields:
            form.add_error(None, error.message)
        return _page(request, form, hint=hint, status=error.status)
    if not change.repeated:
        said = {"number": change.matter.number, "code": change.matter.follow_code}
        messages.success(request, gettext("已受理，编号 %(number)s，查询码 %(code)s，请告知诉求人。") % said)
    if not access.sees(by, change.matter):
        return HttpResponseRedirect(reverse("desk:queue"), status=303)
    return HttpResponseRedirect(reverse("desk:matter", args=[change.matter.number]), status=303)


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """`/desk/new/look`: what is being typed, read: danger, what is known already, kind and place."""
    by = session.actor(request)
    if by.role not in access.VERBS["report"]:
        raise NotAllowed
    if len(request.POST.get("narrative", "").strip()) < LEAST:
        return HttpResponse("")
    hint = _reading(request.POST)
    form = TakeDown(by, request.POST, hint=hint)
    narrative = request.POST.get("narrative", "")[:NARRATIVE_LENGTH]
    shown = {
        "narrative": narrative,
        "hint": _in_words(hint),
        "twins": understood.typed(by, narrative, _around(form, hint), new_key),
    }
    return render(request, "desk/heard.html", shown)


def _fresh(request: HttpRequest, by: Actor) -> HttpResponse:
    if typed := signin.carried(request, request.path):
        data = QueryDict(mutable=True)
        for field, values in typed.items():
            data.setlist(field, values)
        return _page(request, TakeDown(by, data), key=data.get("key", ""))
    first: dict[str, Any] = {"of": request.GET.get("of", "")[:40]}
    tree = areas.tree()
    if by.area_level == "grid" and by.area is not None:
        first["area"] = tree.areas[by.area].code
    first["occurred_at"] = clock.now() if by.role in ("grid_worker", "grid_head", "auxiliary_police") else None
    return _page(request, TakeDown(by, initial=first))


def _reading(data: QueryDict) -> Suggestion:
    """What was typed, read; a position that was typed along counts where it lies in the city."""
    try:
        lat, lon = float(data.get("lat", "")), float(data.get("lon", ""))
    except ValueError:
        return suggest(data.get("narrative", "")[:NARRATIVE_LENGTH])
    return suggest(data.get("narrative", "")[:NARRATIVE_LENGTH], lat=lat, lon=lon)


def _read(request: HttpRequest, by: Actor, form: TakeDown, hint: Suggestion) -> HttpResponse:
    """Put what was understood into the fields that were left open; nothing is sent in yet."""
    data = request.POST.copy()
    if not data.get("kind"):
        data["kind"] = hint.kind or ""
    if not data.get("area") and not hint.candidates and not (data.get("lat") and data.get("lon")):
        data["area"] = hint.area or ""
    again = TakeDown(by, data, hint=hint)
    again.errors.clear()
    return _page(request, again, hint=hint, read=True)


def _page(
    request: HttpRequest, form: TakeDown, *, hint: Suggestion | None = None, status: int = 200, key: str = "",
    read: bool = False,
) -> HttpResponse:  # fmt: skip
    given = key or request.POST.get("key", "")
    narrative = request.POST.get("narrative", "")[:NARRATIVE_LENGTH] if hint else ""
    shown = {
        "form": form,
        "narrative": narrative,
        "twins": understood.typed(form.by, narrative, _around(form, hint), new_key) if hint else [],
        "key": given if KEY.fullmatch(given) else new_key(),
        "hint": _in_words(hint) if hint else None,
        "read": read,
        "channel": words.channel(CHANNEL.get(form.by.role, "desk")),
        "around": _code_of(form.by.area),
        "seal": seal(form.by),
    }
    return render(request, "desk/new.html", shown, status=status)


def _around(form: TakeDown, hint: Suggestion | None) -> Sequence[int]:
    """Grid, village, town and county of what is taken down, 0 where not known: as chosen, else as read."""
    area = areas.tree().by_code.get(form.data.get("area", "") or (hint.area if hint else "") or "")
    if area is None:
        return ()
    return numbers(areas.tree().place(area.pk, areas.today()))


def _code_of(area: int | None) -> str:
    """The area the map opens on: the reader's own, or the one above it where nothing lies below."""
    tree = areas.tree()
    found = tree.areas.get(area or 0)
    if found is not None and found.level in ("grid", "village"):
        town = tree.place(found.pk, areas.today()).town
        found = tree.areas.get(town or 0, found)
    return found.code if found is not None else ""


def _in_words(hint: Suggestion) -> dict[str, Any]:
    """What was understood, how surely, and from which words."""
    tree = areas.tree()
    area = tree.by_code.get(hint.area or "")
    chain = reversed(tree.chain(area.pk, areas.today())[:4]) if area is not None else []
    return {
        "kind": words.kind(hint.kind) if hint.kind else "",
        "code": hint.kind or "",
        "area": hint.area or "",
        "alternatives": [
            (code, words.kind(code), understood.percent(chance))
            for code, chance in hint.alternatives[:3]
            if code != hint.kind
        ],
        "candidates": [(code, understood.area_path(code)) for code in hint.candidates],
        "percent": understood.percent(hint.kind_probability),
        "others": words.listed([words.kind(code) for code, _probability in hint.alternatives[:2] if code != hint.kind]),
        "place_reason": reasons.in_words(hint.place_reason),
        "apart": hint.apart,
        "kind_words": words.listed(list(hint.kind_words)),
        "place": " ".join(tree.areas[pk].name for pk in chain if tree.areas[pk].level != "province"),
        "place_words": words.listed(list(hint.place_words)),
        "several": len(hint.candidates),
        "danger_words": words.listed(list(hint.danger_words)),
    }
