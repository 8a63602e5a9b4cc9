"""Open data: which months are made, a look at what is in them, and letting them out or taking them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access
from anxin.kernel.errors import NotFound
from anxin.public.opendata import release, tables
from anxin.web import session
from anxin.web.administration.proposal import Consequence, Proposal, front, history, note, propose, warn


def offered() -> list[str]:
    """The months that are made, and the last one."""
    return sorted({*release.months(), release.last_month()}, reverse=True)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/open-data`: the months."""
    access.administer(session.actor(request), "open_data")
    rows = [(month, release.is_published(month), month in release.months()) for month in offered()]
    return render(request, "administration/open_data.html", {"rows": rows, "section": "open_data"})


@require_safe
def one(request: HttpRequest, month: str) -> HttpResponse:
    """`/desk/administration/open-data/<month>`: what would be, or is, published; and who decided what."""
    access.administer(session.actor(request), "open_data")
    if month not in offered():
        raise NotFound
    english = not (get_language() or "").startswith("zh")
    found = [
        (
            table,
            table.title_en if english else table.title,
            len(table.rows),
            sum(bool(row[-1]) for row in table.rows),
            table.rows[:12],
        )
        for table in tables.all_of(month)
    ]
    context = {
        "month": month,
        "published": release.is_published(month),
        "tables": found,
        "history": history(release.ABOUT, month),
        "section": "open_data",
    }
    return render(request, "administration/open_data_month.html", context)


def act(request: HttpRequest, month: str) -> HttpResponse:
    """`/desk/administration/open-data/<month>/publish`: let a month out, or take it back."""
    if month not in offered():
        raise NotFound
    return propose(request, Publish, month, back=front("open_data_month", month))


class Publish(Proposal):
    """A month is let out, or taken back."""

    what, about = "open_data", release.ABOUT
    subject: str

    @property
    def title(self) -> Any:
        """What pressing the button does."""
        return _("撤回公布") if release.is_published(self.subject) else _("公布")

    def called(self) -> str:
        """The month."""
        return self.subject

    def code(self) -> str:
        """The month."""
        return self.subject

    def before(self) -> Mapping[str, Any]:
        """As it is."""
        return {"out": release.is_published(self.subject)}

    def after(self) -> Mapping[str, Any]:
        """The other way."""
        return {"out": not release.is_published(self.subject)}

    def consequences(self) -> list[Consequence]:
        """What everybody gets, and that it cannot be called back for good."""
        if release.is_published(self.subject):
            return [warn(gettext("已经下载的副本收不回来。"))]
        return [
            note(gettext("按现在的事项重新生成文件，随即在“开放数据”页公布。")),
            note(gettext("小数和可推算的数已隐去；没有文字和个人信息；地点只到镇街。")),
        ]

    def apply(self) -> None:
        """Make the files anew when they go out."""
        if release.is_published(self.subject):  # the decision is in the book already
            release.make(self.subject)

    def to(self) -> str:
        """The page of the month."""
        return front("open_data_month", self.subject)
