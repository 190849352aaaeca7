"""A payout sheet of N rows (default 100 000), read from the database, against rustpy-xlsxwriter writing the same cells.

bin/bench payout_sheet [--rows 100000]
"""

import argparse
import io
import time
from datetime import date

from django.db import connection
from rustpy_xlsxwriter import write_worksheet

from bench.bed import load_district, peak_memory
from bench.payouts_month import ENTITLEMENTS
from core.jobs import run_job_inline
from district.models import Division
from payouts.services import build_run
from payouts.sheets import _records, write_sheet


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=100_000)
    rows = options.parse_args().rows
    load_district(rows)
    village = Division.objects.filter(level="village")[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_household SET division_id = %s", [village.pk])
        cursor.execute(ENTITLEMENTS)
    run = build_run("dibao_urban", date(2020, 12, 1), enqueue=False)
    assert run.job is not None
    run_job_inline(run.job)
    township = village.parent
    records, count, _ = _records(run, township)
    begin = time.perf_counter()
    write_worksheet(records, io.BytesIO())
    bare = time.perf_counter() - begin
    del records
    begin = time.perf_counter()
    content, _, _ = write_sheet(run, township)
    ours = time.perf_counter() - begin
    print(f"{count:,} rows: sheet {ours:.2f} s ({len(content) / 1e6:.1f} MB), bare writer {bare:.2f} s")
    print(f"ratio {ours / bare:.2f}, peak memory {peak_memory():.0f} MB")


if __name__ == "__main__":
    main()
