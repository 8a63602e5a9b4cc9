"""Whoever alters the house (areas, posts, limits ...) leaves a line in a book that can only be added to."""

from typing import ClassVar

import django.core.serializers.json
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION kernel_alteration_lock(about text, subject text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended(about || '|' || subject, 6))
$$;

CREATE FUNCTION kernel_alteration_hash(about text, subject text, seq integer, at timestamptz, role text,
  account bigint, post bigint, body bigint, key text, before jsonb, after jsonb, reason text, effective date,
  prev bytea) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(concat_ws('|', about, subject, seq, extract(epoch FROM at), role, coalesce(account, 0),
    coalesce(post, 0), coalesce(body, 0), coalesce(key, ''), before::text, after::text, reason,
    coalesce(effective - date '2000-01-01', 0), coalesce(encode(prev, 'hex'), '')), 'UTF8'))
$$;

CREATE FUNCTION kernel_alteration_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
  PERFORM kernel_alteration_lock(NEW.about, NEW.subject);
  SELECT seq, hash INTO last FROM kernel_alteration
    WHERE about = NEW.about AND subject = NEW.subject ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.prev := last.hash;
  NEW.hash := kernel_alteration_hash(NEW.about, NEW.subject, NEW.seq, NEW.at, NEW.role, NEW.account, NEW.post,
    NEW.body, NEW.key, NEW.before, NEW.after, NEW.reason, NEW.effective, NEW.prev);
  RETURN NEW;
END $$;

CREATE TRIGGER alteration_chain BEFORE INSERT ON kernel_alteration
  FOR EACH ROW EXECUTE FUNCTION kernel_alteration_chain();
CREATE TRIGGER alteration_add_only BEFORE UPDATE OR DELETE ON kernel_alteration
  FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER alteration_no_truncate BEFORE TRUNCATE ON kernel_alteration EXECUTE FUNCTION kernel_refuse();
"""
BACKWARD = """
DROP TRIGGER alteration_no_truncate ON kernel_alteration;
DROP TRIGGER alteration_add_only ON kernel_alteration;
DROP TRIGGER alteration_chain ON kernel_alteration;
DROP FUNCTION kernel_alteration_chain;
DROP FUNCTION kernel_alteration_hash;
DROP FUNCTION kernel_alteration_lock;
"""


class Migration(migrations.Migration):
    """The book of changes."""

    dependencies: ClassVar = [("kernel", "0005_the_queue_reads_along_an_index")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Alteration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.TextField()),
                ("subject", models.TextField()),
                ("seq", models.IntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("role", models.TextField()),
                ("account", models.BigIntegerField(null=True)),
                ("post", models.BigIntegerField(null=True)),
                ("body", models.BigIntegerField(null=True)),
                ("key", models.TextField(null=True)),
                ("before", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("after", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("reason", models.TextField(default="")),
                ("effective", models.DateField(null=True)),
                ("prev", models.BinaryField(null=True)),
                ("hash", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-at"], name="alteration_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("about", "subject", "seq"), name="alteration_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("key__isnull", False)), fields=("key",), name="alteration_key_once"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
