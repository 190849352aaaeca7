"""村（居）务监督委员会: who watches over a committee, chosen by the villagers' assembly or its representatives."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from casework.services import today
from core.errors import NotAllowed, UserError
from district.models import User
from grassroots import rules
from grassroots.limits import limits_on
from grassroots.models import Supervisor, VillageCommittee
from registry.models import Membership, Person


def serving(committee: VillageCommittee) -> Any:
    """Who serves now, the head first."""
    return committee.supervisors.filter(until=None).order_by("-is_head", "id")


@transaction.atomic
def set_supervisors(
    committee: VillageCommittee, actor: User, people: Sequence[tuple[str, str]], *, on: date, is_apart: bool
) -> list[Supervisor]:
    """推选: from `on` these serve, (name, ID number), the head first; who served and is not among them has left the day
    before, who stays keeps the day since which he serves.

    UserError as `rules.check_supervisors`, for a day to come, a name that the registry does not know under the number,
    or without `is_apart`: the clerk vouches that nobody is a close relative of a member.
    """
    if not VillageCommittee.objects.visible_to(actor).filter(pk=committee.pk).exists():
        raise NotAllowed("这个村（社区）不在您的辖区内。")
    if on > today():
        raise UserError("推选日期不能晚于今天。", field="on")
    committee = VillageCommittee.objects.select_for_update().get(pk=committee.pk)
    known = Person.objects.in_bulk([number for _, number in people], field_name="id_number")
    for name, number in people:
        if number in known and known[number].name != name:
            raise UserError(f"{name}的身份证号登记在别人名下，请核对姓名和号码。")
    members = committee.members.filter(ended_reason="")
    numbers = [one for one in members.values_list("id_number", flat=True) if one]
    rules.check_supervisors(people, numbers, _kin(list(known), numbers, on), limits_on(on))
    if not is_apart:
        raise UserError("请核对并确认与村（居）民委员会成员没有近亲属关系。", field="is_apart")
    return _replace(committee, people, known, on)


def _replace(
    committee: VillageCommittee, people: Sequence[tuple[str, str]], known: dict[str, Person], on: date
) -> list[Supervisor]:
    wanted = {number: place == 0 for place, (_, number) in enumerate(people)}
    now = {one.id_number: one for one in serving(committee)}
    leaving = [one for number, one in now.items() if wanted.get(number) != one.is_head]
    for one in leaving:
        if one.since > on:
            raise UserError(f"推选日期早于{one.name}的任期起 {one.since:%Y-%m-%d}。", field="on")
        leave(one, on)
    staying = now.keys() - {one.id_number for one in leaving}
    Supervisor.objects.bulk_create(
        Supervisor(
            committee=committee,
            person=known.get(number),
            name=name,
            id_number=number,
            is_head=wanted[number],
            since=on,
        )
        for name, number in people
        if number not in staying
    )
    return list(serving(committee))


def leave(one: Supervisor, on: date) -> None:
    """From that day somebody else serves."""
    one.until = max(on - timedelta(days=1), one.since)
    one.save(update_fields=["until"])


def _kin(numbers: list[str], members: list[str], on: date) -> dict[str, rules.Kin]:
    """By ID number: of these people, who shares a household with a member."""
    then = Q(since__lte=on) & (Q(until=None) | Q(until__gt=on))
    theirs = Membership.objects.filter(then, person__id_number__in=members).select_related("person")
    homes = {one.household_id: one for one in theirs}
    found = Membership.objects.filter(then, person__id_number__in=numbers, household__in=homes)
    return {
        one.person.id_number: rules.Kin(
            homes[one.household_id].person.name,
            f"与户主关系：{homes[one.household_id].get_relation_display()}、{one.get_relation_display()}",
        )
        for one in found.select_related("person")
    }
