"""A registry ledger of N rows (default 100 000) taken in, against reading the same file and COPYing its cells.

    bin/bench import_registry [--rows 100000]

Everything happens in one transaction that is rolled back. Prints seconds, the ratio and the peak memory.
"""

import argparse
import io
import random
import time
from datetime import date, timedelta

import xlsxwriter
from django.db import connection, transaction
from stdnum import luhn
from stdnum.cn.ric import calc_check_digit

from bench.bed import peak_memory
from core.bulk import copy_in
from core.importing import Row, take
from core.sheets import read_tables
from district.models import Division
from registry.importing import COLUMNS, RegistryImporter

TITLES = [
    "户编号",
    "姓名",
    "身份证号",
    "与户主关系",
    "村(社区)",
    "乡镇(街道)",
    "户籍类别",
    "性别",
    "出生日期",
]
TITLES += ["民族", "住址", "联系电话", "开户银行", "银行账号"]


def ledger(rows, chance):
    """An xlsx of households of one to three members, in the district's real villages."""
    villages = list(Division.objects.filter(level="village").select_related("parent"))
    out, used, line = io.BytesIO(), set(), 0
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["大祥区家庭花名册"])
    sheet.write_row(1, 0, TITLES)
    home = 0
    while line < rows:
        home, village = home + 1, chance.choice(villages)
        for relation in ("户主", "配偶", "子")[: min(chance.randint(1, 3), rows - line)]:
            born = date(1940, 1, 1) + timedelta(days=chance.randrange(29_000))
            stem = f"430503{born:%Y%m%d}{chance.randrange(1, 1000):03d}"
            if stem in used:
                stem = f"43050{chance.randrange(10)}{born:%Y%m%d}{chance.randrange(1, 1000):03d}"
            if stem in used:
                continue
            used.add(stem)
            card = f"622848{chance.randrange(10**12):012d}"
            name = chance.choice("王李张刘陈杨黄赵") + chance.choice("秀建国文") + chance.choice("英兰民华")
            cells = [f"BENCH{home:07d}", name, stem + calc_check_digit(stem + "0"), relation, village.name]
            cells += [
                village.parent.name,
                "城镇",
                "男" if int(stem[16]) % 2 else "女",
                f"{born:%Y-%m-%d}",
                "汉族",
            ]
            cells += [
                "某路 1 号",
                f"139{chance.randrange(10**8):08d}",
                "农业银行",
                card + luhn.calc_check_digit(card),
            ]
            sheet.write_row(line + 2, 0, cells)
            line += 1
    book.close()
    return out.getvalue()


def bare(content):
    """Reading the file and COPYing its cells into a table without keys: what any import must at least do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_bare ("
            + ", ".join(f"c{n} text" for n in range(len(TITLES)))
            + ") ON COMMIT DROP"
        )
    tables = read_tables(content, "bench.xlsx", COLUMNS)
    importer = RegistryImporter()
    for raw in tables.rows:
        importer.parse(Row(raw))
    copy_in("bench_bare", [f"c{n}" for n in range(len(TITLES))], (row.cells for row in tables.rows))


def clock(what, work):
    began = time.monotonic()
    result = work()
    seconds = time.monotonic() - began
    print(f"{what}: {seconds:.1f} s")
    return seconds, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    content = ledger(rows, random.Random(1))
    print(f"{rows:,} 行，{len(content) / 1e6:.1f} MB")
    with transaction.atomic():
        least, _ = clock("读取、逐行解析并 COPY", lambda: bare(content))
        first, outcome = clock(
            "导入（新建）", lambda: take(RegistryImporter(), content, "bench.xlsx", write=True)
        )
        print(outcome.counts)
        again, outcome = clock(
            "再导入（未变）", lambda: take(RegistryImporter(), content, "bench.xlsx", write=True)
        )
        print(outcome.counts)
        transaction.set_rollback(True)
    print(f"比值：新建 {first / least:.2f}，未变 {again / least:.2f}；峰值内存 {peak_memory():.0f} MB")


if __name__ == "__main__":
    main()
