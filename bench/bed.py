"""What the measurements share: a district of any size loaded by COPY, and words for the results."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import django
from stdnum import luhn
from stdnum.cn import ric

django.setup()

from django.db import transaction  # noqa: E402

from core.bulk import copy_in  # noqa: E402
from district.models import Division  # noqa: E402

SURNAMES = "李刘陈王张唐罗周黄肖曾蒋邓彭谢戴阳伍孙何"
GIVEN = "建国德福贵生发明祥云清松柏林保顺友良善华秀桂兰英珍玉凤莲香梅菊翠春冬爱金银丽娟艳芳敏"
PINYIN = dict(zip(SURNAMES, "llcwztlzhxzjdpxdywsh", strict=True))


def id_number(n: int) -> tuple[str, date]:
    """The n-th valid ID number and its birth date: 999 people a day from 1930 on."""
    birth = date(1930, 1, 1) + timedelta(days=n // 999)
    body = f"430503{birth:%Y%m%d}{n % 999 + 1:03d}"
    return body + ric.calc_check_digit(body + "0"), birth


def name_of(n: int) -> str:
    return SURNAMES[n % 20] + GIVEN[n // 20 % 42] + GIVEN[n // 840 % 42]


def villages() -> list[str]:
    return list(Division.objects.filter(level="village").values_list("code", flat=True))


def persons(count: int) -> Iterator[list]:
    """Rows of registry_person with ids 1…count."""
    places = villages()
    for n in range(count):
        number, birth = id_number(n)
        name = name_of(n)
        initials = PINYIN[name[0]] + "ab"
        sex = "M" if int(number[16]) % 2 else "F"
        phone, division = f"139{n:08d}", places[n % len(places)]
        yield [
            number,
            name,
            "",
            initials,
            birth,
            sex,
            "汉族",
            phone,
            "",
            division,
            "urban",
            "",
            "",
            "",
            "now",
            1,
        ]


PERSON = """
id_number name pinyin initials birth_date sex ethnicity phone address division_id hukou_kind health labour note
created_at version
"""


def load_district(count: int) -> None:
    """`count` persons with ids from 1 (the instance is new), each its own household's head with an account."""
    places = villages()
    with transaction.atomic():
        copy_in("registry_person", PERSON.split(), persons(count))
        copy_in(
            "registry_household",
            ["number", "division_id", "address", "hukou_kind", "note", "created_at", "version"],
            ([f"H{n}", places[n % len(places)], "", "urban", "", "now", 1] for n in range(count)),
        )
        copy_in(
            "registry_membership",
            ["household_id", "person_id", "relation", "since"],
            ([n + 1, n + 1, "head", "2019-01-01"] for n in range(count)),
        )
        copy_in(
            "registry_payeeaccount",
            ["person_id", "bank", "number", "holder_name", "since", "created_at"],
            ([n + 1, "邵阳农村商业银行", card(n), "户名", "2019-01-01", "now"] for n in range(count)),
        )


def analyze() -> None:
    """Statistics of all tables, as autovacuum makes them within a minute; only the owner may."""
    code = "import django; django.setup(); from django.db import connection; connection.cursor().execute('ANALYZE')"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "MINZHENG_DB_ROLE": "owner"}, check=True)


def card(n: int) -> str:
    body = f"621539{n:012d}"
    return body + luhn.calc_check_digit(body)


def peak_memory() -> float:
    """Megabytes at the highest, this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
