"""Taking an import of the registry back, honestly: only what nobody has built on or changed since; the rest is named.

A person or household that the import made, and that nothing refers to, is deleted (its last state stays in the
history). Facts that it changed get their old value back where they still have the one it wrote.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models

from core.importing import Beat, take_lock
from registry.models import (
    DisabilityCertificate,
    Household,
    ImportBatch,
    ImportRow,
    Membership,
    PayeeAccount,
    Person,
    RowAction,
)

BITE = 5_000
_OWN = (Membership, PayeeAccount, DisabilityCertificate)


def undo(batch: ImportBatch, beat: Beat) -> list[str]:
    """Inside the job's transaction. Gives, one line each, what could not be taken back and why."""
    take_lock("import")
    rows = ImportRow.objects.filter(batch=batch, action__in=[RowAction.CREATED, RowAction.UPDATED])
    total, done, left = rows.count(), 0, []
    day = batch.written_at.astimezone().date() if batch.written_at else None
    # Last written, first taken back: memberships that a later row ended come back before the household goes.
    for bite in _bites(rows.order_by("-id")):
        people = {
            p.id_number: p for p in Person.objects.filter(id_number__in=[r.data["id_number"] for r in bite])
        }
        left += _restore([row for row in bite if row.action == RowAction.UPDATED], people, day)
        left += _remove_persons([row for row in bite if row.action == RowAction.CREATED], people)
        done += len(bite)
        beat(done, total, "撤销")
    left += _remove_homes(rows)
    return left


def _bites(rows: Any) -> Iterable[list[ImportRow]]:
    last = None
    while True:
        bite = list(rows.filter(pk__lt=last)[:BITE] if last else rows[:BITE])
        if not bite:
            return
        yield bite
        last = bite[-1].pk


def referred(model: type[models.Model], ids: set[int], without: tuple = ()) -> dict[int, str]:
    """Which of these rows something else points at, and what that is called."""
    found: dict[int, str] = {}
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        if other in without or other.__name__.endswith("History") or not ids:
            continue
        name = relation.field.attname
        pointing = other._base_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True).distinct()
        for pk in pointing:
            found.setdefault(pk, str(other._meta.verbose_name))
    return found


def _remove_persons(rows: list[ImportRow], people: dict[str, Person]) -> list[str]:
    left, ids = [], {people[r.data["id_number"]].pk for r in rows if r.data["id_number"] in people}
    blocked = referred(Person, ids, _OWN)
    for own in _OWN:
        mine = dict(own.objects.filter(person_id__in=ids).values_list("pk", "person_id"))
        for pk, what in referred(own, set(mine)).items():
            blocked.setdefault(mine[pk], what)
    versions = {person.pk: person for person in people.values()}
    for pk, n in (
        Membership.objects.filter(person_id__in=ids)
        .values("person_id")
        .annotate(n=models.Count("pk"))
        .values_list("person_id", "n")
    ):
        if n > 1:
            blocked.setdefault(pk, "后来的家庭变动")
    gone = set()
    for pk in ids:
        person = versions[pk]
        if pk in blocked:
            left.append(f"{person.name}：已有{blocked[pk]}，保留")
        elif person.version > 1:
            left.append(f"{person.name}：导入之后被更正过，保留")
        else:
            gone.add(pk)
    for own in _OWN:
        own.objects.filter(person_id__in=gone).delete()
    Person.objects.filter(pk__in=gone).delete()
    return left


def _remove_homes(rows: Any) -> list[str]:
    numbers = list(rows.filter(data__undo__has_key="new_home").values_list("data__household", flat=True))
    left = []
    for start in range(0, len(numbers), BITE):
        homes = {h.pk: h for h in Household.objects.filter(number__in=numbers[start : start + BITE])}
        blocked = referred(Household, set(homes))
        left += [f"户 {homes[pk].number}：还有{what}，保留" for pk, what in blocked.items()]
        Household.objects.filter(pk__in=set(homes) - set(blocked)).delete()
    return left


def _restore(rows: list[ImportRow], people: dict[str, Person], day: Any) -> list[str]:
    left = []
    # Who was head before gets that back last, when the present head has stepped down.
    was_head = [row.data.get("undo", {}).get("membership", {}).get("relation") == "head" for row in rows]
    for _, row in sorted(zip(was_head, rows, strict=True), key=lambda one: one[0]):
        person = people.get(row.data["id_number"])
        if person is None:
            continue
        notes = row.data.get("undo", {})
        if "person" in notes:
            left += _restore_facts(person, notes["person"], person.name)
        if "home" in notes:
            home = Household.objects.filter(number=row.data["household"]).first()
            left += _restore_facts(home, notes["home"], f"户 {row.data['household']}") if home else []
        if "membership" in notes:
            left += _restore_membership(person, row, notes["membership"], day)
        for key, manager in (("account", person.accounts), ("certificate", person.certificates)):
            if key in notes:
                left += _restore_dated(person, manager, row.data[key], notes[key]["old"], day)
        if "account_words" in notes:
            words = notes["account_words"]
            changed = person.accounts.filter(
                pk=words["pk"], bank=words["after"]["bank"], holder_name=words["after"]["holder"]
            ).update(bank=words["bank"], holder_name=words["holder"])
            if not changed:
                left.append(f"{person.name}：开户银行或户名后来又改过，保留现值")
    return left


def _restore_facts(obj: Any, notes: dict, name: str) -> list[str]:
    left, changed = [], []
    for field, before in notes["before"].items():
        attribute = "division_id" if field == "division" else field
        now = getattr(obj, attribute)
        if str(now if now is not None else "") == str(_or_blank(notes["after"].get(field))):
            setattr(obj, attribute, before)
            changed.append(attribute)
        elif before != notes["after"].get(field):
            left.append(f"{name}：{obj._meta.get_field(field).verbose_name}后来又改过，保留现值")
    if changed:
        obj.version += 1
        obj.save()
    return left


def _or_blank(value: Any) -> Any:
    return "" if value is None else value


def _restore_membership(person: Person, row: ImportRow, notes: dict, day: Any) -> list[str]:
    now = person.memberships.filter(until=None).select_related("household").first()
    if now is None or now.household.number != row.data["household"] or now.relation != row.data["relation"]:
        return [f"{person.name}：家庭关系后来又变过，保留现状"]
    old = (
        Membership.objects.filter(pk=notes["old"]).select_related("household").first()
        if notes["old"]
        else None
    )
    relation = notes["relation"] or now.relation
    home = old.household if old else now.household
    rival = home.memberships.filter(until=None, relation="head").exclude(person=person)
    if old is not None and relation == "head" and rival.exists():
        return [f"{person.name}：原来那户已另有户主，保留现状"]
    if old is not None and old.pk == now.pk:
        now.relation = relation
        now.save(update_fields=["relation"])
        return []
    if referred(Membership, {now.pk}):
        return [f"{person.name}：现在的家庭关系已被使用，保留现状"]
    now.delete()
    if old is not None:
        old.until = None
        old.save(update_fields=["until"])
    return []


def _restore_dated(person: Person, manager: Any, number: str, old: int | None, day: Any) -> list[str]:
    label = str(manager.model._meta.verbose_name)
    new = manager.filter(number=number, until=None).first()
    if new is None:
        return [f"{person.name}：{label}后来又换过，保留现状"]
    used = referred(manager.model, {new.pk})
    if used:
        return [f"{person.name}：{label}已用于{used[new.pk]}，保留现状"]
    new.delete()
    if old:
        manager.filter(pk=old).update(until=None)
    return []
