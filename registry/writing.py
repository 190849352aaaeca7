"""Writing what a ledger brings, in a handful of set-based statements; facts end and begin, they are not overwritten.

What began today is put right in place: a membership or relation that would have lasted no day tells nothing.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, connection

from core.bulk import copy_in
from core.errors import UserError
from registry.matching import FACTS, Registry

_PERSON = ("id_number", "name", "pinyin", "initials", "birth_date", "sex", *FACTS)


def write(registry: Registry, today: date) -> None:
    """Inside the caller's transaction. UserError when someone changed the same people in between."""
    try:
        _persons(registry)
        _homes(registry)
        _memberships(registry, today)
        _accounts(registry, today)
        _certificates(registry, today)
    except IntegrityError as error:
        raise UserError("导入期间有人改动了同一批居民或家庭，什么也没有写入，请重新导入。") from error


def _stage(name: str, columns: dict[str, str], rows: list[dict]) -> bool:
    """A temporary table with the rows; False when there are none."""
    if not rows:
        return False
    types = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    _run(f"DROP TABLE IF EXISTS pg_temp.{name}; CREATE TEMP TABLE {name} ({types}) ON COMMIT DROP")
    copy_in(name, list(columns), ([row.get(column) for column in columns] for row in rows))
    _run(f"ANALYZE pg_temp.{name}")
    return True


def _run(sql: str, params: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _persons(registry: Registry) -> None:
    kinds = dict.fromkeys(_PERSON, "text") | {"birth_date": "date", "monthly_income": "numeric"}
    if _stage("import_person", kinds, registry.new_persons):
        names = ", ".join("division_id" if one == "division" else one for one in _PERSON)
        values = ", ".join(
            one if one in ("birth_date", "monthly_income") else f"coalesce({one}, '')" for one in _PERSON
        )
        _run(
            f"INSERT INTO registry_person ({names}, created_at, version) "
            f"SELECT {values}, now(), 1 FROM import_person"
        )
    kinds = {key: kind for key, kind in kinds.items() if key in FACTS or key == "id_number"}
    if _stage("import_person_change", kinds, registry.changed_persons):
        sets = ", ".join(f"{'division_id' if key == 'division' else key} = i.{key}" for key in FACTS)
        _run(
            f"UPDATE registry_person p SET {sets}, version = p.version + 1 "
            "FROM import_person_change i WHERE p.id_number = i.id_number"
        )


def _homes(registry: Registry) -> None:
    kinds = dict.fromkeys(("number", "division", "address", "hukou_kind"), "text")
    if _stage("import_home", kinds, list(registry.new_homes.values())):
        _run(
            "INSERT INTO registry_household (number, division_id, address, hukou_kind, note, created_at, version) "
            "SELECT number, division, coalesce(address, ''), coalesce(hukou_kind, ''), '', now(), 1 FROM import_home"
        )
    if _stage("import_home_change", kinds, registry.changed_homes):
        _run(
            "UPDATE registry_household h SET division_id = i.division, address = i.address, "
            "hukou_kind = i.hukou_kind, version = h.version + 1 FROM import_home_change i WHERE h.number = i.number"
        )


def _memberships(registry: Registry, today: date) -> None:
    kinds = dict.fromkeys(("how", "id_number", "number", "relation"), "text") | {"old": "bigint"}
    if not _stage("import_membership", kinds, registry.memberships):
        return
    when = {"today": today}
    # A relation given today is corrected in place. Heads step down before others step up, and both after movers left.
    _run(
        "UPDATE registry_membership m SET until = greatest(m.since, %(today)s) FROM import_membership i "
        "WHERE m.id = i.old AND (i.how = 'move' OR m.since < %(today)s)",
        when,
    )
    for condition in ("i.relation <> 'head'", "i.relation = 'head'"):
        _run(
            "UPDATE registry_membership m SET relation = i.relation FROM import_membership i "
            f"WHERE m.id = i.old AND i.how = 'relation' AND m.until IS NULL AND {condition}"
        )
    _run(
        "INSERT INTO registry_membership (household_id, person_id, relation, since) "
        "SELECT h.id, p.id, i.relation, %(today)s FROM import_membership i "
        "JOIN registry_household h ON h.number = i.number JOIN registry_person p ON p.id_number = i.id_number "
        "LEFT JOIN registry_membership m ON m.id = i.old "
        "WHERE i.how <> 'relation' OR m.until IS NOT NULL",
        when,
    )


def _accounts(registry: Registry, today: date) -> None:
    kinds = dict.fromkeys(("how", "id_number", "bank", "number", "holder"), "text") | {"old": "bigint"}
    if not _stage("import_account", kinds, registry.accounts):
        return
    when = {"today": today}
    _run(
        "UPDATE registry_payeeaccount a SET until = greatest(a.since, %(today)s) FROM import_account i "
        "WHERE a.id = i.old AND i.how = 'replace'",
        when,
    )
    _run(
        "UPDATE registry_payeeaccount a SET bank = coalesce(i.bank, ''), holder_name = i.holder "
        "FROM import_account i WHERE a.id = i.old AND i.how = 'correct'"
    )
    _run(
        "INSERT INTO registry_payeeaccount (person_id, bank, number, holder_name, since, created_at) "
        "SELECT p.id, coalesce(i.bank, ''), i.number, i.holder, %(today)s, now() FROM import_account i "
        "JOIN registry_person p ON p.id_number = i.id_number WHERE i.how <> 'correct'",
        when,
    )


def _certificates(registry: Registry, today: date) -> None:
    kinds = dict.fromkeys(("how", "id_number", "number", "kind"), "text") | {
        "grade": "smallint",
        "old": "bigint",
    }
    if not _stage("import_certificate", kinds, registry.certificates):
        return
    when = {"today": today}
    _run(
        "UPDATE registry_disabilitycertificate c SET until = greatest(c.since, %(today)s) "
        "FROM import_certificate i WHERE c.id = i.old",
        when,
    )
    _run(
        "INSERT INTO registry_disabilitycertificate (person_id, number, kind, grade, since) "
        "SELECT p.id, i.number, i.kind, i.grade, %(today)s FROM import_certificate i "
        "JOIN registry_person p ON p.id_number = i.id_number",
        when,
    )
