"""What a locked run is made of can't be changed, whoever asks: payments, the run itself, its lines at the bank.

Statement-level with transition tables, since a row-level guard makes a million inserts half as slow again. Each guard
takes the run's row lock, so that a run is never locked while an insert into it is still open.
"""

from django.db import migrations

PAYMENTS = """
CREATE FUNCTION payouts_runs_open(runs bigint[], allowed text[]) RETURNS boolean LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE states text[];
BEGIN
  SELECT array_agg(s.state) INTO states
    FROM (SELECT state FROM payouts_run WHERE id = ANY(runs) ORDER BY id FOR SHARE) s;
  RETURN coalesce(states <@ allowed, true);
END $$;

CREATE FUNCTION payouts_payments_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE runs bigint[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT run_id) INTO runs FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(DISTINCT run_id) INTO runs FROM old_rows;
  ELSE
    SELECT array_agg(DISTINCT run_id) INTO runs
      FROM (SELECT run_id FROM new_rows UNION SELECT run_id FROM old_rows) both_sides;
  END IF;
  IF NOT payouts_runs_open(runs, ARRAY['building', 'draft']) THEN
    RAISE EXCEPTION '批次已送复核或锁定，发放明细不得增删改' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER payment_guard_insert AFTER INSERT ON payouts_payment
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION payouts_payments_guard();
CREATE TRIGGER payment_guard_update AFTER UPDATE ON payouts_payment
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION payouts_payments_guard();
CREATE TRIGGER payment_guard_delete AFTER DELETE ON payouts_payment
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION payouts_payments_guard();
"""

RUN = """
CREATE FUNCTION payouts_run_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state NOT IN ('building', 'draft') THEN
      RAISE EXCEPTION '批次已送复核或锁定，不得删除' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state IN ('locked', 'closed') AND (
       NOT (OLD.state = NEW.state OR OLD.state = 'locked' AND NEW.state = 'closed')
       OR OLD.state = 'closed' AND to_jsonb(NEW) <> to_jsonb(OLD)
       OR to_jsonb(NEW) - ARRAY['state', 'closer_id', 'closed_at']
          <> to_jsonb(OLD) - ARRAY['state', 'closer_id', 'closed_at']) THEN
    RAISE EXCEPTION '批次已锁定，不得更改' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
       ('building', 'draft'), ('draft', 'building'), ('draft', 'reviewed'), ('reviewed', 'approved'),
       ('reviewed', 'draft'), ('approved', 'draft'), ('approved', 'locked'), ('locked', 'closed')) THEN
    RAISE EXCEPTION '批次不能从 % 转为 %', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER run_guard BEFORE UPDATE OR DELETE ON payouts_run
  FOR EACH ROW EXECUTE FUNCTION payouts_run_guard();
"""

TRANSFERS = """
CREATE FUNCTION payouts_transfers_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE runs bigint[]; total bigint; good bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(DISTINCT run_id) INTO runs FROM new_rows;
    IF NOT payouts_runs_open(runs, ARRAY['building', 'draft', 'approved']) THEN
      RAISE EXCEPTION '批次已锁定，不得增加代发' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM old_rows WHERE state <> 'planned') THEN
      RAISE EXCEPTION '已送银行的代发不得删除' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSE
    SELECT count(*) INTO total FROM new_rows;
    -- Planned lines may still change; one at the bank gets its answer, once; a failed one may be given up.
    SELECT count(*) INTO good FROM old_rows o JOIN new_rows n ON n.id = o.id
     WHERE o.state = 'planned' AND n.state IN ('planned', 'outstanding')
        OR o.state = 'outstanding' AND n.state IN ('success', 'failed') AND n.given_up_at IS NULL
           AND to_jsonb(n) - ARRAY['state', 'reason', 'returned_at', 'bank_return_id']
             = to_jsonb(o) - ARRAY['state', 'reason', 'returned_at', 'bank_return_id']
        OR o.state = 'failed' AND o.given_up_at IS NULL
           AND to_jsonb(n) - ARRAY['given_up_at', 'given_up_reason']
             = to_jsonb(o) - ARRAY['given_up_at', 'given_up_reason'];
    IF good <> total THEN
      RAISE EXCEPTION '已送银行的代发不得更改' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER transfer_guard_insert AFTER INSERT ON payouts_transfer
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION payouts_transfers_guard();
CREATE TRIGGER transfer_guard_update AFTER UPDATE ON payouts_transfer
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION payouts_transfers_guard();
CREATE TRIGGER transfer_guard_delete AFTER DELETE ON payouts_transfer
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION payouts_transfers_guard();
"""

WRITTEN_ONCE = """
CREATE FUNCTION payouts_written_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '已登记的归还与已交出的文件不得更改或删除' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER repayment_written_once BEFORE UPDATE OR DELETE ON payouts_repayment
  FOR EACH ROW EXECUTE FUNCTION payouts_written_once();
CREATE TRIGGER runfile_written_once BEFORE UPDATE OR DELETE ON payouts_runfile
  FOR EACH ROW EXECUTE FUNCTION payouts_written_once();
"""

DROP = """
DROP TRIGGER runfile_written_once ON payouts_runfile;
DROP TRIGGER repayment_written_once ON payouts_repayment;
DROP FUNCTION payouts_written_once();
DROP TRIGGER transfer_guard_delete ON payouts_transfer;
DROP TRIGGER transfer_guard_update ON payouts_transfer;
DROP TRIGGER transfer_guard_insert ON payouts_transfer;
DROP FUNCTION payouts_transfers_guard();
DROP TRIGGER run_guard ON payouts_run;
DROP FUNCTION payouts_run_guard();
DROP TRIGGER payment_guard_delete ON payouts_payment;
DROP TRIGGER payment_guard_update ON payouts_payment;
DROP TRIGGER payment_guard_insert ON payouts_payment;
DROP FUNCTION payouts_payments_guard();
DROP FUNCTION payouts_runs_open(bigint[], text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("benefits", "0003_guards")]
    operations = [migrations.RunSQL(PAYMENTS + RUN + TRANSFERS + WRITTEN_ONCE, DROP)]
