"""What may be typed in: a shift, a table of shifts, a rule, the platforms, a screen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anxin.kernel import areas, clock, registry
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Post
from anxin.programmes.situation.actions import roster
from anxin.programmes.situation.actions.roster import Planned
from anxin.programmes.situation.models import DUTIES
from anxin.programmes.situation.rules import platforms
from anxin.web import words

_TEXT, _SELECT = {"class": "form-control"}, {"class": "form-select"}


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={**_TEXT, "type": "date"})


class ShiftForm(forms.Form):
    """A shift: who, as what, from when, for how long."""

    post = forms.ChoiceField(label=_("岗位"), widget=forms.Select(attrs=_SELECT))
    duty = forms.ChoiceField(label=_("值班"), widget=forms.Select(attrs=_SELECT))
    platform = forms.ChoiceField(label=_("平台"), required=False, widget=forms.Select(attrs=_SELECT))
    day = forms.DateField(label=_("日期"), widget=_day())
    begins = forms.TimeField(label=_("开始"), widget=forms.TimeInput(format="%H:%M", attrs={**_TEXT, "type": "time"}))
    ends = forms.TimeField(label=_("结束"), widget=forms.TimeInput(format="%H:%M", attrs={**_TEXT, "type": "time"}),
                           help_text=_("早于开始即为次日"))  # fmt: skip

    def __init__(self, town: Area, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        from anxin.programmes.situation.models import DUTIES as known

        self.posts: dict[str, Post] = {post.code: post for post in roster.posts(town)}
        self.fields["post"].choices = [(code, str(post)) for code, post in self.posts.items()]  # type: ignore[attr-defined]
        self.fields["duty"].choices = [(code, _duty(code)) for code in known]  # type: ignore[attr-defined]
        named = [(each.code, each.title_en if words.english() else each.title) for each in platforms.plan().platforms]
        self.fields["platform"].choices = [("", "—"), *named]  # type: ignore[attr-defined]

    def planned(self) -> Planned:
        """The shift that was typed; one that ends before it begins ends the next day."""
        said = self.cleaned_data
        begins = datetime.combine(said["day"], said["begins"], clock.TZ)
        ends = datetime.combine(said["day"], said["ends"], clock.TZ)
        if ends <= begins:
            ends += timedelta(days=1)
        return Planned(self.posts[said["post"]], said["duty"], begins, ends, said["platform"])


def _duty(code: str) -> str:
    from django.utils.translation import gettext

    return gettext(DUTIES[code])


def monday_of(said: str) -> date:
    """The Monday of the week of a day that was asked for (this week where it cannot be read)."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = areas.today()
    if not 2000 <= day.year <= 2100:
        day = areas.today()
    return day - timedelta(days=day.weekday())


class RuleForm(forms.Form):
    """A version of a warning rule."""

    code = forms.CharField(label=_("代码"), max_length=40, widget=forms.TextInput(attrs=_TEXT))
    text = forms.CharField(
        label=_("规则"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={**_TEXT, "rows": 4, "spellcheck": "false", "class": "form-control rule-text"}),
        help_text=_("留空即停用这条规则"),
    )  # fmt: skip
    effective = forms.DateField(
        label=_("生效日"), widget=forms.DateInput(format="%Y-%m-%d", attrs={**_TEXT, "type": "date"})
    )
    source = forms.CharField(label=_("出处"), max_length=200, required=False, widget=forms.TextInput(attrs=_TEXT))


class PlatformsForm(forms.Form):
    """What the platforms are called, and on which each kind lies."""

    effective = forms.DateField(
        label=_("生效日"), widget=forms.DateInput(format="%Y-%m-%d", attrs={**_TEXT, "type": "date"})
    )
    source = forms.CharField(label=_("出处"), max_length=200, widget=forms.TextInput(attrs=_TEXT))

    def __init__(self, plan: platforms.Plan, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.plan = plan
        choices = [(each.code, each.title_en if words.english() else each.title) for each in plan.platforms]
        for each in plan.platforms:
            self.fields[f"title_{each.code}"] = forms.CharField(
                label=_("名称"), max_length=20, initial=each.title, widget=forms.TextInput(attrs=_TEXT)
            )
            self.fields[f"title_en_{each.code}"] = forms.CharField(
                label=_("英文名称"), max_length=40, initial=each.title_en, widget=forms.TextInput(attrs=_TEXT)
            )
        for code in registry.kinds():
            self.fields[f"kind_{code}"] = forms.ChoiceField(
                label=words.kind(code), choices=choices, initial=plan.of(code),
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )  # fmt: skip

    def arranged(self) -> list[platforms.Platform]:
        """The platforms as they were typed."""
        said = self.cleaned_data
        return [
            platforms.Platform(
                each.code, said[f"title_{each.code}"], said[f"title_en_{each.code}"],
                tuple(code for code in registry.kinds() if said[f"kind_{code}"] == each.code),
            )
            for each in self.plan.platforms
        ]  # fmt: skip

    def rows(self) -> list[tuple[Any, Any]]:
        """The two names of each platform, as fields."""
        return [(self[f"title_{each.code}"], self[f"title_en_{each.code}"]) for each in self.plan.platforms]

    def kinds(self) -> list[Any]:
        """The kinds, as fields."""
        return [self[f"kind_{code}"] for code in registry.kinds()]
