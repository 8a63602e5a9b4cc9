"""The tables of the apartments."""

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
            name="House",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("place", models.TextField()),
                ("certificate", models.TextField(default="")),
                ("built", models.SmallIntegerField()),
                ("permit", models.BooleanField()),
                ("damaged_on", models.DateField(null=True)),
                ("former_rent", models.BigIntegerField(default=0)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Building",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("floors", models.SmallIntegerField()),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("status", models.TextField(default="idle")),
                ("since", models.DateField()),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
                (
                    "house",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="building", to="apartments.house"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("begins", models.DateField()),
                ("ends", models.DateField()),
                ("until", models.DateField()),
                ("rent", models.BigIntegerField()),
                ("deposit", models.BigIntegerField(default=0)),
                ("months", models.SmallIntegerField(default=3)),
                ("letter_on", models.DateField(null=True)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leases", to="apartments.building"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
                (
                    "safety",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort", models.TextField()),
                ("month", models.DateField()),
                ("due_on", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("reading", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("norm", models.TextField(default="")),
                ("paid_on", models.DateField(null=True)),
                (
                    "lease",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bills", to="apartments.lease"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.SmallIntegerField()),
                ("day", models.DateField()),
                ("sort", models.TextField()),
                ("amount", models.BigIntegerField()),
                ("text", models.TextField(default="")),
                (
                    "bill",
                    models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to="apartments.bill"),
                ),
                (
                    "building",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="apartments.building",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort", models.TextField()),
                ("number", models.TextField(default="")),
                ("issued_on", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                ("passed", models.BooleanField()),
                ("stamp", models.TextField(default="")),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="apartments.building"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Quarrel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quarrels", to="apartments.building"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Renovation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.TextField()),
                ("items", models.JSONField(default=list)),
                ("budget", models.BigIntegerField()),
                ("cost", models.BigIntegerField(default=0)),
                ("years", models.SmallIntegerField()),
                ("begun_on", models.DateField(null=True)),
                ("accepted_on", models.DateField(null=True)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renovations",
                        to="apartments.building",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("floor", models.SmallIntegerField()),
                ("number", models.TextField()),
                ("use", models.TextField()),
                ("usable", models.DecimalField(decimal_places=2, max_digits=7)),
                ("beds", models.SmallIntegerField(default=0)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rooms", to="apartments.building"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hazard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.TextField(default="")),
                ("title", models.TextField()),
                ("grade", models.TextField()),
                ("found_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("rule", models.TextField()),
                ("fixed_at", models.DateTimeField(null=True)),
                ("fixed_post", models.BigIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_post", models.BigIntegerField(null=True)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hazards", to="apartments.building"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="apartments.room"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort", models.TextField()),
                ("place", models.TextField(default="")),
                ("count", models.SmallIntegerField(default=1)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="devices", to="apartments.building"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="apartments.room"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.IntegerField()),
                ("begins", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Stay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bed", models.SmallIntegerField()),
                ("begins", models.DateField()),
                ("until", models.DateField(null=True)),
                ("due_at", models.DateTimeField()),
                ("reported_at", models.DateTimeField(null=True)),
                ("left_due_at", models.DateTimeField(null=True)),
                ("left_reported_at", models.DateTimeField(null=True)),
                ("rule", models.TextField()),
                ("norm", models.TextField()),
                ("exception", models.TextField(default="")),
                ("approver", models.BigIntegerField(null=True)),
                (
                    "lease",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stays", to="apartments.lease"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stays", to="apartments.room"
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "house",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="apartments.house"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.person"
                    ),
                ),
                (
                    "stay",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="apartments.stay"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rhythm", models.TextField()),
                ("due_on", models.DateField()),
                ("stamp", models.TextField(default="")),
                ("items", models.JSONField(default=list)),
                ("answers", models.JSONField(default=dict)),
                ("began_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("post", models.BigIntegerField(null=True)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="apartments.building"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.TextField(default="")),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="apartments.building"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"),
                ),
                (
                    "hazard",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="apartments.hazard",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="apartments.visit",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="hazard",
            name="visit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="apartments.visit"
            ),
        ),
        migrations.CreateModel(
            name="Year",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.SmallIntegerField()),
                ("totals", models.JSONField(default=dict)),
                ("net", models.BigIntegerField(default=0)),
                ("reserve", models.BigIntegerField(default=0)),
                ("dividend", models.BigIntegerField(default=0)),
                ("norm", models.TextField(default="")),
                ("noticed_on", models.DateField(null=True)),
                ("decided_on", models.DateField(null=True)),
                ("voters", models.IntegerField(default=0)),
                ("in_favour", models.IntegerField(default=0)),
                ("locked_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.body"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Portion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.BigIntegerField()),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="apartments.share"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="portions", to="apartments.year"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_set", models.TextField()),
                ("effective", models.DateField()),
                ("source", models.TextField()),
                ("post", models.BigIntegerField(null=True)),
                (
                    "village",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("village", "effective"), name="adoption_once")],
            },
        ),
        migrations.CreateModel(
            name="Entrustment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateField()),
                ("ends", models.DateField()),
                ("until", models.DateField()),
                ("rent", models.BigIntegerField()),
                ("step", models.SmallIntegerField(default=0)),
                ("reserved", models.TextField(default="")),
                ("restoration", models.TextField(default="")),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entrustments",
                        to="apartments.building",
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("begins"),
                                    models.F("until"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                            ("building", "="),
                        ],
                        name="one_entrustment_a_building",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends__gt", models.F("begins"))), name="entrustment_ends_after"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="building",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        {
                            "accepted": "已验收|Accepted",
                            "appraised": "安全鉴定合格|Safety appraised",
                            "designed": "已设计|Designed",
                            "entrusted": "已托管|Entrusted",
                            "idle": "闲置|Idle",
                            "let": "已出租|Let",
                            "renovating": "改造中|Being renovated",
                            "returned": "已归还|Returned",
                            "suspended": "安全停用|Suspended for safety",
                        },
                    )
                ),
                name="building_status_known",
            ),
        ),
        migrations.AddIndex(
            model_name="lease",
            index=models.Index(models.F("employer"), models.F("begins"), name="lease_employer"),
        ),
        migrations.AddConstraint(
            model_name="lease",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("until"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                    ("building", "="),
                ],
                name="one_lease_a_building",
            ),
        ),
        migrations.AddConstraint(
            model_name="lease",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("begins"))), name="lease_ends_after"
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(models.F("due_on"), condition=models.Q(("paid_on", None)), name="bill_due"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(fields=("lease", "sort", "month"), name="bill_once"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="bill_not_negative"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(models.F("company"), models.F("year"), name="line_year"),
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(models.F("building"), models.F("sort"), name="paper_building"),
        ),
        migrations.AddIndex(
            model_name="quarrel",
            index=models.Index(models.F("at"), name="quarrel_at"),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.UniqueConstraint(fields=("building", "number"), name="room_once"),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("beds__gte", 0),
                    ("usable__gt", 0),
                    (
                        "use__in",
                        {
                            "bath": "卫生间|Bath",
                            "bedroom": "卧室|Bedroom",
                            "kitchen": "厨房|Kitchen",
                            "public": "公共空间|Common room",
                            "storage": "储物间|Storage",
                        },
                    ),
                ),
                name="room_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("use", "bedroom"), ("beds", 0), _connector="OR"), name="beds_in_bedrooms_only"
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(("room__isnull", False), ("sort", "camera"), _negated=True),
                name="no_camera_in_a_room",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("until"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                    ("company", "="),
                    ("holder", "="),
                ],
                name="one_share_a_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="share_counts"),
        ),
        migrations.AddIndex(
            model_name="stay",
            index=models.Index(models.F("due_at"), condition=models.Q(("reported_at", None)), name="stay_to_report"),
        ),
        migrations.AddIndex(
            model_name="stay",
            index=models.Index(
                models.F("left_due_at"),
                condition=models.Q(("left_reported_at", None), ("until__isnull", False)),
                name="stay_to_sign_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("until"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                    ("room", "="),
                    ("bed", "="),
                ],
                name="one_person_a_bed",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("begins"),
                            models.F("until"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                    ("worker", "="),
                ],
                name="one_bed_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("begins")), _connector="OR"),
                name="stay_ends_after",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(models.F("due_on"), condition=models.Q(("finished_at", None)), name="visit_waiting"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(models.F("finished_at"), name="visit_finished"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(fields=("building", "rhythm", "due_on"), name="visit_once_a_turn"),
        ),
        migrations.AddIndex(
            model_name="hazard",
            index=models.Index(models.F("found_at"), name="hazard_found"),
        ),
        migrations.AddIndex(
            model_name="hazard",
            index=models.Index(models.F("due_at"), condition=models.Q(("closed_at", None)), name="hazard_open"),
        ),
        migrations.AddConstraint(
            model_name="year",
            constraint=models.UniqueConstraint(fields=("company", "year"), name="year_once"),
        ),
        migrations.AddConstraint(
            model_name="portion",
            constraint=models.UniqueConstraint(fields=("year", "share"), name="portion_once"),
        ),
    ]
