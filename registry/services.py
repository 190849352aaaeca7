"""The verbs of the registry. Each is one transaction; facts end and begin, corrections keep what was there before.

`actor` is the account that does it; None is the system itself (commands, demo). Rights: township clerks inside their
township, officers of 社会救助 in the district; everybody else reads.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from core.errors import Conflict, NotAllowed, UserError
from core.identity import parse_id, read_bank_number
from core.series import take_number
from core.trail import changes_of
from core.uscc import read_code
from district.models import Division
from registry.models import (
    DisabilityCertificate,
    Household,
    Institution,
    Membership,
    PayeeAccount,
    Person,
    Relation,
)
from registry.names import reading, tidy_name
from registry.rules import read_certificate

EDITORS = ("township_clerk", "bureau_officer")


def may_edit(user: Any) -> bool:
    """Whether this account keeps the registry at all (where, its area says)."""
    return user.role == "township_clerk" or (user.role == "bureau_officer" and "relief" in user.lines)


def check_editor(actor: Any, *divisions: str) -> None:
    """NotAllowed unless the actor keeps the registry of all these divisions."""
    if actor is None:
        return
    if not may_edit(actor):
        raise NotAllowed("您的角色不登记居民与家庭。")
    if any(not code.startswith(actor.division_id) for code in divisions):
        raise NotAllowed("不在您的辖区内，请由区局办理。")


def may_keep_institutions(user: Any) -> bool:
    """Whether this account keeps the list of care homes: the officers of 社会救助."""
    return user.role == "bureau_officer" and "relief" in user.lines


def check_keeper(actor: Any) -> None:
    """NotAllowed unless the actor keeps the list of care homes."""
    if actor is not None and not may_keep_institutions(actor):
        raise NotAllowed("供养机构由区局社会救助股登记。")


def check_version(obj: Any, version: int | None) -> None:
    """Conflict when someone saved after this version was read; its lines say what was changed by whom."""
    if version is None or obj.version == version:
        return
    lines = []
    for event in changes_of(obj)[: obj.version - version]:
        at = f"{timezone.localtime(event['at']):%m-%d %H:%M}"
        for label, before, after in event["changes"]:
            lines.append(f"{event['who']} {at} 已把{label}由“{before or '空'}”改为“{after or '空'}”")
    raise Conflict("您打开页面之后，别人已经改过。", lines)


# --- persons ---


def register_person(
    id_number: str, name: str, division: Division | str, actor: Any = None, **facts: Any
) -> Person:
    """A person new to the registry. UserError with `field` when the number is wrong or already there."""
    code = division if isinstance(division, str) else division.pk
    check_editor(actor, code)
    found = _parsed(id_number)
    name = tidy_name(name)[0]
    if not name:
        raise UserError("请填姓名。", "name")
    known = Person.objects.filter(id_number=found.number).first()
    if known:
        words = "该身份证号已登记。" if known.name == name else "该身份证号已登记在另一姓名下，请核对。"
        raise UserError(words, "id_number")
    pinyin, initials = reading(name)
    try:
        with transaction.atomic(), _context(actor, "登记居民"):
            return Person.objects.create(
                id_number=found.number,
                name=name,
                birth_date=found.birth,
                sex=found.sex,
                pinyin=pinyin,
                initials=initials,
                division_id=code,
                **facts,
            )
    except IntegrityError as error:
        raise UserError("该身份证号刚刚已由他人登记。", "id_number") from error


def find_or_register(id_number: str, name: str, division: str, actor: Any = None, **facts: Any) -> Person:
    """The registered person of this number and name, else a new one; another name is never merged silently."""
    found = _parsed(id_number)
    known = Person.objects.filter(id_number=found.number).first()
    if known is None:
        return register_person(id_number, name, division, actor, **facts)
    if known.name != tidy_name(name)[0]:
        raise UserError("该身份证号已登记在另一姓名下，请核对姓名。", "name")
    check_editor(actor, known.division_id)
    return known


def correct_person(
    person: Person, changes: dict[str, Any], actor: Any = None, version: int | None = None
) -> Person:
    """Put facts right. A new ID number carries birth date and sex with it; before and after stay in the history."""
    with transaction.atomic(), _context(actor, changes.pop("reason", "") or "更正居民信息"):
        person = Person.objects.select_for_update().get(pk=person.pk)
        check_editor(actor, person.division_id, changes.get("division_id", person.division_id))
        check_version(person, version)
        if "id_number" in changes:
            found = _parsed(changes.pop("id_number"))
            if Person.objects.filter(id_number=found.number).exclude(pk=person.pk).exists():
                raise UserError("该身份证号已登记在另一居民名下。", "id_number")
            person.id_number, person.birth_date, person.sex = found.number, found.birth, found.sex
        if "name" in changes:
            person.name = tidy_name(changes.pop("name"))[0]
            person.pinyin, person.initials = reading(person.name)
        for field, value in changes.items():
            setattr(person, field, value)
        person.version += 1
        person.save()
    return person


def record_death(person: Person, on: date, actor: Any = None, new_head: Membership | None = None) -> Person:
    """Record a death: the membership ends the day after; a head's household gets its new head in the same step."""
    with transaction.atomic(), _context(actor, "登记死亡"):
        person = Person.objects.select_for_update().get(pk=person.pk)
        check_editor(actor, person.division_id)
        if person.death_date:
            raise UserError(f"{person.name}已登记死亡（{person.death_date:%Y-%m-%d}）。")
        if on > timezone.localdate():
            raise UserError("死亡日期不能晚于今天。", "on")
        if on < person.birth_date:
            raise UserError("死亡日期不能早于出生日期。", "on")
        membership = current_membership(person)
        if membership:
            _leave(membership, on + timedelta(days=1), new_head)
        person.death_date = on
        person.version += 1
        person.save(update_fields=["death_date", "version"])
    return person


# --- households ---


def register_household(
    head: Person,
    division: Division | str,
    actor: Any = None,
    number: str = "",
    since: date | None = None,
    **facts: Any,
) -> Household:
    """A new household with its head. Without a number it takes the next one of its township.

    The head leaves an earlier household on that day; UserError when that one would stay without a head.
    """
    code = division if isinstance(division, str) else division.pk
    check_editor(actor, code)
    with transaction.atomic(), _context(actor, "登记入户"):
        number = number.strip() or _free_number(code[:9])
        if Household.objects.filter(number=number).exists():
            raise UserError(f"户编号 {number} 已有。", "number")
        household = Household.objects.create(number=number, division_id=code, **facts)
        join(household, head, Relation.HEAD, since, actor)
    return household


def register_household_with_head(data: dict[str, Any], actor: Any = None) -> Household:
    """登记入户 as the form fills it in: number, division, id_number, name, hukou_kind, address, phone, monthly_income,
    bank, account. The head is found by the ID number, or registered."""
    facts = {name: data[name] for name in ("hukou_kind", "address", "phone", "monthly_income")}
    with transaction.atomic():
        head = find_or_register(data["id_number"], data["name"], data["division"], actor, **facts)
        household = register_household(
            head,
            data["division"],
            actor,
            data["number"],
            address=data["address"],
            hukou_kind=data["hukou_kind"],
        )
        current = head.accounts.filter(until=None).first()
        if data["account"] and not (current and current.number == data["account"].strip()):
            try:
                new_account(head, data["account"], data["bank"], actor)
            except UserError as error:
                raise UserError(error.message, "account") from error
    return household


def _free_number(township: str) -> str:
    while True:
        number = f"{township}{take_number(f'household-{township}'):06d}"
        if not Household.objects.filter(number=number).exists():
            return number


def correct_household(
    household: Household, changes: dict[str, Any], actor: Any = None, version: int | None = None
) -> Household:
    """Put a household's facts right (village, address, residence, note)."""
    with transaction.atomic(), _context(actor, "更正家庭信息"):
        household = Household.objects.select_for_update().get(pk=household.pk)
        check_editor(actor, household.division_id, changes.get("division_id", household.division_id))
        check_version(household, version)
        for field, value in changes.items():
            setattr(household, field, value)
        household.version += 1
        household.save()
    return household


def current_membership(person: Person) -> Membership | None:
    """The household a person is in now."""
    return person.memberships.select_related("household").filter(until=None).first()


def join(
    household: Household,
    person: Person,
    relation: str,
    since: date | None = None,
    actor: Any = None,
    new_head: Membership | None = None,
) -> Membership:
    """A person becomes a member from that day (today unless told) and leaves the household they were in.

    `new_head`: who heads the household left behind, needed when its head moves out.
    """
    since = since or timezone.localdate()
    with transaction.atomic(), _context(actor, "家庭成员变动"):
        person = Person.objects.select_for_update().get(pk=person.pk)
        household = Household.objects.select_for_update().get(pk=household.pk)
        check_editor(actor, person.division_id, household.division_id)
        if person.death_date:
            raise UserError(f"{person.name}已登记死亡，不能加入家庭。", "id_number")
        if household.until:
            raise UserError("该户已销户。")
        if relation == Relation.HEAD and household.memberships.filter(until=None, relation="head").exclude(
            person=person
        ):
            raise UserError("本户已有户主，请先变更户主。", "relation")
        before = current_membership(person)
        if before and before.household_id == household.pk:
            raise UserError(f"{person.name}已在本户。", "id_number")
        if before:
            _leave(before, since, new_head)
        elif person.memberships.filter(until__gt=since).exists():
            raise UserError("加入日期早于上一户的离开日期，请核对。", "since")
        return Membership.objects.create(household=household, person=person, relation=relation, since=since)


def leave(membership: Membership, on: date, actor: Any = None, new_head: Membership | None = None) -> None:
    """A member leaves the household; `on` is the first day no longer in it."""
    with transaction.atomic(), _context(actor, "家庭成员变动"):
        check_editor(actor, membership.household.division_id)
        _leave(membership, on, new_head)


def _leave(membership: Membership, on: date, new_head: Membership | None) -> None:
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.until:
        raise UserError("该成员已不在本户。")
    if on < membership.since:
        raise UserError(f"离开日期不能早于加入日期 {membership.since:%Y-%m-%d}。", "on")
    others = membership.household.memberships.filter(until=None).exclude(pk=membership.pk)
    heir = new_head is not None and others.filter(pk=new_head.pk).exists()
    if membership.relation == Relation.HEAD and others.exists() and not heir:
        raise UserError("离开的是户主，请选择由谁接任户主。", "new_head")
    membership.until = on
    membership.save(update_fields=["until"])
    if membership.relation == Relation.HEAD and new_head is not None:
        _become(new_head, Relation.HEAD, on)


def change_relation(
    membership: Membership, relation: str, on: date, actor: Any = None, old_head_is: str = Relation.OTHER
) -> Membership:
    """Another relation from that day. Who becomes head takes over from the old one, who is `old_head_is` from then."""
    with transaction.atomic(), _context(actor, "变更与户主关系"):
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        check_editor(actor, membership.household.division_id)
        if membership.until:
            raise UserError("该成员已不在本户。")
        if membership.relation == relation:
            raise UserError("与户主关系没有变化。", "relation")
        if membership.relation == Relation.HEAD:
            raise UserError("户主不能直接改为成员，请让另一位成员成为户主。", "relation")
        if relation == Relation.HEAD:
            old = membership.household.memberships.filter(until=None, relation=Relation.HEAD).first()
            if old:
                _become(old, old_head_is, on)
        return _become(membership, relation, on)


def _become(membership: Membership, relation: str, on: date) -> Membership:
    """End the membership and begin it again with another relation; one that begins that day is put right in place."""
    if on <= membership.since:
        membership.relation = relation
        membership.save(update_fields=["relation"])
        return membership
    membership.until = on
    membership.save(update_fields=["until"])
    return Membership.objects.create(
        household_id=membership.household_id, person_id=membership.person_id, relation=relation, since=on
    )


# --- accounts and certificates ---


def new_account(
    owner: Person | Institution,
    number: str,
    bank: str,
    actor: Any = None,
    holder_name: str = "",
    since: date | None = None,
) -> PayeeAccount:
    """The account to which goes what is due to a person, or to those in a home's care; the old one ends."""
    since = since or timezone.localdate()
    try:
        number = read_bank_number(number)[0]
    except UserError as error:
        raise UserError(error.message + "。", "number") from error
    with transaction.atomic(), _context(actor, "登记一卡通账户"):
        owner = type(owner)._base_manager.select_for_update().get(pk=owner.pk)
        if isinstance(owner, Institution):
            check_keeper(actor)
        else:
            check_editor(actor, owner.division_id)
        old = owner.accounts.filter(until=None).first()
        if old and old.number == number:
            raise UserError("这就是现在的账户。", "number")
        if old:
            if since < old.since:
                raise UserError(f"启用日期不能早于现账户的启用日期 {old.since:%Y-%m-%d}。", "since")
            old.until = since
            old.save(update_fields=["until"])
        return owner.accounts.create(
            bank=bank, number=number, holder_name=holder_name or owner.name, since=since
        )


# --- institutions ---


def register_institution(
    code: str, name: str, division: Division | str, actor: Any = None, since: date | None = None, **facts: Any
) -> Institution:
    """A care home new to the registry. UserError with `field` when the code is wrong or already there."""
    check_keeper(actor)
    place = division if isinstance(division, str) else division.pk
    try:
        code = read_code(code)[0]
    except UserError as error:
        raise UserError(f"{error.message}。", "code") from error
    if Institution.objects.filter(code=code).exists():
        raise UserError("这个统一社会信用代码已登记。", "code")
    if not name.strip():
        raise UserError("请填名称。", "name")
    since = since or timezone.localdate()
    try:
        with transaction.atomic(), _context(actor, "登记供养机构"):
            return Institution.objects.create(
                code=code, name=name.strip(), division_id=place, since=since, **facts
            )
    except IntegrityError as error:
        raise UserError("这个统一社会信用代码已登记。", "code") from error


@transaction.atomic
def open_institution(bank: str = "", number: str = "", actor: Any = None, **facts: Any) -> Institution:
    """A home with its account, when that is known already; both or neither."""
    made = register_institution(actor=actor, **facts)
    if number:
        new_account(made, number, bank, actor, since=made.since)
    return made


def correct_institution(
    institution: Institution, changes: dict[str, Any], actor: Any = None, version: int | None = None
) -> Institution:
    """Put a home's facts right (name, kind, place, contact), or close it (`until`). Its code stays."""
    check_keeper(actor)
    with transaction.atomic(), _context(actor, "更正供养机构"):
        institution = Institution.objects.select_for_update().get(pk=institution.pk)
        check_version(institution, version)
        if "code" in changes:
            raise UserError("统一社会信用代码不能改；机构换码请停用后重新登记。", "code")
        until = changes.get("until")
        if until and until < institution.since:
            raise UserError(f"停用日期不能早于启用日期 {institution.since:%Y-%m-%d}。", "until")
        for field, value in changes.items():
            setattr(institution, field, value)
        institution.version += 1
        institution.save()
    return institution


def add_certificate(
    person: Person, number: str, actor: Any = None, since: date | None = None
) -> DisabilityCertificate:
    """A disability certificate; category and grade are in its number. The earlier one ends."""
    since = since or timezone.localdate()
    try:
        found = read_certificate(number)[0]
    except UserError as error:
        raise UserError(error.message + "。", "number") from error
    if found is None or found.holder != person.id_number:
        raise UserError("残疾证号与身份证号不符。", "number")
    with transaction.atomic(), _context(actor, "登记残疾证"):
        person = Person.objects.select_for_update().get(pk=person.pk)
        check_editor(actor, person.division_id)
        old = person.certificates.filter(until=None).first()
        if old and old.number == found.number:
            raise UserError("这本残疾证已登记。", "number")
        if old:
            if since < old.since:
                raise UserError(f"发证日期不能早于上一证的日期 {old.since:%Y-%m-%d}。", "since")
            old.until = since
            old.save(update_fields=["until"])
        return DisabilityCertificate.objects.create(
            person=person, number=found.number, kind=found.kind, grade=found.grade, since=since
        )


# --- shared ---


def _parsed(id_number: str) -> Any:
    try:
        return parse_id(id_number, timezone.localdate())
    except UserError as error:
        raise UserError(f"身份证号：{error.message}。", "id_number") from error


def _context(actor: Any, reason: str) -> Any:
    """Who and why, for the triggers that keep the history."""
    return (
        pghistory.context(user=actor.pk, reason=reason)
        if actor is not None
        else pghistory.context(reason=reason)
    )


def monthly_income_of(household: Household) -> Decimal | None:
    """Registered income of the current members together, yuan a month; None where nobody's is registered."""
    return household.memberships.filter(until=None).aggregate(total=Sum("person__monthly_income"))["total"]
