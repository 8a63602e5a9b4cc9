"""A stay knows the browser session it sits in, so that ending the one ends the other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_the_book_of_sign_ins_is_add_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="stay",
            name="session",
            field=models.TextField(default=""),
        ),
    ]
