"""Views of the queue are kept under a title, for oneself or for the whole body."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of saved views."""

    dependencies: ClassVar = [("web", "0001_failed_sign_ins_are_counted")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.BigIntegerField()),
                ("post", models.BigIntegerField()),
                ("shared_with", models.BigIntegerField(null=True)),
                ("title", models.TextField()),
                ("query", models.TextField()),
                ("place", models.SmallIntegerField(default=0)),
                ("standard", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "web_saved_view",
                "indexes": [
                    models.Index(models.F("account"), models.F("post"), name="saved_own"),
                    models.Index(
                        models.F("shared_with"),
                        condition=models.Q(("shared_with__isnull", False)),
                        name="saved_shared",
                    ),
                ],
            },
        ),
    ]
