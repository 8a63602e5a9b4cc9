"""An order is on the desk of the post that took it in hand; what is warned of or joined is found by an index."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

OPEN = Q(state__in=("reported", "working", "finished", "replied"))


class Migration(migrations.Migration):
    """Orders by post and by body; clocks between 80 % and their end; matters with a card or with voices."""

    dependencies: ClassVar = [("kernel", "0006_changes_of_the_house_are_written_down")]
    operations: ClassVar = [
        migrations.AddField(
            "order",
            "post",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kernel.post",
            ),
        ),
        migrations.AddIndex(
            "order",
            models.Index(
                "body", "sent_at", name="order_standing", condition=Q(state__in=("sent", "signed", "returning"))
            ),
        ),
        migrations.AddIndex(
            "order",
            models.Index(
                "post", "sent_at", name="order_post", condition=Q(post__isnull=False, state__in=("signed", "returning"))
            ),
        ),
        migrations.AddIndex("clock", models.Index("due_at", name="clock_soon", condition=Q(stopped_at=None, rung=80))),
        migrations.AddIndex(
            "matter", models.Index("reported_at", name="matter_carded", condition=OPEN & ~Q(colour=""))
        ),
        migrations.AddIndex("matter", models.Index("reported_at", name="matter_voices", condition=Q(voices__gt=0))),
    ]
