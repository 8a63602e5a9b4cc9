"""The book of sign-ins can only be added to: the database refuses to alter or empty it."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE TRIGGER line_add_only BEFORE UPDATE OR DELETE ON identity_line FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER line_no_truncate BEFORE TRUNCATE ON identity_line EXECUTE FUNCTION kernel_refuse();
"""
BACKWARD = """
DROP TRIGGER line_no_truncate ON identity_line;
DROP TRIGGER line_add_only ON identity_line;
"""


class Migration(migrations.Migration):
    """The book of sign-ins."""

    dependencies: ClassVar = [
        ("identity", "0001_how_somebody_proves_who_they_are"),
        ("kernel", "0006_changes_of_the_house_are_written_down"),
    ]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
