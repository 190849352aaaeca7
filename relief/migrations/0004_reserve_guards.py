"""The database keeps the reserve's balance from its entries, and entries are written once; 临时救助's own parameters."""

from datetime import date

from django.db import migrations

GUARDS = """
CREATE FUNCTION relief_reserve_entry() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE relief_reserve SET balance = balance + NEW.amount WHERE id = NEW.reserve_id
    RETURNING balance INTO NEW.balance;
  RETURN NEW;
END $$;
CREATE TRIGGER reserve_entry_moves_balance BEFORE INSERT ON relief_reserveentry
  FOR EACH ROW EXECUTE FUNCTION relief_reserve_entry();

CREATE FUNCTION relief_reserve_entry_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '备用金台账一经登记不得更改或删除' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reserve_entry_frozen BEFORE UPDATE OR DELETE ON relief_reserveentry
  FOR EACH STATEMENT EXECUTE FUNCTION relief_reserve_entry_frozen();
CREATE TRIGGER reserve_entry_not_emptied BEFORE TRUNCATE ON relief_reserveentry
  FOR EACH STATEMENT EXECUTE FUNCTION relief_reserve_entry_frozen();

CREATE FUNCTION relief_reserve_by_entries() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.balance <> 0
     OR TG_OP = 'UPDATE' AND pg_trigger_depth() = 1 THEN
    RAISE EXCEPTION '备用金余额只随台账变动' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reserve_by_entries BEFORE INSERT OR UPDATE ON relief_reserve
  FOR EACH ROW EXECUTE FUNCTION relief_reserve_by_entries();
"""
DROP = """
DROP TRIGGER reserve_by_entries ON relief_reserve;
DROP FUNCTION relief_reserve_by_entries();
DROP TRIGGER reserve_entry_not_emptied ON relief_reserveentry;
DROP TRIGGER reserve_entry_frozen ON relief_reserveentry;
DROP FUNCTION relief_reserve_entry_frozen();
DROP TRIGGER reserve_entry_moves_balance ON relief_reserveentry;
DROP FUNCTION relief_reserve_entry();
"""
# ○: practice, not law; the bureau edits them.
PARAMETERS = [
    (
        "delegated_amount",
        "1000",
        "元",
        "受县级民政部门委托，乡镇（街道）可以自行审批的救助金额上限；0 表示都报区局确认",
    ),
    ("notice_expenditure", True, "", "支出型初审后是否在村（社区）公示；急难型不公示"),
]


def load(apps, schema_editor):
    Parameter = apps.get_model("benefits", "Parameter")
    for key, value, unit, words in PARAMETERS:
        Parameter.objects.create(
            programme_id="temporary",
            key=key,
            value=value,
            unit=unit,
            effective_from=date(2019, 1, 1),
            source="示范政策集 2019-01",
            help=words,
        )


def unload(apps, schema_editor):
    keys = [one[0] for one in PARAMETERS]
    apps.get_model("benefits", "Parameter").objects.filter(programme_id="temporary", key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("relief", "0003_temporary")]
    operations = [migrations.RunSQL(GUARDS, DROP), migrations.RunPython(load, unload)]
