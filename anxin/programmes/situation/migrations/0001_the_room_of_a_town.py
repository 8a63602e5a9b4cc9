"""The tables of the situation room."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0010_words_are_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlatformPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective", models.DateField()),
                ("platforms", models.JSONField()),
                ("source", models.TextField()),
                ("provenance", models.TextField(default="INF")),
                ("decided_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Drill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scenario", models.TextField()),
                ("began_at", models.DateTimeField()),
                ("began_post", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_post", models.BigIntegerField(null=True)),
                ("review", models.TextField(default="")),
                (
                    "town",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DrillStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.SmallIntegerField()),
                ("role", models.TextField()),
                (
                    "act",
                    models.TextField(
                        choices=[
                            ("sign", "sign"),
                            ("contact", "contact"),
                            ("arrive", "arrive"),
                            ("finish", "finish"),
                            ("choose", "choose"),
                        ]
                    ),
                ),
                ("limit", models.TextField(default="")),
                ("expected", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_post", models.BigIntegerField(null=True)),
                ("chosen", models.JSONField(default=list)),
                (
                    "drill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="situation.drill"
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("post", models.BigIntegerField(null=True)),
                ("text", models.TextField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("taken_post", models.BigIntegerField(null=True)),
                (
                    "town",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("open", models.IntegerField()),
                ("soon", models.IntegerField()),
                ("overdue", models.IntegerField()),
                ("unsigned", models.IntegerField()),
                (
                    "town",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Screen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField()),
                ("secret", models.TextField(unique=True)),
                ("bound", models.TextField(default="")),
                ("made_at", models.DateTimeField()),
                ("made_post", models.BigIntegerField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "town",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "duty",
                    models.TextField(
                        choices=[
                            ("leader", "leader"),
                            ("dispatcher", "dispatcher"),
                            ("platform", "platform"),
                            ("field", "field"),
                        ]
                    ),
                ),
                ("platform", models.TextField(default="")),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.account"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"),
                ),
                (
                    "town",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WarningRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("version", models.IntegerField()),
                ("text", models.TextField(default="")),
                ("effective", models.DateField()),
                ("source", models.TextField()),
                ("provenance", models.TextField(default="INF")),
                ("decided_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "town",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("version", models.TextField()),
                ("spot", models.TextField(default="")),
                ("words", models.TextField()),
                ("to", models.JSONField(default=list)),
                ("count", models.IntegerField()),
                ("why", models.JSONField(default=list)),
                ("matters", models.JSONField(default=list)),
                ("told", models.JSONField(default=list)),
                ("raised_at", models.DateTimeField()),
                ("grown_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("noted_at", models.DateTimeField(null=True)),
                ("noted_post", models.BigIntegerField(null=True)),
                ("noted_count", models.IntegerField(null=True)),
                ("noted_words", models.TextField(default="")),
                (
                    "town",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["town", "-raised_at"], name="alarm_town")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("town", "code", "spot"), name="one_alarm_a_spot"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="drill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("town",), name="one_drill_a_town"
            ),
        ),
        migrations.AddConstraint(
            model_name="drillstep",
            constraint=models.UniqueConstraint(fields=("drill", "place"), name="drill_step_once"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["town", "-at"], name="handover_town"),
        ),
        migrations.AddIndex(
            model_name="pulse",
            index=models.Index(models.F("at"), name="pulse_at"),
        ),
        migrations.AddConstraint(
            model_name="pulse",
            constraint=models.UniqueConstraint(fields=("town", "at"), name="pulse_once"),
        ),
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(models.F("town"), models.F("begins"), name="shift_town"),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("begins"))), name="shift_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at", None)),
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("ends"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                    ("post", "="),
                ],
                name="one_shift_a_post",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("account__isnull", False), ("withdrawn_at", None)),
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("ends"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                    ("account", "="),
                ],
                name="one_shift_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("duty", "leader"), ("withdrawn_at", None)),
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("ends"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                    ("town", "="),
                ],
                name="one_duty_leader",
            ),
        ),
        migrations.AddConstraint(
            model_name="warningrule",
            constraint=models.UniqueConstraint(
                fields=("town", "code", "version"), name="warning_rule_once", nulls_distinct=False
            ),
        ),
    ]
