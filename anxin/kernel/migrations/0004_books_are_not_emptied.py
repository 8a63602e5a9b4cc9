"""Seals, readings and erasures cannot be emptied either: TRUNCATE asks no row, so it is refused by itself."""

from typing import ClassVar

from django.db import migrations

BOOKS = ("seal", "reading", "erasure")
FORWARD = "\n".join(
    f"CREATE TRIGGER {book}_no_truncate BEFORE TRUNCATE ON kernel_{book} EXECUTE FUNCTION kernel_refuse();"
    for book in BOOKS
)
BACKWARD = "\n".join(f"DROP TRIGGER {book}_no_truncate ON kernel_{book};" for book in BOOKS)


class Migration(migrations.Migration):
    """What is written there stays there."""

    dependencies: ClassVar = [("kernel", "0003_a_state_is_asked_by_its_matter")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
