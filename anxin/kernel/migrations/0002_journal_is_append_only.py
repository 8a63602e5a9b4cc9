"""The journal is add only, its entries are chained, and no state moves without an entry that says so."""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE kernel_ids START 1000;

CREATE FUNCTION kernel_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: it is add only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel_entry_hash(e kernel_entry, before bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(convert_to(concat_ws('|', e.id, e.matter_id, e.seq, coalesce(e.order_id, 0),
    extract(epoch FROM e.at), e.verb, e.role, coalesce(e.account, 0), coalesce(e.post, 0), coalesce(e.body, 0),
    e.channel, coalesce(e.key, ''), e.data::text, coalesce(encode(before, 'hex'), '')), 'UTF8'))
$$;

CREATE FUNCTION kernel_entry_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before bytea;
BEGIN
  IF NEW.seq > 1 THEN
    SELECT hash INTO before FROM kernel_entry WHERE matter_id = NEW.matter_id AND seq = NEW.seq - 1;
    IF before IS NULL THEN
      RAISE EXCEPTION 'entry % of matter % has no predecessor', NEW.seq, NEW.matter_id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  NEW.prev := before;
  NEW.xact := pg_current_xact_id();
  NEW.written_at := clock_timestamp();
  NEW.hash := sha256(convert_to(concat_ws('|', NEW.id, NEW.matter_id, NEW.seq, coalesce(NEW.order_id, 0),
    extract(epoch FROM NEW.at), NEW.verb, NEW.role, coalesce(NEW.account, 0), coalesce(NEW.post, 0),
    coalesce(NEW.body, 0), NEW.channel, coalesce(NEW.key, ''), NEW.data::text,
    coalesce(encode(before, 'hex'), '')), 'UTF8'));
  RETURN NEW;
END $$;

CREATE TRIGGER entry_chain BEFORE INSERT ON kernel_entry FOR EACH ROW EXECUTE FUNCTION kernel_entry_chain();
CREATE TRIGGER entry_add_only BEFORE UPDATE OR DELETE ON kernel_entry FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON kernel_entry EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER seal_add_only BEFORE UPDATE OR DELETE ON kernel_seal FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER reading_add_only BEFORE UPDATE OR DELETE ON kernel_reading
  FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER erasure_add_only BEFORE UPDATE OR DELETE ON kernel_erasure
  FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER matter_stays BEFORE DELETE ON kernel_matter FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
CREATE TRIGGER order_stays BEFORE DELETE ON kernel_order FOR EACH ROW EXECUTE FUNCTION kernel_refuse();
ALTER TABLE kernel_job SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0);
CREATE INDEX entry_xact ON kernel_entry (xact);

CREATE FUNCTION kernel_state_is_told(matter bigint, item text, before text, after text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce(bool_or(data -> 'moves' -> item ->> 0 IS NOT DISTINCT FROM before), false)
     AND coalesce(bool_or(data -> 'moves' -> item ->> 1 = after), false)
  FROM kernel_entry
  WHERE matter_id = matter AND xact = pg_current_xact_id() AND data -> 'moves' ? item
$$;

CREATE FUNCTION kernel_matter_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text;
BEGIN
  IF TG_OP = 'UPDATE' THEN before := OLD.state; END IF;
  IF NOT kernel_state_is_told(NEW.id, 'm', before, NEW.state) THEN
    RAISE EXCEPTION 'state of matter % moved from % to % without an entry', NEW.id, before, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION kernel_order_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text;
BEGIN
  IF TG_OP = 'UPDATE' THEN before := OLD.state; END IF;
  IF NOT kernel_state_is_told(NEW.matter_id, 'o' || NEW.id, before, NEW.state) THEN
    RAISE EXCEPTION 'state of order % moved from % to % without an entry', NEW.id, before, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER matter_begins AFTER INSERT ON kernel_matter DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION kernel_matter_state();
CREATE CONSTRAINT TRIGGER matter_moves AFTER UPDATE OF state ON kernel_matter DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION kernel_matter_state();
CREATE CONSTRAINT TRIGGER order_begins AFTER INSERT ON kernel_order DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION kernel_order_state();
CREATE CONSTRAINT TRIGGER order_moves AFTER UPDATE OF state ON kernel_order DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION kernel_order_state();
"""


class Migration(migrations.Migration):
    """Promises the database keeps, whatever the program does."""

    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
