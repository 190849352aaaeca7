"""Test data that reads like the village: sensible defaults, only what matters is said.

Names, ID numbers and accounts are made up; check digits and the Luhn sum are right.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from pypinyin import Style, lazy_pinyin
from stdnum import luhn
from stdnum.cn.ric import calc_check_digit

from core import uscc
from district.models import Division, Line, Role, User
from registry.models import Household, Institution, Membership, PayeeAccount, Person, Relation

DISTRICT = "430503"
# 中心路街道 and 罗市镇, each with one of its villages: an own and a foreign area.
TOWNSHIP, VILLAGE = "430503001", "430503001001"
OTHER_TOWNSHIP, OTHER_VILLAGE = "430503101", "430503101001"
LONG_AGO = date(2015, 1, 1)

_numbers = count(1)
_births: dict[tuple[date, str], Iterator[int]] = defaultdict(count)
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
_GIVEN = "秀英桂兰建国志强玉梅德胜小红海燕文斌春花立军明珠"


def division(code: str = DISTRICT) -> Division:
    """One of the district's real divisions (they come by migration)."""
    return Division.objects.get(code=code)


def user(role: str = "township_clerk", division: str | Division = "", **fields: Any) -> User:
    """An account with its role and area (a code or a Division); `lines`, `full_name`, `password` as needed.

    Without an area, township roles work in TOWNSHIP and all others in the whole district; officers of the bureau
    without lines work on 社会救助, registrars at the district's marriage registry.
    """
    number = next(_numbers)
    code = division.pk if isinstance(division, Division) else division
    township = role in (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_LEADER)
    password = fields.pop("password", None)
    defaults = {
        "username": f"{role}{number}",
        "full_name": f"{Role(role).label}{number}",
        "lines": [Line.RELIEF] if role == Role.BUREAU_OFFICER else [],
    }
    if role == Role.REGISTRAR:
        defaults |= {"lines": [Line.MARRIAGE], "office_id": "430503HY"}
    account = User(
        **{**defaults, **fields},
        role=role,
        division_id=code or (TOWNSHIP if township else DISTRICT),
    )
    account.set_password(password)
    account.save()
    return account


def staff() -> dict[str, User]:
    """One account of each role, by role; township roles in TOWNSHIP."""
    return {role: user(role) for role in Role.values}


def id_number(birth: date = date(1970, 1, 1), sex: str = "M", area: str = DISTRICT) -> str:
    """A valid 18-digit ID number; 450 different ones for a birth date and sex."""
    order = next(_births[birth, sex]) % 450 * 2 + 100 + (1 if sex == "M" else 0)
    stem = f"{area}{birth:%Y%m%d}{order:03d}"
    return stem + calc_check_digit(stem + "0")


def account_number() -> str:
    """A valid 19-digit bank card number (622848…)."""
    stem = f"622848{next(_numbers):012d}"
    return stem + luhn.calc_check_digit(stem)


def name() -> str:
    """A made-up three-character name; no two calls near each other give the same."""
    number = next(_numbers)
    first, rest = number % len(_SURNAMES), number // len(_SURNAMES)
    return _SURNAMES[first] + _GIVEN[number % len(_GIVEN)] + _GIVEN[(rest * 7 + number) % len(_GIVEN)]


def person(division: str | Division = VILLAGE, **fields: Any) -> Person:
    """A resident of a village. `birth_date` and `sex` go into the ID number; everything else is optional."""
    code = division.pk if isinstance(division, Division) else division
    birth, sex = fields.pop("birth_date", date(1970, 1, 1)), fields.pop("sex", "M")
    full_name = fields.pop("name", "") or name()
    letters = lazy_pinyin(full_name)
    return Person.objects.create(
        **{
            "id_number": id_number(birth, sex),
            "pinyin": "".join(letters),
            "initials": "".join(lazy_pinyin(full_name, style=Style.FIRST_LETTER)),
            "hukou_kind": "urban",
            **fields,
        },
        name=full_name,
        birth_date=birth,
        sex=sex,
        division_id=code,
    )


def household(
    members: int = 1,
    income: int | Decimal = 0,
    division: str | Division = VILLAGE,
    head: Person | None = None,
    since: date = LONG_AGO,
    account: bool = True,
    **fields: Any,
) -> Household:
    """A household whose head (`household.head`) earns `income` yuan a month and has a bank account.

    The second member is the wife, further ones are children; `household.people` lists them, head first.
    """
    head = head or person(division, monthly_income=income)
    home = Household.objects.create(
        **{"number": f"H{next(_numbers):08d}", "hukou_kind": head.hukou_kind, **fields},
        division_id=head.division_id,
    )
    people = [head]
    if members > 1:
        people.append(person(head.division_id, birth_date=date(1972, 5, 1), sex="F", monthly_income=0))
    people += [
        person(head.division_id, birth_date=date(2008, 3, 1 + n % 28), monthly_income=0)
        for n in range(members - 2)
    ]
    relations = [Relation.HEAD, Relation.SPOUSE, *[Relation.SON] * max(members - 2, 0)]
    for one, relation in zip(people, relations, strict=False):
        Membership.objects.create(household=home, person=one, relation=relation, since=since)
    if account:
        bank_account(head, since=since)
    home.head, home.people = head, people  # type: ignore[attr-defined]
    return home


def bank_account(holder: Person, number: str = "", since: date = LONG_AGO, **fields: Any) -> PayeeAccount:
    """The person's 一卡通 account; `number` as needed."""
    return PayeeAccount.objects.create(
        **{"bank": "农业银行", "holder_name": holder.name, **fields},
        person=holder,
        number=number or account_number(),
        since=since,
    )


def credit_code(prefix: str = "52") -> str:
    """A valid unified social credit code of this authority and kind."""
    return uscc.make(prefix, DISTRICT, uscc.body_code(f"{next(_numbers):08d}"))


def institution(name: str = "中心路敬老院", account: bool = True, **fields: Any) -> Institution:
    """A care home of the district, with its bank account."""
    home = Institution.objects.create(
        **{"code": credit_code(), "division_id": TOWNSHIP, "since": LONG_AGO, **fields}, name=name
    )
    if account:
        home.accounts.create(bank="农业银行", number=account_number(), holder_name=name, since=LONG_AGO)
    return home
