"""A notice may tell of something that is no step of a matter: then it says where on the desk it is seen."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_notices_and_ways"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="link",
            field=models.TextField(default=""),
        ),
        migrations.AlterField(
            model_name="notice",
            name="entry",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="notice",
            name="matter",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="kernel.matter",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", False), ("link", ""), ("matter__isnull", False)),
                    models.Q(("entry__isnull", True), ("link__startswith", "/"), ("matter__isnull", True)),
                    _connector="OR",
                ),
                name="told_of_one",
            ),
        ),
    ]
