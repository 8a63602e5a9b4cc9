"""What an installation decides for itself on the desk: limits, days, kinds, routes, channels."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    """Decisions are rows, so that every process sees them."""

    dependencies = [
        ("kernel", "0008_photos_are_looked_at_before_they_are_public"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelSwitch",
            fields=[
                ("channel", models.TextField(primary_key=True, serialize=False)),
                ("on", models.BooleanField(default=True)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="KindDecision",
            fields=[
                ("kind", models.TextField(primary_key=True, serialize=False)),
                ("title", models.TextField(default="")),
                ("title_en", models.TextField(default="")),
                ("closed_from", models.DateField(null=True)),
                ("instead", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="CalendarMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.IntegerField()),
                ("day", models.DateField(null=True)),
                ("works", models.BooleanField(null=True)),
                ("name", models.TextField(default="")),
                ("source", models.TextField()),
                ("decided_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("year", "day"), name="one_mark_a_day"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("day", None), ("ended_at", None)), fields=("year",), name="one_mark_a_year"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("version", models.TextField()),
                ("amount", models.IntegerField()),
                ("unit", models.TextField()),
                ("effective", models.DateField()),
                ("until", models.DateField(null=True)),
                ("pause_amount", models.IntegerField(null=True)),
                ("pause_unit", models.TextField(default="")),
                ("source", models.TextField()),
                ("provenance", models.TextField()),
                ("decided_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("code", "version"), name="limit_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Routing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("helpers", models.JSONField(null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                            ("kind", "="),
                            (django.db.models.functions.comparison.Coalesce("area", 0), "="),
                        ],
                        name="one_routing_a_day",
                    )
                ],
            },
        ),
    ]
