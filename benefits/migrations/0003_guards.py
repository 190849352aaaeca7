"""Covered members follow their entitlement's months; an assessment, once made, is never changed."""

from django.db import migrations

MEMBERS_FOLLOW = """
CREATE FUNCTION benefits_members_follow() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE benefits_entitlementmember m
     SET first_month = n.first_month, last_month = n.last_month, is_void = n.is_void
    FROM new_rows n
   WHERE m.entitlement_id = n.id
     AND (m.first_month, m.is_void) IS DISTINCT FROM (n.first_month, n.is_void)
      OR m.entitlement_id = n.id AND m.last_month IS DISTINCT FROM n.last_month;
  RETURN NULL;
END $$;
CREATE TRIGGER entitlement_members_follow AFTER UPDATE ON benefits_entitlement
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION benefits_members_follow();
"""

FROZEN = """
CREATE FUNCTION benefits_assessment_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '测算一经作出不得更改或删除' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER assessment_frozen BEFORE UPDATE OR DELETE ON benefits_assessment
  FOR EACH ROW EXECUTE FUNCTION benefits_assessment_frozen();
"""

DROP = """
DROP TRIGGER assessment_frozen ON benefits_assessment;
DROP FUNCTION benefits_assessment_frozen();
DROP TRIGGER entitlement_members_follow ON benefits_entitlement;
DROP FUNCTION benefits_members_follow();
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0002_policy_2019")]
    operations = [migrations.RunSQL(MEMBERS_FOLLOW + FROZEN, DROP)]
