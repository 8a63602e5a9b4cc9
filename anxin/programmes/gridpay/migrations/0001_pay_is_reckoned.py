"""The tables of pay; the database refuses any change of a statement of a locked month."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

LOCKED = """
CREATE FUNCTION gridpay_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM gridpay_run WHERE id IN (OLD.run_id, NEW.run_id) AND locked_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the month of this statement is locked' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER statement_locked BEFORE INSERT OR UPDATE OR DELETE ON gridpay_statement
  FOR EACH ROW EXECUTE FUNCTION gridpay_locked();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0011_a_past_day_is_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grade", models.TextField()),
                ("step", models.SmallIntegerField(default=1)),
                ("since", models.DateField()),
                ("certificate", models.TextField(default="")),
                ("paid", models.BooleanField(default=True)),
                ("approved_post", models.BigIntegerField(null=True)),
                ("reason", models.TextField(default="")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.account"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Effort",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.TextField(
                        choices=[("patrol", "patrol"), ("learning", "learning"), ("complaint", "complaint")]
                    ),
                ),
                ("day", models.DateField()),
                ("amount", models.SmallIntegerField(default=1)),
                ("words", models.TextField(default="")),
                ("entered_at", models.DateTimeField()),
                ("entered_post", models.BigIntegerField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_post", models.BigIntegerField(null=True)),
                (
                    "evidence",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("span", models.TextField(choices=[("quarter", "quarter"), ("year", "year")])),
                ("period", models.DateField()),
                ("score", models.IntegerField()),
                ("proposed", models.TextField()),
                ("level", models.TextField()),
                ("reason", models.TextField(default="")),
                ("decided_at", models.DateTimeField()),
                ("decided_post", models.BigIntegerField(null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evaluations", to="gridpay.contract"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Procedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ground", models.TextField()),
                ("norm", models.TextField()),
                ("reason", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("opened_post", models.BigIntegerField(null=True)),
                ("outcome", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="procedures", to="gridpay.contract"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("state", models.TextField(default="open")),
                ("asof", models.DateTimeField()),
                ("seed", models.TextField(default="")),
                ("stamps", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField(null=True)),
                ("published_post", models.BigIntegerField(null=True)),
                ("approved_post", models.BigIntegerField(null=True)),
                ("locked_at", models.DateTimeField(null=True)),
                (
                    "county",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("result", models.TextField(default="")),
                ("words", models.TextField(default="")),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "checker",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.matter"
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="gridpay.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inputs", models.JSONField()),
                ("lines", models.JSONField()),
                ("score", models.IntegerField()),
                ("gross", models.IntegerField()),
                ("bonus", models.IntegerField()),
                ("deduct", models.IntegerField()),
                ("pay", models.IntegerField()),
                ("digest", models.TextField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="gridpay.contract"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.post"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="gridpay.run"
                    ),
                ),
                (
                    "town",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.area"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.TextField(default="")),
                ("words", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_post", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_post", models.BigIntegerField(null=True)),
                ("upheld", models.BooleanField(null=True)),
                ("answer", models.TextField(default="")),
                ("amount", models.IntegerField(default=0)),
                (
                    "evaluation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="gridpay.evaluation",
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="gridpay.procedure",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="gridpay.statement",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.SmallIntegerField()),
                ("code", models.TextField()),
                ("right", models.TextField()),
                ("after", models.TextField(default="")),
                ("not_before", models.DateField(null=True)),
                ("outcome", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("done_at", models.DateTimeField(null=True)),
                ("done_post", models.BigIntegerField(null=True)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="gridpay.procedure"
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
            },
        ),
        migrations.AddConstraint(
            model_name="contract",
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
                    ("post", "="),
                ],
                name="one_contract_a_post",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("paid", True)),
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
                    ("account", "="),
                ],
                name="one_paid_post_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="effort",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sort", "patrol")), fields=("post", "day"), name="one_patrol_record_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="effort",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 1), ("amount__lte", 24)), name="effort_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(fields=("contract", "span", "period"), name="one_evaluation_a_period"),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("contract",), name="one_procedure_a_contract"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("county", "month"), name="one_run_a_month"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="run_month_is_its_first_day"),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(fields=("run", "matter"), name="one_draw_a_matter"),
        ),
        migrations.AddIndex(
            model_name="statement",
            index=models.Index(models.F("run"), models.F("town"), name="statement_town"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("run", "contract"), name="one_statement_a_month"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("evaluation", None), ("procedure", None), ("statement__isnull", False)),
                    models.Q(("evaluation__isnull", False), ("procedure", None), ("statement", None)),
                    models.Q(("evaluation", None), ("procedure__isnull", False), ("statement", None)),
                    _connector="OR",
                ),
                name="objection_to_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="objection_adds"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(fields=("procedure", "place"), name="step_once"),
        ),
        migrations.RunSQL(LOCKED, "DROP FUNCTION gridpay_locked() CASCADE"),
    ]
