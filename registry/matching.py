"""A ledger's rows against the registry: who is known, what changes, what contradicts. Reads by index in large bites,
never row by row; writes nothing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from core.importing import CREATED, REJECTED, UNCHANGED, UPDATED, Importer, Row
from registry.models import AreaKind, DisabilityKind, Labour, Relation
from registry.names import reading

BITE = 10_000
# Person's facts that a ledger may tell; a blank cell never wipes out what is known.
FACTS = {
    "division": "村（社区）", "hukou_kind": "户籍类别", "ethnicity": "民族", "address": "住址", "phone": "联系电话",
    "health": "健康状况", "labour": "劳动能力", "monthly_income": "月收入", "note": "备注",
}  # fmt: skip
_LABELS = {
    "hukou_kind": dict(AreaKind.choices),
    "labour": dict(Labour.choices),
    "kind": dict(DisabilityKind.choices),
    "relation": dict(Relation.choices),
}


@dataclass(slots=True)
class Known:
    """A registered person with the current membership, account and certificate."""

    pk: int
    name: str
    facts: dict[str, Any]
    death_date: Any
    version: int
    household: str | None
    membership: int | None
    relation: str | None
    account: tuple | None  # id, bank, number, holder
    certificate: tuple | None  # id, number, kind, grade


@dataclass(slots=True)
class Home:
    """A registered household."""

    pk: int
    division: str
    address: str
    hukou_kind: str
    closed: bool
    version: int
    members: dict[str, str] = field(default_factory=dict)  # id number → relation, as registered now


@dataclass
class Registry:
    """What the registry knows of a file's people and households, and what is to be written."""

    persons: dict[str, Known] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    new_persons: list[dict] = field(default_factory=list)
    changed_persons: list[dict] = field(default_factory=list)
    new_homes: dict[str, dict] = field(default_factory=dict)
    changed_homes: list[dict] = field(default_factory=list)
    memberships: list[dict] = field(default_factory=list)
    accounts: list[dict] = field(default_factory=list)
    certificates: list[dict] = field(default_factory=list)


def match(importer: Importer, rows: list[Row]) -> Registry:
    """Give every row its action and changes, or refuse it; gather what is to be written."""
    registry = Registry()
    _load_persons(registry, {row.data["id_number"] for row in rows if row.data.get("id_number")})
    numbers = {row.data["household"] for row in rows if row.data.get("household")}
    numbers |= {known.household for known in registry.persons.values() if known.household}
    _load_homes(registry, numbers)
    for row in importer.standing(rows):
        _fits_person(row, registry, importer.area)
        _fits_home(row, registry, importer.area)
    settle(rows, registry)
    _tell_differences(importer.standing(rows), registry)
    return registry


# --- reading ---


def _bites(values: set[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), BITE):
        yield ordered[start : start + BITE]


def _load_persons(registry: Registry, ids: set[str]) -> None:
    query = """
        SELECT p.id_number, p.id, p.name, p.division_id, p.hukou_kind, p.ethnicity, p.address, p.phone, p.health,
               p.labour, p.monthly_income, p.note, p.death_date, p.version,
               h.number, m.id, m.relation, a.id, a.bank, a.number, a.holder_name, c.id, c.number, c.kind, c.grade
          FROM registry_person p
          LEFT JOIN registry_membership m ON m.person_id = p.id AND m.until IS NULL
          LEFT JOIN registry_household h ON h.id = m.household_id
          LEFT JOIN registry_payeeaccount a ON a.person_id = p.id AND a.until IS NULL
          LEFT JOIN registry_disabilitycertificate c ON c.person_id = p.id AND c.until IS NULL
         WHERE p.id_number = ANY(%s)"""
    names = list(FACTS)
    with connection.cursor() as cursor:
        for bite in _bites(ids):
            cursor.execute(query, [bite])
            for line in cursor.fetchall():
                registry.persons[line[0]] = Known(
                    pk=line[1],
                    name=line[2],
                    facts=dict(zip(names, line[3:12], strict=True)),
                    death_date=line[12],
                    version=line[13],
                    household=line[14],
                    membership=line[15],
                    relation=line[16],
                    account=line[17:21] if line[17] else None,
                    certificate=line[21:25] if line[21] else None,
                )


def _load_homes(registry: Registry, numbers: set[str]) -> None:
    query = """
        SELECT h.number, h.id, h.division_id, h.address, h.hukou_kind, h.until IS NOT NULL, h.version,
               p.id_number, m.relation
          FROM registry_household h
          LEFT JOIN registry_membership m ON m.household_id = h.id AND m.until IS NULL
          LEFT JOIN registry_person p ON p.id = m.person_id
         WHERE h.number = ANY(%s)"""
    with connection.cursor() as cursor:
        for bite in _bites(numbers):
            cursor.execute(query, [bite])
            for number, pk, division, address, hukou, closed, version, person, relation in cursor.fetchall():
                home = registry.homes.get(number)
                if home is None:
                    home = registry.homes[number] = Home(pk, division, address, hukou, closed, version)
                if person:
                    home.members[person] = relation


# --- what does not fit ---


def _fits_person(row: Row, registry: Registry, area: str) -> None:
    known = registry.persons.get(row.data["id_number"])
    if known is None:
        return
    if not known.facts["division"].startswith(area):
        row.refuse("身份证号", "该号码登记在您的辖区之外，请由区局办理")
    elif known.name != row.data["name"]:
        row.refuse("姓名", f"该身份证号已登记为“{known.name}”，姓名不同，不能合并")
    elif known.death_date:
        row.refuse("身份证号", f"该居民已登记死亡（{known.death_date:%Y-%m-%d}）")


def _fits_home(row: Row, registry: Registry, area: str) -> None:
    home = registry.homes.get(row.data["household"])
    if home is None:
        return
    if not home.division.startswith(area):
        row.refuse("户编号", "该户编号登记在您的辖区之外")
    elif home.closed:
        row.refuse("户编号", "该户已销户")


def settle(rows: list[Row], registry: Registry) -> None:
    """Refuse households that would be left without exactly one head, until nothing more changes.

    The household counts as it would stand afterwards: registered members whom the file does not name stay in it, so
    that a corrected error workbook, which lacks the head's row, can be taken.
    """
    by_home: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.data.get("household"):
            by_home[row.data["household"]].append(row)
    settled = False
    while not settled:
        settled = True
        standing = {row.data["id_number"]: row for row in rows if row.action != REJECTED}
        for number, members in by_home.items():
            left = [row for row in members if row.action != REJECTED]
            reason = left and _wrong_with(number, members, standing, registry)
            if reason:
                settled = False
                for row in left:
                    row.refuse("与户主关系", reason)
        settled &= not _refuse_leaving_heads(by_home, standing, registry)


def _staying(number: str, standing: dict[str, Row], registry: Registry) -> dict[str, str]:
    """Registered members of a household whom no row that stands names."""
    home = registry.homes.get(number)
    if home is None:
        return {}
    return {person: relation for person, relation in home.members.items() if person not in standing}


def _wrong_with(number: str, members: list[Row], standing: dict[str, Row], registry: Registry) -> str:
    refused_heads = [r for r in members if r.action == REJECTED and r.data.get("relation") == Relation.HEAD]
    if refused_heads:
        return f"本户户主（{refused_heads[0].where}）被拒绝，整户不能写入"
    heads = {
        r.data["id_number"]: r.where
        for r in members
        if r.action != REJECTED and r.data["relation"] == Relation.HEAD
    }
    staying = [p for p, relation in _staying(number, standing, registry).items() if relation == Relation.HEAD]
    if not heads and not staying:
        return "本户没有户主"
    if heads and staying:
        name = registry.persons[staying[0]].name if staying[0] in registry.persons else "他人"
        return f"本户有两个户主：{next(iter(heads.values()))}，登记册中的户主是{name}"
    return ""


def _refuse_leaving_heads(
    by_home: dict[str, list[Row]], standing: dict[str, Row], registry: Registry
) -> bool:
    """A head who moves away must not leave members behind without a head; True when a row was refused."""
    refused = False
    for person, row in standing.items():
        known = registry.persons.get(person)
        if (
            row.action == REJECTED
            or known is None
            or not known.household
            or known.household == row.data["household"]
        ):
            continue
        if known.relation != Relation.HEAD:
            continue
        behind = _staying(known.household, standing, registry)
        new_head = any(
            other.action != REJECTED and other.data["relation"] == Relation.HEAD
            for other in by_home.get(known.household, [])
        )
        if behind and not new_head and Relation.HEAD not in behind.values():
            row.refuse(
                "户编号", f"该居民是户 {known.household} 的户主，户内还有 {len(behind)} 人，请先变更户主"
            )
            refused = True
    return refused


# --- what changes ---


def _tell_differences(rows: list[Row], registry: Registry) -> None:
    leaders: dict[str, Row] = {}
    for row in rows:
        number = row.data["household"]
        if number not in leaders or row.data["relation"] == Relation.HEAD:
            leaders[number] = row
    for row in rows:
        if row.data.get("repeats"):
            row.action = UNCHANGED
            continue
        known = registry.persons.get(row.data["id_number"])
        if leaders[row.data["household"]] is row:
            _home_differences(row, registry)
        if known is None:
            _new_person(row, registry)
            row.action = CREATED
        else:
            _person_differences(row, known, registry)
            row.action = UPDATED if row.changes else UNCHANGED


def _home_differences(row: Row, registry: Registry) -> None:
    data = row.data
    home = registry.homes.get(data["household"])
    wanted = {key: data.get(key) for key in ("division", "address", "hukou_kind")}
    if home is None:
        registry.new_homes[data["household"]] = {"number": data["household"], **wanted}
        _remember(row, "new_home")
        if data["id_number"] in registry.persons:
            row.changes.append(("户编号", "", data["household"]))
        return
    if data["relation"] != Relation.HEAD:
        return
    before = {key: getattr(home, key) for key in wanted}
    after = {key: value or before[key] for key, value in wanted.items()}
    if after != before:
        registry.changed_homes.append({"number": data["household"], **after})
        _remember(row, "home", before=before, after=after)
        for key, label in (
            ("division", "户所在村（社区）"),
            ("address", "户住址"),
            ("hukou_kind", "户籍类别（户）"),
        ):
            if after[key] != before[key]:
                row.changes.append((label, _shown(key, before[key]), _shown(key, after[key])))


def _new_person(row: Row, registry: Registry) -> None:
    data = row.data
    pinyin, initials = reading(data["name"])
    registry.new_persons.append(
        {
            "id_number": data["id_number"],
            "name": data["name"],
            "pinyin": pinyin,
            "initials": initials,
            "birth_date": data["birth"],
            "sex": data["sex"],
            **{key: data.get(key) for key in FACTS},
        }
    )
    _remember(row, "new_person")
    registry.memberships.append(_membership(row, "new"))
    if data["account"]:
        registry.accounts.append(_account(row, "new"))
    if data.get("certificate"):
        registry.certificates.append(_certificate(row, "new"))


def _membership(row: Row, how: str, old: int | None = None) -> dict:
    data = row.data
    return {
        "how": how,
        "id_number": data["id_number"],
        "number": data["household"],
        "relation": data["relation"].value,
        "old": old,
    }


def _account(row: Row, how: str, old: int | None = None, bank: str = "", holder: str = "") -> dict:
    data = row.data
    return {
        "how": how,
        "id_number": data["id_number"],
        "bank": data["bank"] or bank,
        "number": data["account"],
        "holder": data["holder"] or holder or data["name"],
        "old": old,
    }


def _certificate(row: Row, how: str, old: int | None = None) -> dict:
    data = row.data
    return {
        "how": how,
        "id_number": data["id_number"],
        "number": data["certificate"],
        "kind": data["cert_kind"],
        "grade": data["cert_grade"],
        "old": old,
    }


def _person_differences(row: Row, known: Known, registry: Registry) -> None:
    data = row.data
    after = {key: known.facts[key] if data.get(key) is None else data[key] for key in FACTS}
    changed = [key for key in FACTS if after[key] != known.facts[key]]
    if changed:
        before = {key: known.facts[key] for key in changed}
        registry.changed_persons.append({"id_number": data["id_number"], **after})
        _remember(row, "person", before=before, after={key: after[key] for key in changed})
        row.changes += [(FACTS[key], _shown(key, before[key]), _shown(key, after[key])) for key in changed]
    relation = _shown("relation", data["relation"])
    if known.household != data["household"]:
        registry.memberships.append(_membership(row, "move" if known.membership else "new", known.membership))
        _remember(row, "membership", old=known.membership, relation=known.relation)
        row.changes.append(("所在户", known.household or "", f"{data['household']}（{relation}）"))
    elif known.relation != data["relation"]:
        registry.memberships.append(_membership(row, "relation", known.membership))
        _remember(row, "membership", old=known.membership, relation=known.relation)
        row.changes.append(("与户主关系", _shown("relation", known.relation), relation))
    _account_differences(row, known, registry)
    _certificate_differences(row, known, registry)


def _account_differences(row: Row, known: Known, registry: Registry) -> None:
    data = row.data
    if known.account is None:
        if data["account"]:
            registry.accounts.append(_account(row, "new"))
            _remember(row, "account", old=None)
            row.changes.append(("一卡通账户", "", data["account"]))
        return
    pk, bank, number, holder = known.account
    if data["account"] and data["account"] != number:
        registry.accounts.append(_account(row, "replace", pk))
        _remember(row, "account", old=pk)
        row.changes.append(("一卡通账户", number, data["account"]))
    elif data["account"] == number:
        corrected = {"bank": data["bank"] or bank, "holder": data["holder"] or holder}
        if corrected != {"bank": bank, "holder": holder}:
            registry.accounts.append(_account(row, "correct", pk, bank, holder))
            _remember(row, "account_words", pk=pk, bank=bank, holder=holder, after=corrected)
            row.changes.append(
                ("开户银行、户名", f"{bank} {holder}", f"{corrected['bank']} {corrected['holder']}")
            )


def _certificate_differences(row: Row, known: Known, registry: Registry) -> None:
    number = row.data.get("certificate")
    if not number or (known.certificate and known.certificate[1] == number):
        return
    old = known.certificate[0] if known.certificate else None
    registry.certificates.append(_certificate(row, "replace" if old else "new", old))
    _remember(row, "certificate", old=old)
    row.changes.append(("残疾证号", known.certificate[1] if known.certificate else "", number))


def _remember(row: Row, what: str, **about: Any) -> None:
    """Note what this row changes, so that it can be taken back (`registry.undoing`)."""
    row.data.setdefault("undo", {})[what] = about


def _shown(key: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    return str(_LABELS.get(key, {}).get(value, value))
