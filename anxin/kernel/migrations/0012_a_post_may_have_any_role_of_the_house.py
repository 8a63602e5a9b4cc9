"""The roles stand in the code (bodies.ROLES); the table does not repeat them."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing changes in the database."""

    dependencies: ClassVar = [("kernel", "0011_a_past_day_is_found")]
    operations: ClassVar = [migrations.AlterField("post", "role", models.TextField())]
