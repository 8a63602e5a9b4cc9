"""The pages of pay and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from anxin.programmes.gridpay.pages import doing, screens

app_name = "gridpay"
urlpatterns: list[URLPattern] = [
    path("", screens.front, name="front"), path("statements/<int:pk>", screens.statement, name="statement"),
    path("months/<int:pk>", screens.month, name="month"), path("records", screens.records, name="records"),
    path("formula", screens.formula, name="formula"), path("ladder", screens.ladder, name="ladder"),
    path("contracts", screens.contracts, name="contracts"),
    path("procedures/<int:pk>", screens.procedure, name="procedure"),
    path("do/<str:action>/<int:pk>", doing.do, name="do"),
]  # fmt: skip
