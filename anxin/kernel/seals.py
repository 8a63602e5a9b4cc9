"""Seals: a fingerprint over all entries of a span of transactions, chained, so that a missing entry or matter shows."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models, transaction


class Seal(models.Model):
    """A fingerprint over all entries of a span of transactions, chained, so that a missing entry or matter shows."""

    at = models.DateTimeField()
    upto = models.TextField()
    entries = models.IntegerField()
    digest = models.BinaryField()
    prev = models.BinaryField(null=True)


def seal(moment: datetime) -> int:
    """Seal all entries whose transactions have ended; returns how many entries. Only one process at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('anxin.seal'))")
        if not cursor.fetchone()[0]:
            return 0
        last = Seal.objects.order_by("-pk").first()
        since = last.upto if last else "0"
        cursor.execute(
            "SELECT count(*), sha256(string_agg(hash, '' ORDER BY id)), max(x)::text FROM"
            " (SELECT id, hash, pg_snapshot_xmin(pg_current_snapshot()) AS x FROM kernel_entry"
            "  WHERE xact >= %s::xid8 AND xact < pg_snapshot_xmin(pg_current_snapshot())) AS ended",
            [since],
        )
        count, digest, upto = cursor.fetchone()
        if count:
            Seal.objects.create(at=moment, upto=upto, entries=count, digest=digest, prev=last.digest if last else None)
        return int(count)
