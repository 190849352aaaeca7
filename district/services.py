"""Verbs on accounts. Each is one transaction; who did it and why is kept with the history of the account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from core.errors import NotAllowed, UserError
from district.models import TOWNSHIP_ROLES, Division, DivisionLevel, Line, Office, Role, User
from district.passwords import make_password

# Roles that see and decide on the cases of their own lines alone.
LINE_ROLES = (Role.BUREAU_OFFICER, Role.REGISTRAR)


@contextmanager
def _kept(actor: User | None, reason: str) -> Iterator[None]:
    about: dict[str, Any] = {"reason": reason}
    if actor is not None:
        about["user"] = actor.pk
    with pghistory.context(**about), transaction.atomic():
        yield


def district() -> Division:
    """The district this instance serves."""
    return Division.objects.get(level=DivisionLevel.DISTRICT)


def area_for(role: str, code: str) -> Division:
    """The area of an account: a township for township roles, the district for all others (default there)."""
    label = Role(role).label
    if role in TOWNSHIP_ROLES:
        if not code:
            raise UserError(f"角色“{label}”须写明乡镇（街道）的 9 位区划代码。", "division")
        found = Division.objects.filter(code=code).first()
        if found is None:
            raise UserError(f"没有区划代码 {code}。", "division")
        if found.level != DivisionLevel.TOWNSHIP:
            raise UserError(
                f"角色“{label}”须写乡镇（街道）的 9 位区划代码，{code} 是{found.name}。", "division"
            )
        return found
    whole = district()
    if code and code != whole.pk:
        if not Division.objects.filter(code=code).exists():
            raise UserError(f"没有区划代码 {code}。", "division")
        raise UserError(f"角色“{label}”在全区办事，区划代码只能是 {whole.pk}，或不写。", "division")
    return whole


def lines_for(role: str, lines: list[str]) -> list[str]:
    """The lines of an account in the official order. Officers get all lines when none is named, registrars 婚姻登记."""
    unknown = [one for one in lines if one not in Line.values]
    if unknown:
        raise UserError(f"没有业务线 {unknown[0]}；可用：{'、'.join(Line.values)}。", "lines")
    if role not in LINE_ROLES:
        if lines:
            raise UserError(f"角色“{Role(role).label}”不分业务线，请不要写业务线。", "lines")
        return []
    if role == Role.REGISTRAR:
        if set(lines) - {Line.MARRIAGE}:
            raise UserError("婚姻登记员的业务线只能是婚姻登记。", "lines")
        return [Line.MARRIAGE]
    return [one for one in Line.values if not lines or one in lines]


def office_for(role: str, code: str, area: Division) -> Office | None:
    """The office of an account; a registrar always has one, the marriage registry when none is named."""
    if not code:
        if role != Role.REGISTRAR:
            return None
        registries = list(Office.objects.within(area.pk).filter(name__contains="婚姻登记")[:2])
        if len(registries) != 1:
            raise UserError("婚姻登记员须写明所在机构的代码。", "office")
        return registries[0]
    found = Office.objects.filter(code=code).first()
    if found is None:
        known = "、".join(f"{one.code} {one.name}" for one in Office.objects.within(area.pk)[:8])
        raise UserError(f"没有机构 {code}；现有机构：{known or '无'}。", "office")
    if not found.division_id.startswith(area.pk):
        raise UserError(f"机构“{found}”不在账号的辖区 {area} 内。", "office")
    return found


def is_weak(password: str, user: User | None = None) -> str:
    """Why the password is too simple, or an empty text."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return "".join(error.messages)
    return ""


def create_account(
    username: str,
    role: str,
    *,
    division: str = "",
    lines: list[str] | None = None,
    office: str = "",
    full_name: str = "",
    phone: str = "",
    password: str = "",
    actor: User | None = None,
) -> tuple[User, str]:
    """A new account and its first password.

    Without `password` one is made up. A made-up or too simple first password must be changed at the first login.
    UserError for an unknown role, area, line or office, and for a name that is taken.
    """
    if actor is not None and actor.role != Role.SYSADMIN:
        raise NotAllowed("只有系统管理员可以建立账号。")
    if role not in Role.values:
        raise UserError(f"没有角色 {role}；可用：{'、'.join(Role.values)}。", "role")
    area = area_for(role, division)
    account = User(
        username=User.normalize_username(username.strip()),
        full_name=full_name.strip() or username.strip(),
        role=role,
        division=area,
        lines=lines_for(role, lines or []),
        office=office_for(role, office, area),
        phone=phone,
    )
    first = password or make_password()
    account.set_password(first)
    account.must_change_password = not password or bool(is_weak(password, account))
    _check(account)
    with _kept(actor, "建立账号"):
        account.save()
    return account, first


def _check(account: User) -> None:
    """What the model itself says, as one sentence."""
    try:
        account.full_clean(exclude=["division", "office"], validate_constraints=False)
    except ValidationError as error:
        field, texts = next(iter(error.message_dict.items()))
        if (
            field == "username"
            and User.objects.filter(username=account.username).exclude(pk=account.pk).exists()
        ):
            raise UserError(f"账号 {account.username} 已有人使用，请换一个名称。", "username") from error
        title = getattr(User._meta.get_field(field), "verbose_name", field) if field != "__all__" else ""
        raise UserError(f"{title}：{texts[0]}" if title else texts[0], field) from error


def change_account(
    account: User,
    *,
    role: str,
    division: str = "",
    lines: list[str] | None = None,
    office: str = "",
    full_name: str = "",
    phone: str = "",
    reason: str = "",
    actor: User,
) -> User:
    """Another role, area, lines, office or name for an account; the old ones stay in its history."""
    _may_administer(actor, account, "改角色")
    if account.pk == actor.pk and role != account.role:
        raise NotAllowed("不能修改自己的角色，请由另一位系统管理员办理。")
    if role not in Role.values:
        raise UserError(f"没有角色 {role}；可用：{'、'.join(Role.values)}。", "role")
    area = area_for(role, division)
    account.role, account.division = role, area
    account.lines = lines_for(role, lines or [])
    account.office = office_for(role, office, area)
    account.full_name, account.phone = full_name.strip() or account.full_name, phone
    _check(account)
    with _kept(actor, reason or "修改账号"):
        account.save()
    return account


def reset_password(account: User, actor: User | None = None) -> str:
    """A made-up password that must be changed at the next login; open sessions of the account end."""
    if actor is not None:
        _may_administer(actor, account, "重置密码")
    password = make_password()
    account.set_password(password)
    account.must_change_password = True
    with _kept(actor, "重置密码"):
        account.save(update_fields=["password", "must_change_password", "is_staff"])
    return password


def set_own_password(account: User, password: str) -> None:
    """The account's own new password. UserError when it is too simple or the old one again."""
    if account.check_password(password):
        raise UserError("新密码与原密码相同，请换一个。", "new_password1")
    if why := is_weak(password, account):
        raise UserError(why, "new_password2")
    account.set_password(password)
    account.must_change_password = False
    with _kept(account, "本人修改密码"):
        account.save(update_fields=["password", "must_change_password", "is_staff"])


def deactivate(account: User, reason: str, actor: User) -> None:
    """The account can't log in any more and its open sessions end; everything it did stays under its name."""
    _may_administer(actor, account, "停用账号")
    if account.pk == actor.pk:
        raise NotAllowed("不能停用自己的账号，请由另一位系统管理员办理。")
    if not reason.strip():
        raise UserError("请写明停用原因。", "reason")
    with _kept(actor, reason):
        account.is_active = False
        account.save(update_fields=["is_active", "is_staff"])


def reactivate(account: User, reason: str, actor: User) -> None:
    """The account may log in again, with its old role and password."""
    _may_administer(actor, account, "启用账号")
    if not reason.strip():
        raise UserError("请写明启用原因。", "reason")
    with _kept(actor, reason):
        account.is_active = True
        account.save(update_fields=["is_active", "is_staff"])


def _may_administer(actor: User, account: User, act: str) -> None:
    if actor.role != Role.SYSADMIN or not account.division_id.startswith(actor.division_id):
        raise NotAllowed(f"只有系统管理员可以{act}。")
