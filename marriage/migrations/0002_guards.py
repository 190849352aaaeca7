"""The register can't be rewritten, whoever asks: acts, parties, certificates, closed days, annotations.

Giving a number and closing a day take the same lock, so that no number is given into a day while it is being closed.
"""

from django.db import migrations

REGISTER = """
CREATE FUNCTION marriage_registration_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.registered_on IS NOT NULL AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
    RAISE EXCEPTION '已登记的婚姻档案不得更改，只能附注' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER registration_guard BEFORE UPDATE OR DELETE ON marriage_registration
  FOR EACH ROW EXECUTE FUNCTION marriage_registration_guard();

CREATE FUNCTION marriage_party_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.registration_id <> OLD.registration_id
     OR EXISTS (SELECT FROM marriage_registration WHERE id = OLD.registration_id AND registered_on IS NOT NULL) THEN
    RAISE EXCEPTION '已登记的婚姻档案不得更改，只能附注' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER party_guard BEFORE UPDATE OR DELETE ON marriage_party
  FOR EACH ROW EXECUTE FUNCTION marriage_party_guard();
"""

NUMBERS = """
CREATE FUNCTION marriage_certificate_given() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('marriage-day-' || office_id))
    FROM (SELECT DISTINCT r.office_id FROM new_rows n JOIN marriage_registration r ON r.id = n.registration_id
           WHERE NOT n.taken_over ORDER BY r.office_id) offices;
  IF EXISTS (SELECT FROM new_rows n JOIN marriage_registration r ON r.id = n.registration_id
               JOIN marriage_dayregister d ON d.office_id = r.office_id AND d.day = n.issued_on
              WHERE NOT n.taken_over) THEN
    RAISE EXCEPTION '当日登记簿已经关闭，不得再发证' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER certificate_given AFTER INSERT ON marriage_certificate
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION marriage_certificate_given();

CREATE FUNCTION marriage_certificate_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE office varchar;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION '证件字号不得删除，只能作废' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.state = 'spoiled' AND to_jsonb(NEW) <> to_jsonb(OLD)
     OR to_jsonb(NEW) - ARRAY['state', 'printed_at', 'spoiled_on', 'spoiled_by_id', 'spoiled_reason']
        <> to_jsonb(OLD) - ARRAY['state', 'printed_at', 'spoiled_on', 'spoiled_by_id', 'spoiled_reason']
     OR OLD.printed_at IS NOT NULL AND NEW.printed_at IS DISTINCT FROM OLD.printed_at THEN
    RAISE EXCEPTION '已发证件不得更改，只能作废' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state = 'spoiled' AND OLD.state = 'issued' THEN
    SELECT office_id INTO office FROM marriage_registration WHERE id = NEW.registration_id;
    PERFORM pg_advisory_xact_lock_shared(hashtext('marriage-day-' || office));
    IF EXISTS (SELECT FROM marriage_dayregister d WHERE d.office_id = office AND d.day = NEW.spoiled_on) THEN
      RAISE EXCEPTION '当日登记簿已经关闭，不得再作废' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER certificate_guard BEFORE UPDATE OR DELETE ON marriage_certificate
  FOR EACH ROW EXECUTE FUNCTION marriage_certificate_guard();
"""

WRITTEN_ONCE = """
CREATE FUNCTION marriage_written_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '已关闭的登记簿和附注不得更改或删除' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER dayregister_written_once BEFORE UPDATE OR DELETE ON marriage_dayregister
  FOR EACH ROW EXECUTE FUNCTION marriage_written_once();
CREATE TRIGGER annotation_written_once BEFORE UPDATE OR DELETE ON marriage_annotation
  FOR EACH ROW EXECUTE FUNCTION marriage_written_once();

CREATE FUNCTION marriage_day_closing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('marriage-day-' || NEW.office_id));
  RETURN NEW;
END $$;
CREATE TRIGGER dayregister_closing BEFORE INSERT ON marriage_dayregister
  FOR EACH ROW EXECUTE FUNCTION marriage_day_closing();
"""

DROP = """
DROP TRIGGER dayregister_closing ON marriage_dayregister;
DROP FUNCTION marriage_day_closing();
DROP TRIGGER annotation_written_once ON marriage_annotation;
DROP TRIGGER dayregister_written_once ON marriage_dayregister;
DROP FUNCTION marriage_written_once();
DROP TRIGGER certificate_guard ON marriage_certificate;
DROP FUNCTION marriage_certificate_guard();
DROP TRIGGER certificate_given ON marriage_certificate;
DROP FUNCTION marriage_certificate_given();
DROP TRIGGER party_guard ON marriage_party;
DROP FUNCTION marriage_party_guard();
DROP TRIGGER registration_guard ON marriage_registration;
DROP FUNCTION marriage_registration_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("marriage", "0001_register")]
    operations = [migrations.RunSQL(REGISTER + NUMBERS + WRITTEN_ONCE, DROP)]
