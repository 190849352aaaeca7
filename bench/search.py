"""The search box on N persons (default 1 000 000): median and slowest of each way of asking.

    bin/bench search [--persons 1000000]

The persons are made in one transaction that is rolled back. Prints milliseconds, for the whole district and for one
township, and the ratio to the look-up of one person by the unique ID number.
"""

import argparse
import statistics
import time

from django.db import connection, transaction

from bench.bed import peak_memory
from district.models import Division, User
from registry.names import reading
from registry.search import find_persons, households, villages

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗"
GIVEN = "秀建国文桂兰志强玉梅德胜小红海燕三丰明珠"
ASKED = [
    "张三丰",
    "张三",
    "三丰",
    "罗",
    "zsf",
    "zs",
    "zhangsan",
    "1234",
    "123456",
    "13900500000",
    "中心路 张三",
]


def people(count):
    """Rows by INSERT … SELECT: valid shapes, names and initials drawn from small lists, villages in turn."""
    names = [a + b + c for a in SURNAMES for b in GIVEN for c in GIVEN]
    read = [reading(name) for name in names]
    codes = list(Division.objects.filter(level="village").values_list("code", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO registry_person (id_number, name, pinyin, initials, birth_date, sex, ethnicity, phone, address,
                   division_id, hukou_kind, health, labour, note, created_at, version)
            SELECT n.id, (%(names)s::text[])[1 + i %% %(many)s], (%(pinyin)s::text[])[1 + i %% %(many)s],
                   (%(initials)s::text[])[1 + i %% %(many)s], n.born, 'M', '汉族', '139' || lpad(i::text, 8, '0'), '',
                   (%(codes)s::text[])[1 + i %% %(villages)s], 'urban', '', '', '', now(), 1
              FROM generate_series(1, %(count)s) i,
                   LATERAL (SELECT date '1940-01-01' + i %% 28000 AS born) b,
                   LATERAL (SELECT b.born, '4399' || lpad((i / 28000)::text, 2, '0') || to_char(b.born, 'YYYYMMDD')
                                   || lpad((i %% 1000)::text, 3, '0') || (i * 7 %% 10)::text AS id) n
            """,
            {
                "names": names,
                "pinyin": [one[0] for one in read],
                "initials": [one[1] for one in read],
                "many": len(names),
                "codes": codes,
                "villages": len(codes),
                "count": count,
            },
        )
        cursor.execute("ANALYZE registry_person")


def milliseconds(work, times=7):
    taken = []
    for _ in range(times):
        began = time.monotonic()
        work()
        taken.append((time.monotonic() - began) * 1000)
    return statistics.median(taken), max(taken)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=1_000_000)
    count = parser.parse_args().persons
    with transaction.atomic():
        began = time.monotonic()
        people(count)
        print(f"{count:,} 人，生成 {time.monotonic() - began:.0f} s")
        district = Division.objects.filter(level="district").first()
        users = {
            "全区": User(role="bureau_officer", division=district, lines=["relief"]),
            "一个乡镇": User(
                role="township_clerk", division=Division.objects.filter(level="township").first()
            ),
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT id_number FROM registry_person ORDER BY id DESC LIMIT 1")
            number = cursor.fetchone()[0]
        for area, user in users.items():
            floor, _ = milliseconds(lambda user=user: find_persons(user, number))
            print(f"{area}　按身份证号 {floor:.1f} ms")
            for text in ASKED:
                middle, worst = milliseconds(lambda user=user, text=text: find_persons(user, text))
                found = len(find_persons(user, text))
                print(
                    f"{area}　{text:<12} {middle:8.1f} ms（最慢 {worst:.1f}），{found} 人，比值 {middle / floor:.1f}"
                )
            for name, provider in (("户编号", households), ("村（社区）", villages)):
                middle, _ = milliseconds(lambda user=user, provider=provider: provider(user, "中心路"))
                print(f"{area}　{name} {middle:.1f} ms")
        transaction.set_rollback(True)
    print(f"峰值内存 {peak_memory():.0f} MB")


if __name__ == "__main__":
    main()
