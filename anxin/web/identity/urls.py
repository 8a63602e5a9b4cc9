"""The addresses of identity."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from anxin.web.identity import pages

PURPOSE = r"^passkey/(?P<purpose>enter|second|prove)"

app_name = "identity"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.front, name="front"),
    path("password", pages.password, name="password"),
    path("set/<str:token>", pages.set_password, name="set"),
    path("codes", pages.set_up_codes, name="codes"),
    path("codes/off", pages.codes_off, name="codes_off"),
    path("recovery", pages.recovery, name="recovery"),
    path("second", pages.second, name="second"),
    re_path(PURPOSE + r"/ask$", pages.ask_for_passkey, name="ask_for_passkey"),
    re_path(PURPOSE + r"/take$", pages.take_passkey, name="take_passkey"),
    path("passkeys/new", pages.new_passkey, name="new_passkey"),
    path("passkeys/add", pages.add_passkey, name="add_passkey"),
    path("passkeys/<int:pk>", pages.passkey, name="passkey"),
    path("prove", pages.prove, name="prove"),
    path("stays/<int:pk>/end", pages.end_stay, name="end_stay"),
    path("stays/end", pages.end_others, name="end_others"),
    path("unlink", pages.unlink, name="unlink"),
    path("accounts", pages.accounts, name="accounts"),
    path("accounts/<str:login>", pages.account, name="account"),
    path("log", pages.log, name="log"),
]
