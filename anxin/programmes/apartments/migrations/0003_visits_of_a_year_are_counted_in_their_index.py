"""The visits of a year are counted in their index alone: it knows the building, too."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("apartments", "0002_a_locked_year_stays_as_it_is")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="visit", name="visit_finished"),
        migrations.AddIndex(
            model_name="visit", index=models.Index(fields=["finished_at", "building"], name="visit_finished")
        ),
    ]
