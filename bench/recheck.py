"""A recheck of N recipients against a list of five times as many rows, and the loading of that list.

    bin/bench recheck [--recipients 1000000]

Matching is compared with the bare join of the same tables in the same run; writing findings is counted apart. Loading
is compared with a bare COPY of the same rows into the same table. One row in a hundred of the recipients is a hit.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from bench.bed import analyze, id_number, load_district, name_of, peak_memory
from benefits.models import Programme
from rechecks import findings, matching, services
from rechecks.loading import load
from rechecks.models import Finding, OutsideList, Recheck

MONTH, AS_OF = date(2020, 12, 1), date(2020, 12, 20)
ENTITLEMENTS = """
INSERT INTO benefits_entitlement (programme_id, household_id, person_id, beneficiary_id, division_id, persons,
       monthly_amount, first_month, is_void, is_one_off, source, change_reason, care_class, certificate_number,
       end_reason, end_note, created_at, version)
SELECT 'dibao_urban', h.id, h.id, h.id, h.division_id, 1, 300, '2020-01-01', false, false, 'decided', '', '', '', '',
       '', now(), 1
  FROM registry_household h
"""
MEMBERS = """
INSERT INTO benefits_entitlementmember (entitlement_id, person_id, "group", first_month, is_void)
SELECT id, person_id, %s, first_month, false FROM benefits_entitlement
"""
BARE_JOIN = f"SELECT count(*) FROM {matching.HOLDERS} WHERE r.list_id = %(list)s"


def timed(work) -> tuple[float, object]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def rows(count: int, known: int) -> Iterator[list]:
    """Payments of insurance: every fifth row is someone of the district, one of a hundred of those above the line."""
    for n in range(count):
        person = n // 5 if n % 5 == 0 else known + n
        number, _ = id_number(person)
        base = "900.00" if n % 500 == 0 else f"{120 + n % 37_000 / 100:.2f}"
        yield [number, name_of(person), 2020, base]


def write_file(path: Path, count: int, known: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["身份证号", "姓名", "年度", "缴费基数"])
        writer.writerows(rows(count, known))


def bare_copy(path: Path) -> float:
    """The same rows by COPY, through a table of the file's columns, into the list's table, with the check of its
    foreign key that a commit makes; taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE file_rows (id_number text, name text, year text, base text) ON COMMIT DROP"
        )
        begin = time.perf_counter()
        with path.open(encoding="utf-8") as file:
            cursor.copy_expert("COPY file_rows FROM STDIN WITH (FORMAT csv, HEADER)", file)
        cursor.execute(
            """
            INSERT INTO rechecks_listrow (list_id, row_no, id_number, name, amount, label, data)
            SELECT (SELECT min(id) FROM rechecks_outsidelist), 1, id_number, name, base::numeric, year,
                   jsonb_build_object('年度', year, '缴费基数', base) FROM file_rows
            """
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        spent = time.perf_counter() - begin
        transaction.set_rollback(True)
    return spent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=1_000_000)
    count = parser.parse_args().recipients
    load_district(count)
    group = Programme.objects.get(pk="dibao_urban").group
    with connection.cursor() as cursor:
        cursor.execute(ENTITLEMENTS)
        cursor.execute(MEMBERS, [group])
    analyze()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "insurance.csv"
        write_file(path, count * 5, count)
        before = peak_memory()
        with path.open("rb") as file:
            loading, made = timed(lambda: load("insurance", file, path.name, AS_OF))
        assert isinstance(made, OutsideList)
        print(
            f"loading {made.loaded:,} rows: {loading:.1f} s, memory +{peak_memory() - before:.0f} MB",
            flush=True,
        )
        copying = bare_copy(path)
        print(f"bare COPY of the same rows: {copying:.1f} s, ratio {loading / copying:.2f}", flush=True)
    analyze()
    compare(made, count)


def compare(made: OutsideList, count: int) -> None:
    recheck = Recheck.objects.create(month=MONTH, division=made.division, state="done", lists={})
    values: dict[str, Any] = {"list": made.pk, "month": MONTH, "programmes": ["dibao_urban", "dibao_rural"]}
    with transaction.atomic(), connection.cursor() as cursor:
        for _ in range(2):
            joining, _ = timed(lambda: cursor.execute(BARE_JOIN, values))
        rules = matching.Rules.in_force(MONTH)
        matching.begin()
        comparing, hits = timed(lambda: matching.match("insurance", [made], rules))
        writing, found = timed(lambda: findings.write(recheck, "insurance", services.due_day()))
    print(f"{count:,} recipients against {made.loaded:,} rows: matching {comparing:.2f} s, {hits:,} hits")
    print(f"bare join of the same tables: {joining:.2f} s, ratio {comparing / joining:.2f}")
    print(
        f"writing {Finding.objects.count():,} findings: {writing:.2f} s {found}; peak memory {peak_memory():.0f} MB"
    )


if __name__ == "__main__":
    main()
