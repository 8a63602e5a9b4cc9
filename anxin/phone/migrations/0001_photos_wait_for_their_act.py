"""Photos that came from a phone ahead of their act have a table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0006_changes_of_the_house_are_written_down"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.TextField()),
                ("received_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="kernel.account"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.file"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "sha256"), name="upload_once")],
            },
        ),
    ]
