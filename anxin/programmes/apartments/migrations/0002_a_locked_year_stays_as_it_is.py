"""The database itself refuses to change what belongs to a locked year."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION apartments_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the year is locked' USING ERRCODE = '23514', CONSTRAINT = 'apartments_year_locked';
END $$;
CREATE FUNCTION apartments_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM apartments_year y
            WHERE y.company_id = OLD.company_id AND y.year = OLD.year AND y.locked_at IS NOT NULL))
        OR (TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM apartments_year y
            WHERE y.company_id = NEW.company_id AND y.year = NEW.year AND y.locked_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'the year is locked' USING ERRCODE = '23514', CONSTRAINT = 'apartments_year_locked';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE FUNCTION apartments_portion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM apartments_year y
            WHERE y.id = OLD.year_id AND y.locked_at IS NOT NULL))
        OR (TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM apartments_year y
            WHERE y.id = NEW.year_id AND y.locked_at IS NOT NULL))
    THEN
        RAISE EXCEPTION 'the year is locked' USING ERRCODE = '23514', CONSTRAINT = 'apartments_year_locked';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER line_guard BEFORE INSERT OR UPDATE OR DELETE ON apartments_line
    FOR EACH ROW EXECUTE FUNCTION apartments_line_guard();
CREATE TRIGGER portion_guard BEFORE INSERT OR UPDATE OR DELETE ON apartments_portion
    FOR EACH ROW EXECUTE FUNCTION apartments_portion_guard();
CREATE TRIGGER year_guard BEFORE UPDATE OR DELETE ON apartments_year
    FOR EACH ROW WHEN (OLD.locked_at IS NOT NULL) EXECUTE FUNCTION apartments_refuse();
"""
FREE = """
DROP TRIGGER year_guard ON apartments_year;
DROP TRIGGER portion_guard ON apartments_portion;
DROP TRIGGER line_guard ON apartments_line;
DROP FUNCTION apartments_portion_guard();
DROP FUNCTION apartments_line_guard();
DROP FUNCTION apartments_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("apartments", "0001_the_book_of_apartments")]

    operations = [migrations.RunSQL(REFUSE, FREE)]
