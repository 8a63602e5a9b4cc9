"""A photo is public only after a person has decided on it: as it is, with parts covered, or not at all."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One table; what was attached before stays as it is, and nothing of it is public."""

    dependencies: ClassVar = [("kernel", "0007_an_order_is_on_somebodys_desk")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="PublicPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decision", models.TextField()),
                ("post", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.entry"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="public_photos", to="kernel.matter"
                    ),
                ),
                (
                    "original",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"),
                ),
                (
                    "shown",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("matter", "original"), name="one_decision_a_photo"),
                ],
            },
        ),
    ]
