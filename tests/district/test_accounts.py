"""Accounts: one role with the area and the lines that belong to it, from the shell and from the verbs."""

import io
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from core.errors import NotAllowed, UserError
from district import services
from district.models import ADMIN_ROLES, Role, User
from minzheng.servers import ROOT
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "role, options, field, words",
    [
        ("township_clerk", {}, "division", "9 位区划代码"),
        ("township_clerk", {"division": "430503"}, "division", "430503 是大祥区"),
        ("township_leader", {"division": "430503001001"}, "division", "430503001001 是"),
        ("township_clerk", {"division": "999999999"}, "division", "没有区划代码 999999999"),
        ("finance", {"division": "430503001"}, "division", "在全区办事"),
        ("boss", {}, "role", "没有角色 boss"),
        ("bureau_officer", {"lines": ["taxes"]}, "lines", "没有业务线 taxes"),
        ("auditor", {"lines": ["relief"]}, "lines", "不分业务线"),
        ("registrar", {"lines": ["relief"]}, "lines", "只能是婚姻登记"),
        ("registrar", {"office": "nowhere"}, "office", "没有机构 nowhere；现有机构：430503HY"),
    ],
)
def test_an_account_that_does_not_fit_its_role_is_refused(role, options, field, words):
    with pytest.raises(UserError) as refused:
        services.create_account("zhang", role, **options)
    assert refused.value.field == field
    assert words in refused.value.message
    assert not User.objects.exists()


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_its_area_lines_and_place(role):
    division = factories.TOWNSHIP if role.startswith("township") else ""
    account, _ = services.create_account("zhang", role, division=division)
    account.refresh_from_db()
    assert account.division_id == (division or factories.DISTRICT)
    assert account.is_staff == (role in ADMIN_ROLES)
    assert not account.is_superuser
    if role == "bureau_officer":
        assert account.lines == ["relief", "elderly", "welfare", "marriage", "orgs", "grassroots"]
    elif role == "registrar":
        assert (account.lines, account.office_id) == (["marriage"], "430503HY")
    else:
        assert account.lines == []


def test_a_name_is_given_once():
    services.create_account("zhang", "finance")
    with pytest.raises(UserError, match="已有人使用"):
        services.create_account("zhang", "leader")


def test_a_made_up_or_simple_first_password_must_be_changed_a_good_one_need_not():
    made_up, password = services.create_account("a1", "finance")
    assert made_up.check_password(password) and made_up.must_change_password
    simple, _ = services.create_account("a2", "finance", password="12345678")
    assert simple.must_change_password
    good, _ = services.create_account("a3", "finance", password="Daxiang-2020")
    assert good.check_password("Daxiang-2020") and not good.must_change_password


@pytest.mark.parametrize(
    "wrong",
    [{"is_superuser": True}, {"is_staff": True}, {"division_id": factories.DISTRICT}],
)
def test_the_database_refuses_rights_beyond_the_role(wrong):
    account = factories.user("township_clerk")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=account.pk).update(**wrong)


def test_another_role_is_kept_in_the_history_with_who_and_why():
    admin, account = factories.user("sysadmin"), factories.user("finance")
    services.change_account(account, role="auditor", reason="岗位调整", actor=admin)
    kept = account.history.select_related("pgh_context").get()
    assert kept.role == "finance"
    assert kept.pgh_context.metadata == {"user": admin.pk, "reason": "岗位调整"}


def test_only_a_sysadmin_administers_accounts_and_not_the_own_role():
    admin, officer = factories.user("sysadmin"), factories.user("bureau_officer")
    with pytest.raises(NotAllowed):
        services.create_account("zhang", "finance", actor=officer)
    with pytest.raises(NotAllowed):
        services.reset_password(admin, officer)
    with pytest.raises(NotAllowed, match="自己的角色"):
        services.change_account(admin, role="finance", actor=admin)
    with pytest.raises(NotAllowed, match="自己的账号"):
        services.deactivate(admin, "离职", admin)


def shell(monkeypatch, stdin: str, *arguments: str) -> str:
    out = io.StringIO()
    monkeypatch.setattr("district.management.commands.create_user.password_from_stdin", lambda: stdin)
    call_command("create_user", *arguments, stdout=out)
    return out.getvalue()


def test_the_shell_prints_a_made_up_password_once(monkeypatch):
    out = shell(monkeypatch, "", "zhang", "--role", "finance", "--full-name", "张三")
    account = User.objects.get(username="zhang")
    password = out.split("初始密码：")[1].split("（")[0]
    assert account.check_password(password) and account.full_name == "张三"


def test_the_shell_takes_lines_together_and_one_by_one(monkeypatch):
    out = shell(
        monkeypatch,
        "Daxiang-2020",
        "z",
        "--role",
        "bureau_officer",
        "--line",
        "orgs",
        "elderly",
        "--line",
        "relief",
    )
    assert "Daxiang-2020" not in out
    assert User.objects.get().lines == ["relief", "elderly", "orgs"]


@pytest.mark.parametrize(
    "stdin, expected",
    [("Daxiang-2020\n", "Daxiang-2020"), ("Daxiang-2020", "Daxiang-2020"), ("", ""), ("\n", "")],
)
def test_the_password_is_the_first_line_of_a_pipe(stdin, expected):
    code = "from district.management.commands import create_user as c; print(repr(c.password_from_stdin()))"
    setup = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'minzheng.settings'; django.setup(); "
    done = subprocess.run(
        [sys.executable, "-c", setup + code],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == repr(expected)
