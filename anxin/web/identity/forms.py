"""The forms of identity."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _password(label: Any, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=500, strip=False, widget=widget, **more)


class Code(forms.Form):
    """A one-time code, or a recovery code."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"}),
        help_text=_("手机应用上的六位数字；手机不在身边时，填一个恢复码。"),
    )


class FirstCode(forms.Form):
    """The first code of a telephone."""

    code = forms.CharField(
        label=_("手机上显示的六位数字"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPassword(forms.Form):
    """A password somebody chooses, twice."""

    new = _password(
        _("新密码"), "new-password",
        help_text=_("至少 10 个字符，可以是一句话；不要求大小写或符号。不能是常见密码，也不能由自己的姓名、账号组成。"),
    )  # fmt: skip
    again = _password(_("再输入一次新密码"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Twice the same."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("new") and said.get("again") and said["new"] != said["again"]:
            self.add_error("again", _("两次输入的密码不一样。"))
        return said


class Change(NewPassword):
    """The present password and a new one."""

    password = _password(_("现在的密码"), "current-password")
    field_order = ("password", "new", "again")


class Prove(forms.Form):
    """The password once more."""

    password = _password(_("密码"), "current-password")


class Subject(forms.Form):
    """Who an account is at the city's identity service."""

    subject = forms.CharField(label=_("在统一身份认证中的用户标识（sub）"), max_length=255)
