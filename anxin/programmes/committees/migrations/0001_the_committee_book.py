"""The tables of the committee book."""

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
            name="Committee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.TextField(default="")),
                ("set_up_on", models.DateField()),
                ("minority", models.BooleanField(default=False)),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                (
                    "body",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Expert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fields", models.JSONField(default=list)),
                ("ties", models.JSONField(default=list)),
                ("engaged_on", models.DateField()),
                ("left_on", models.DateField(null=True)),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="experts", to="committees.committee"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldRoom",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("named_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rooms", to="committees.committee"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chair", models.BooleanField(default=False)),
                ("woman", models.BooleanField(default=False)),
                ("minority", models.BooleanField(default=False)),
                ("elected_on", models.DateField()),
                ("term_ends", models.DateField()),
                ("norm", models.TextField()),
                ("left_on", models.DateField(null=True)),
                ("left_how", models.TextField(default="")),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="committees.committee"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "prohibition",
                    models.TextField(
                        choices=[("favour", "favour"), ("insult", "insult"), ("benefit", "benefit"), ("leak", "leak")]
                    ),
                ),
                (
                    "measure",
                    models.TextField(
                        choices=[("criticism", "criticism"), ("removal", "removal"), ("dismissal", "dismissal")]
                    ),
                ),
                ("decided_on", models.DateField()),
                ("post", models.BigIntegerField()),
                (
                    "body",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="committees.member"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MonthlyReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("edition", models.SmallIntegerField()),
                ("figures", models.JSONField()),
                ("due_on", models.DateField()),
                ("sent_at", models.DateTimeField()),
                ("post", models.BigIntegerField(null=True)),
                (
                    "area",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField()),
                ("sort", models.TextField()),
                ("season", models.TextField(default="")),
                ("text", models.TextField(default="")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="committees.notice"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.TextField()),
                ("parties", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("post", models.BigIntegerField(null=True)),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="committees.committee"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="committees.expert"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.SmallIntegerField()),
                ("norm", models.TextField()),
                ("found", models.JSONField()),
                ("on", models.DateField()),
                ("post", models.BigIntegerField(null=True)),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="committees.committee"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.TextField()),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="committees.review"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoomYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.SmallIntegerField()),
                ("cases", models.IntegerField()),
                ("settled", models.IntegerField()),
                ("trainings", models.IntegerField()),
                ("norm", models.TextField()),
                ("meets", models.BooleanField()),
                ("verdict", models.TextField()),
                ("on", models.DateField()),
                ("post", models.BigIntegerField(null=True)),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="years", to="committees.goldroom"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("rhythm", models.TextField()),
                ("norm", models.TextField()),
                ("post", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sweeps", to="committees.committee"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Found",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort", models.TextField()),
                ("band", models.TextField(default="")),
                (
                    "matter",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
                (
                    "sweep",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="found", to="committees.sweep"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("due_at", models.DateTimeField()),
                ("rule", models.TextField()),
                ("told_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tellings", to="committees.committee"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_on", None)), fields=("committee", "person"), name="an_expert_once"
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(models.F("term_ends"), condition=models.Q(("left_on", None)), name="member_term"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_on", None), ("left_on__gt", models.F("elected_on")), _connector="OR"),
                name="left_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("elected_on"),
                            models.F("left_on"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                    ("committee", "="),
                    ("person", "="),
                ],
                name="a_member_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("chair", True)),
                expressions=[
                    (
                        models.Func(
                            models.F("elected_on"),
                            models.F("left_on"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                    ("committee", "="),
                ],
                name="one_chair",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyreturn",
            constraint=models.UniqueConstraint(fields=("area", "month", "edition"), name="one_edition"),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(fields=("matter", "committee"), name="referred_once"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("committee", "year"), name="one_review_a_year"),
        ),
        migrations.AddConstraint(
            model_name="roomyear",
            constraint=models.UniqueConstraint(fields=("room", "year"), name="one_look_a_year"),
        ),
        migrations.AddConstraint(
            model_name="roomyear",
            constraint=models.CheckConstraint(
                condition=models.Q(("settled__lte", models.F("cases"))), name="settled_among_cases"
            ),
        ),
        migrations.AddConstraint(
            model_name="sweep",
            constraint=models.UniqueConstraint(fields=("committee", "on"), name="one_sweep_a_day"),
        ),
        migrations.AddConstraint(
            model_name="telling",
            constraint=models.UniqueConstraint(
                condition=models.Q(("told_at", None)), fields=("committee",), name="one_open_telling"
            ),
        ),
    ]
