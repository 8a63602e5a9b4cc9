"""What happens by itself: visits put down each day, reminders, a finished order seen, old stays forgotten."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import F, Q

from anxin.kernel import areas, clock, jobs, registry
from anxin.kernel.bodies import Post
from anxin.kernel.calendar import months_after
from anxin.kernel.registry import Reaction
from anxin.notifications import actions as notify
from anxin.programmes.apartments import figures
from anxin.programmes.apartments.actions import visits
from anxin.programmes.apartments.models import Building, Link, Stay

AFTER = (
    Reaction(
        verb="finish", do_all=visits.put_right, kinds=(visits.HAZARD,), title="重大隐患整改待复查",
        title_en="A serious hazard was put right and waits for the second look", source="本项目默认值",
        provenance="INF",
    ),
)  # fmt: skip


@jobs.every(seconds=3600)
def plan() -> None:
    """Put down today's visits of all buildings that are lived in."""
    visits.plan(areas.today(), list(Building.objects.filter(status__in=visits.LIVED_IN)))


@jobs.every(seconds=24 * 3600)
def remind() -> None:
    """Tell each company what runs out and whose registration is due tomorrow or over."""
    day, by_company = areas.today(), defaultdict[int, list[int]](list)
    for pk, company in Building.objects.values_list("pk", "company"):
        by_company[company].append(pk)
    for company, rows in by_company.items():
        papers = len(figures.expiring(rows, day))
        soon = figures.late_at(clock.now() + timedelta(days=1))
        late = Stay.objects.filter(soon, room__building__in=rows).count()
        if papers or late:
            posts = Post.objects.filter(body=company, role="manager").values_list("pk", flat=True)
            notify.tell_posts(posts, "book", f"到期证照合同 {papers}，待报送居住登记 {late}", "/apartments/")


@jobs.every(seconds=24 * 3600)
def forget() -> None:
    """Stays go two years after they and their contract are over; the particulars go by their own day. Guide 11.2."""
    years = registry.norm("apartments.keep", areas.today()).value
    edge = months_after(areas.today(), -12 * years)
    Stay.objects.filter(until__lt=edge, lease__until__lt=edge).delete()
    Link.objects.filter(Q(revoked_at__lt=clock.now() - timedelta(days=30)) | Q(stay__until__lt=F("made_at"))).delete()
