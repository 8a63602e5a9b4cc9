"""Whether an entry tells of a state is looked up by the matter alone: a load writes a million entries at once."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION kernel_matter_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text; began boolean; ended boolean;
BEGIN
  IF TG_OP = 'UPDATE' THEN before := OLD.state; END IF;
  -- IS NOT DISTINCT FROM keeps the planner off the index of transactions, in which a load is one single value
  SELECT bool_or(data #>> '{moves,m,0}' IS NOT DISTINCT FROM before), bool_or(data #>> '{moves,m,1}' = NEW.state)
    INTO began, ended FROM kernel_entry
    WHERE matter_id = NEW.id AND xact IS NOT DISTINCT FROM pg_current_xact_id() AND data -> 'moves' ? 'm';
  IF (began AND ended) IS NOT TRUE THEN
    RAISE EXCEPTION 'state of matter % moved from % to % without an entry', NEW.id, before, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION kernel_order_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text; item text := 'o' || NEW.id; began boolean; ended boolean;
BEGIN
  IF TG_OP = 'UPDATE' THEN before := OLD.state; END IF;
  SELECT bool_or(data #>> ARRAY['moves', item, '0'] IS NOT DISTINCT FROM before),
         bool_or(data #>> ARRAY['moves', item, '1'] = NEW.state)
    INTO began, ended FROM kernel_entry
    WHERE matter_id = NEW.matter_id AND xact IS NOT DISTINCT FROM pg_current_xact_id() AND data -> 'moves' ? item;
  IF (began AND ended) IS NOT TRUE THEN
    RAISE EXCEPTION 'state of order % moved from % to % without an entry', NEW.id, before, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

DROP FUNCTION kernel_state_is_told(bigint, text, text, text);
"""

BACKWARD = """
CREATE FUNCTION kernel_state_is_told(matter bigint, item text, before text, after text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT coalesce(bool_or(data -> 'moves' -> item ->> 0 IS NOT DISTINCT FROM before), false)
     AND coalesce(bool_or(data -> 'moves' -> item ->> 1 = after), false)
  FROM kernel_entry
  WHERE matter_id = matter AND xact = pg_current_xact_id() AND data -> 'moves' ? item
$$;

CREATE OR REPLACE FUNCTION kernel_matter_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text;
BEGIN
  IF TG_OP = 'UPDATE' THEN before := OLD.state; END IF;
  IF NOT kernel_state_is_told(NEW.id, 'm', before, NEW.state) THEN
    RAISE EXCEPTION 'state of matter % moved from % to % without an entry', NEW.id, before, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION kernel_order_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text;
BEGIN
  IF TG_OP = 'UPDATE' THEN before := OLD.state; END IF;
  IF NOT kernel_state_is_told(NEW.matter_id, 'o' || NEW.id, before, NEW.state) THEN
    RAISE EXCEPTION 'state of order % moved from % to % without an entry', NEW.id, before, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """The same promises, kept in the same time however much one transaction writes."""

    dependencies = [("kernel", "0002_journal_is_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
