"""What a town closed on a day and which looks of a day were done later: a past morning is told without reading all."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Two indexes; neither is touched before something is closed or looked at."""

    dependencies: ClassVar = [("kernel", "0010_words_are_found")]
    operations: ClassVar = [
        migrations.AddIndex(
            "matter",
            models.Index("town", "closed_at", name="matter_town_closed", condition=Q(closed_at__isnull=False)),
        ),
        migrations.AddIndex("check", models.Index("due_on", name="check_done", condition=Q(done_at__isnull=False))),
    ]
