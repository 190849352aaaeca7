"""A month's run for N entitlements (default 1 000 000) against the bare INSERT … SELECT of the same rows.

    bin/bench payouts_month [--rows 1000000 | --rows 10000000]

The bare statement copies the run's finished rows into a table of the same columns, keys and indexes without guards.
Prints seconds, the ratio and the peak memory of this process and of the database's biggest process.
"""

import argparse
import time
from datetime import date
from pathlib import Path

from django.db import connection

from bench.bed import load_district, peak_memory
from benefits.pairs import not_payable
from core.jobs import run_job_inline
from minzheng.servers import OWNER, instance
from payouts import statements
from payouts.models import Payment, Run
from payouts.services import build_run

MONTH = date(2020, 12, 1)
ENTITLEMENTS = """
INSERT INTO benefits_entitlement (programme_id, household_id, person_id, beneficiary_id, division_id, persons,
       monthly_amount, first_month, is_void, is_one_off, source, change_reason, care_class, certificate_number,
       end_reason, end_note, created_at, version)
SELECT 'dibao_urban', h.id, h.id, h.id, h.division_id, 1 + h.id % 4, 300 + h.id % 400, '2020-01-01', false, false,
       'decided', '', '', '', '', '', now(), 1
  FROM registry_household h
"""
BARE = """
CREATE TABLE bare_payment (LIKE payouts_payment INCLUDING ALL);
ALTER TABLE bare_payment ADD FOREIGN KEY (run_id) REFERENCES payouts_run DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (entitlement_id) REFERENCES benefits_entitlement DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (difference_id) REFERENCES payouts_difference DEFERRABLE INITIALLY DEFERRED;
"""


def bare_seconds() -> float:
    """As the owner, since the application role makes no tables; the id is given anew, as in the run."""
    columns = ", ".join(one.column for one in Payment._meta.concrete_fields if not one.primary_key)
    owner = instance().connect(OWNER, connection.settings_dict["NAME"])
    with owner, owner.cursor() as cursor:
        cursor.execute(BARE)
        begin = time.perf_counter()
        cursor.execute(f"INSERT INTO bare_payment ({columns}) SELECT {columns} FROM payouts_payment")
        owner.commit()
        return time.perf_counter() - begin


def where_it_goes(run: Run) -> tuple[float, float]:
    """Seconds for reading and joining what the run inserts, and for counting what it leaves out, by township."""
    read = statements.INSERT_REGULAR.split("\nSELECT ", 1)[1].rsplit("ON CONFLICT", 1)[0]
    spent = []
    for statement in (f"SELECT count(*) FROM (SELECT {read}) rows", statements.LEFT_OUT):
        begin = time.perf_counter()
        with connection.cursor() as cursor:
            for township, _ in run.job.parts.values_list("key", "label") if run.job else []:
                values = {
                    "run": run.pk,
                    "programme": run.programme_id,
                    "month": run.month,
                    "today": date.today(),
                }
                scope = f"{township}%"
                barred = list(not_payable(run.programme_id, run.month, scope))
                cursor.execute(statement, {**values, "scope": scope, "barred": barred})
        spent.append(time.perf_counter() - begin)
    return spent[0], spent[1]


def database_memory() -> float:
    """Megabytes of private memory at the highest, of the backend that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        status = Path(f"/proc/{cursor.fetchone()[0]}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    rows = options.parse_args().rows
    load_district(rows)
    with connection.cursor() as cursor:
        cursor.execute(ENTITLEMENTS)
        cursor.execute("ANALYZE benefits_entitlement")
    begin = time.perf_counter()
    run = build_run("dibao_urban", MONTH, enqueue=False)
    assert run.job is not None
    run_job_inline(run.job)
    ours = time.perf_counter() - begin
    count = Payment.objects.count()
    memory = database_memory()
    bare = bare_seconds()
    print(f"{count:,} payments: run {ours:.1f} s, bare INSERT … SELECT {bare:.1f} s, ratio {ours / bare:.2f}")
    joining, counting = where_it_goes(run)
    print(f"of the run: reading and joining {joining:.1f} s, counting what is left out {counting:.1f} s")
    print(f"peak memory: this process {peak_memory():.0f} MB, the database's process {memory:.0f} MB")


if __name__ == "__main__":
    main()
