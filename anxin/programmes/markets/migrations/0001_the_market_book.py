"""The tables of the market book."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0011_a_past_day_is_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="Market",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("sectors", models.TextField(default="")),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("complaint_point", models.TextField(default="")),
                ("opened_on", models.DateField()),
                ("closing_told_on", models.DateField(null=True)),
                ("closes_on", models.DateField(null=True)),
                ("closing_norm", models.TextField(default="")),
                (
                    "organiser",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Belonging",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
                (
                    "market",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="belongings", to="markets.market"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Merchant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uscc", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("sector", models.TextField(default="")),
                ("entered_on", models.DateField()),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Quarrel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("route", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "market",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarrels",
                        to="markets.market",
                    ),
                ),
                (
                    "matter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
                (
                    "raised",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.TextField()),
                ("at", models.DateTimeField()),
                ("post", models.BigIntegerField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"
                    ),
                ),
                (
                    "quarrel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="markets.quarrel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Rung",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                ("rule", models.TextField()),
                ("began_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("how", models.TextField(default="")),
                (
                    "body",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
                (
                    "quarrel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rungs", to="markets.quarrel"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Stall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField()),
                ("m2", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ("closed_on", models.DateField(null=True)),
                (
                    "market",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stalls",
                        to="markets.market",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="quarrel",
            name="stall",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="markets.stall"
            ),
        ),
        migrations.CreateModel(
            name="Tenancy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateField()),
                ("ends", models.DateField(null=True)),
                ("breach", models.BooleanField(default=False)),
                ("settling", models.BooleanField(default=False)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tenancies", to="markets.merchant"
                    ),
                ),
                (
                    "stall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tenancies", to="markets.stall"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Zone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("x", models.IntegerField(default=0)),
                ("y", models.IntegerField(default=0)),
                ("wide", models.IntegerField(default=40)),
                ("high", models.IntegerField(default=30)),
                (
                    "keeper",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"
                    ),
                ),
                (
                    "market",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="zones", to="markets.market"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="stall",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stalls", to="markets.zone"
            ),
        ),
        migrations.AddField(
            model_name="quarrel",
            name="zone",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="markets.zone"
            ),
        ),
        migrations.AddConstraint(
            model_name="market",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_on", None), ("closing_told_on__isnull", False), _connector="OR"),
                name="closing_is_told_before",
            ),
        ),
        migrations.AddConstraint(
            model_name="belonging",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
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
                    ("market", "="),
                ],
                name="one_community_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(fields=("quarrel", "item"), name="evidence_once"),
        ),
        migrations.AddIndex(
            model_name="rung",
            index=models.Index(models.F("due_at"), condition=models.Q(("ended_at", None)), name="rung_due"),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("quarrel",), name="one_open_rung"
            ),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.UniqueConstraint(fields=("quarrel", "level"), name="a_rung_is_climbed_once"),
        ),
        migrations.AddConstraint(
            model_name="tenancy",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends", None), ("ends__gt", models.F("begins")), _connector="OR"),
                name="tenancy_ends_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="tenancy",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("ends"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                    ("stall", "="),
                ],
                name="one_merchant_a_stall",
            ),
        ),
        migrations.AddConstraint(
            model_name="zone",
            constraint=models.UniqueConstraint(fields=("market", "title"), name="zone_title_once"),
        ),
        migrations.AddConstraint(
            model_name="stall",
            constraint=models.UniqueConstraint(fields=("market", "number"), name="stall_number_once"),
        ),
        migrations.AddIndex(
            model_name="quarrel",
            index=models.Index(models.F("market"), models.F("opened_at"), name="quarrel_market"),
        ),
    ]
