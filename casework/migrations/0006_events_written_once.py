"""The record of a case is written once: whoever asks, an event is neither changed nor deleted.

Its words and changes are completed in the transaction that made it (`now()` is the start of the transaction, and the
event keeps the one it was made in). Statement-level, as all guards.
"""

import django.contrib.postgres.functions
from django.db import migrations, models

GUARD = """
CREATE FUNCTION casework_events_written_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM old_rows) THEN
      RAISE EXCEPTION '办理记录不得删除' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF EXISTS (
      SELECT FROM old_rows o LEFT JOIN new_rows n ON n.id = o.id
       WHERE o.recorded_at <> now() OR n.id IS NULL
          OR to_jsonb(n) - ARRAY['changes', 'opinion'] <> to_jsonb(o) - ARRAY['changes', 'opinion']) THEN
    RAISE EXCEPTION '办理记录已登记，不得更改' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER caseevent_guard_update AFTER UPDATE ON casework_caseevent
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION casework_events_written_once();
CREATE TRIGGER caseevent_guard_delete AFTER DELETE ON casework_caseevent
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION casework_events_written_once();
"""
DROP = """
DROP TRIGGER caseevent_guard_delete ON casework_caseevent;
DROP TRIGGER caseevent_guard_update ON casework_caseevent;
DROP FUNCTION casework_events_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_opened_by_system")]

    operations = [
        migrations.AddField(
            model_name="caseevent",
            name="recorded_at",
            field=models.DateTimeField(
                db_default=django.contrib.postgres.functions.TransactionNow(),
                editable=False,
                verbose_name="登记时间",
            ),
        ),
        migrations.RunSQL(GUARD, DROP),
    ]
