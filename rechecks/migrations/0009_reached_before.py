"""What those hold who had been reached before it was kept."""

from django.db import migrations

HELD = """
UPDATE rechecks_lead l SET entitlement_id = (
    SELECT e.id FROM benefits_entitlement e
      JOIN benefits_entitlementmember m ON m.entitlement_id = e.id
      JOIN benefits_programme p ON p.code = e.programme_id
      JOIN benefits_programme asked ON asked.code = l.programme_id
     WHERE m.person_id = l.person_id AND p."group" = asked."group" AND NOT e.is_void
       AND (e.last_month IS NULL OR e.last_month >= l.first_month)
     ORDER BY e.first_month LIMIT 1)
 WHERE l.state = 'reached'
"""


class Migration(migrations.Migration):
    dependencies = [("rechecks", "0008_reached")]
    operations = [migrations.RunSQL(HELD, migrations.RunSQL.noop)]
