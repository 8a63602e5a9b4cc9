"""What is known of the words of each matter stands in a table of its own, where a million are searched at once."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Words that were erased shall not linger in old versions of rows.
SWEEP = "ALTER TABLE kernel_searchable SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500)"


class Migration(migrations.Migration):
    """Marks of each matter, and how far they have followed the journal."""

    dependencies: ClassVar = [("kernel", "0009_what_the_house_decides")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Followed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.TextField()),
                ("last", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Searchable",
            fields=[
                (
                    "matter",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="kernel.matter",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("marks", django.contrib.postgres.fields.ArrayField(models.IntegerField(), size=None)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["marks"], gin_pending_list_limit=1024, name="searchable_marks"
                    )
                ],
            },
        ),
        migrations.RunSQL(SWEEP, migrations.RunSQL.noop),
    ]
