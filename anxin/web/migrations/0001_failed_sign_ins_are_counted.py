"""Failed sign-ins are counted in the database: several processes, one count."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The count."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Failure",
            fields=[
                ("who", models.TextField(primary_key=True, serialize=False)),
                ("count", models.SmallIntegerField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
    ]
