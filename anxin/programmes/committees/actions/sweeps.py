"""Sweeps (排查): a committee goes round, daily in the season; what it finds becomes a matter. The return is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import areas, changes, clock, deeds, files, flow, registry, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput
from anxin.kernel.matters import Report
from anxin.programmes.committees import rules
from anxin.programmes.committees.figures import returns
from anxin.programmes.committees.models import BANDS, Committee, Found, MonthlyReturn, Notice, Sweep

FOUND = "committees.found"
"""`about` of the note that keeps class and people involved of a dispute that a sweep found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A dispute a sweep came upon: class, how many people (BANDS), what about (it may hold personal words)."""

    sort: str
    title: str
    words: str = ""
    band: str = ""
    address: str = ""


@transaction.atomic
def sweep(of: Committee, day: date, finds: Sequence[Finding], by: Actor) -> Sweep:
    """Enter a round of a day, also one that found nothing; each finding raises a matter to be mediated.

    One round a day; a second one of the day adds its findings. Raises BadInput, NotAllowed.
    """
    rights.enter(by, "committees.sweep", area=of.body.area_id, body=of.body_id)
    if changes.repeated(by, "committees.sweep"):
        return Sweep.objects.get(committee=of, on=day)
    if not of.set_up_on <= day <= areas.today():
        raise BadInput(fields={"day": _("不能晚于今天，不早于委员会设立")})
    wrong = [each.sort for each in finds if each.sort not in rules.CLASSES or each.band not in BANDS]
    if wrong or any(not each.title.strip() for each in finds):
        raise BadInput(fields={"sort": "、".join(wrong), "title": _("必填")})
    rhythm = "daily" if rules.peak_on(day) else "weekly"
    row, _made = Sweep.objects.get_or_create(
        committee=of, on=day,
        defaults={"rhythm": rhythm, "norm": rules.stamp("peaks", day), "post": by.post, "at": clock.now()},
    )  # fmt: skip
    area = areas.tree().areas[of.body.area_id]
    for each in finds:
        matter = None
        if rules.MEDIATION in registry.kinds():
            what = Report(
                kind=rules.MEDIATION, title=each.title[:120], narrative=each.words, nature="report", channel="grid",
                area=area.code, address=each.address, source_ref=f"sweep:{of.body.code}:{day}",
            )  # fmt: skip
            matter = flow.report(what, by.under(None)).matter
            title = rules.CLASSES[each.sort]["title"]
            flow.note(
                matter,
                by.let(),
                _("排查发现：%(sort)s") % {"sort": title},
                FOUND,
                {"class": each.sort, "band": each.band},
            )
        Found.objects.create(sweep=row, sort=each.sort, band=each.band, matter=matter)
    changes.record(by, "committees.sweep", f"{of.body.code}/{day}", {}, {"rhythm": rhythm, "found": len(finds)})
    return row


@transaction.atomic
def send_return(county: Area, month: date, by: Actor) -> MonthlyReturn:
    """Send the return of a month that is over: the figures of now are kept; sent again it is a new edition."""
    rights.enter(by, "committees.return", area=county.pk)
    if changes.repeated(by, "committees.return"):
        return MonthlyReturn.objects.filter(area=county, month=month).latest("edition")
    if month.day != 1 or months_after(month, 1) > areas.today():
        raise BadInput(fields={"month": _("月份尚未结束")})
    last = MonthlyReturn.objects.select_for_update().filter(area=county, month=month).order_by("-edition").first()
    row = MonthlyReturn.objects.create(
        area=county, month=month, edition=last.edition + 1 if last else 1, due_on=returns.due_on(month),
        figures=returns.plain(returns.monthly(county, month)), sent_at=clock.now(), post=by.post,
    )  # fmt: skip
    after = {"edition": row.edition, "figures": row.figures["total"]}
    changes.record(by, "committees.return", f"{county.code}/{month:%Y-%m}", {}, after)
    return row


@transaction.atomic
def publish(
    title: str, sort: str, by: Actor, *, season: str = "", text: str = "", content: bytes | None = None,
    replaces: int | None = None,
) -> Notice:  # fmt: skip
    """Put a contract form or notice on the list; one that it replaces ends today and stays readable."""
    rights.enter(by, "committees.publish")
    if changes.repeated(by, "committees.notice"):
        return Notice.objects.latest("pk")
    if not title.strip() or sort not in rules.NOTICES or len(text) > 20_000:
        raise BadInput(fields={"title": _("必填"), "sort": sort})
    day, old = areas.today(), None
    if replaces is not None:
        old = deeds.held(Notice.objects.all(), pk=replaces, valid_to=None)
        Notice.objects.filter(pk=old.pk).update(valid_to=day)
    row = Notice.objects.create(
        title=title.strip(), sort=sort, season=season, text=text, valid_from=day, replaces=old,
        file=files.keep(content) if content else None,
    )  # fmt: skip
    changes.record(by, "committees.notice", str(row.pk), {}, {"title": row.title, "sort": sort, "replaces": replaces})
    return row
