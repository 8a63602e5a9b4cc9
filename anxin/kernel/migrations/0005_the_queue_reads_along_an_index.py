"""What waits is a small part of a million matters: each heap of the queue has a small index of its own."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

OPEN = Q(state__in=("reported", "working", "finished", "replied"))


class Migration(migrations.Migration):
    """Open matters of the city, a county, a town; answered and not yet closed; handed back; asking for more time."""

    dependencies: ClassVar = [("kernel", "0004_books_are_not_emptied")]
    operations: ClassVar = [
        migrations.AddIndex("matter", models.Index("reported_at", name="matter_open", condition=OPEN)),
        migrations.AddIndex("matter", models.Index("county", "reported_at", name="matter_open_county", condition=OPEN)),
        migrations.AddIndex("matter", models.Index("town", "reported_at", name="matter_open_town", condition=OPEN)),
        migrations.AddIndex(
            "matter",
            models.Index("reported_at", name="matter_to_close", condition=Q(state="replied", solved__isnull=False)),
        ),
        migrations.AddIndex("order", models.Index("sent_at", name="order_returning", condition=Q(state="returning"))),
        migrations.AddIndex(
            "order",
            models.Index(
                "sent_at", name="order_more_time", condition=Q(state="signed", more_asked__gt=0, more_granted=0)
            ),
        ),
    ]
