"""The system administrator's work in the admin: accounts, divisions, offices — and nothing about people."""

import io
import re

import pytest
from django.urls import reverse
from openpyxl import Workbook

from core.audit import log_access
from core.models import AccessKind
from district.models import Division, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    account = factories.user("sysadmin")
    client.force_login(account)
    return account


def new_account(client, **fields):
    data = {"username": "zhou", "full_name": "周经办", "phone": "", "role": "township_clerk"}
    return client.post(
        reverse("admin:district_user_add"), {**data, "division": factories.TOWNSHIP, "office": "", **fields}
    )


def test_a_new_account_gets_a_password_that_is_shown_once(client, admin):
    page = new_account(client)
    password = re.search(r'id="first-password">([^<]+)<', page.content.decode())[1]
    account = User.objects.get(username="zhou")
    assert account.check_password(password) and account.must_change_password
    assert account.division_id == factories.TOWNSHIP and not account.is_staff
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"division": factories.DISTRICT}, "9 位区划代码"),
        ({"role": "finance"}, "在全区办事"),
        ({"role": "bureau_officer", "division": factories.DISTRICT}, "请勾选业务线。"),
        ({"lines": ["relief"]}, "不分业务线"),
        ({"username": ""}, "请填写此项。"),
    ],
)
def test_an_account_that_does_not_fit_comes_back_with_the_reason(client, admin, fields, words):
    page = new_account(client, **fields)
    assert words in page.content.decode()
    assert not User.objects.filter(full_name="周经办").exists()


def test_another_role_is_in_the_account_s_history(client, admin):
    account = factories.user("finance")
    address = reverse("admin:district_user_change", args=[account.pk])
    data = {"full_name": account.full_name, "phone": "", "role": "auditor", "division": factories.DISTRICT}
    client.post(address, {**data, "office": "", "reason": "岗位调整"})
    account.refresh_from_db()
    assert account.role == "auditor"
    page = client.get(reverse("admin:district_user_history", args=[account.pk])).content.decode()
    for words in ("岗位调整", "财务", "审计（纪检）", str(admin)):
        assert words in page


def test_password_reset_and_deactivation_ask_first_and_say_what_they_did(client, admin):
    account = factories.user("finance", password="Daxiang-2020")
    reset = f"/admin/district/user/{account.pk}/reset-password"
    assert "原密码立即失效" in client.get(reset, follow=True).content.decode()
    password = re.search(
        r'id="first-password">([^<]+)<', client.post(reset + "/", follow=True).content.decode()
    )
    account.refresh_from_db()
    assert account.check_password(password[1])

    stop = f"/admin/district/user/{account.pk}/deactivate/"
    client.post(stop, {"reason": ""})
    account.refresh_from_db()
    assert account.is_active, "without a reason nothing happens"
    client.post(stop, {"reason": "调离"})
    account.refresh_from_db()
    assert not account.is_active
    client.get(reverse("admin:district_user_changelist"))
    page = client.get(reverse("admin:district_user_change", args=[account.pk])).content.decode()
    assert "启用账号" in page and "停用账号" not in page


@pytest.mark.parametrize("role", ["bureau_officer", "finance", "auditor"])
def test_nobody_else_makes_or_changes_accounts(client, role):
    other = factories.user("leader")
    client.force_login(factories.user(role))
    assert new_account(client).status_code == 403
    seen = client.get(reverse("admin:district_user_change", args=[other.pk])).status_code
    assert seen == (200 if role == "auditor" else 403)
    assert client.post(f"/admin/district/user/{other.pk}/reset-password/").status_code in (403, 404)
    other.refresh_from_db()
    assert not other.must_change_password


@pytest.mark.parametrize("role", ["township_clerk", "township_leader", "leader", "registrar"])
def test_roles_without_admin_work_are_told_so(client, role):
    client.force_login(factories.user(role))
    page = client.get("/admin/", follow=True)
    assert page.status_code == 403 and "您的角色不使用后台管理。" in page.content.decode()


def test_a_sysadmin_sees_logins_in_the_trail_but_no_names_of_people(client, admin):
    log_access(admin, AccessKind.REVEAL, "罗建设 身份证号")
    log_access(admin, AccessKind.LOGIN, "登录记录")
    page = client.get(reverse("admin:core_accesslog_changelist")).content.decode()
    assert "登录记录" in page and "罗建设" not in page


def sheet(*rows) -> io.BytesIO:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    out.seek(0)
    out.name = "区划.xlsx"
    return out


def test_a_new_village_is_imported_with_a_look_before(client, admin):
    head = ["code", "name", "level", "parent", "area_kind", "until"]
    file = sheet(head, ["430503001099", "新华社区", "village", "430503001", "urban", None])
    looked = client.post(reverse("admin:district_division_import"), {"import_file": file, "format": "0"})
    assert "新华社区" in looked.content.decode()
    assert not Division.objects.filter(pk="430503001099").exists(), "a look writes nothing"
    form = looked.context["confirm_form"]
    client.post(reverse("admin:district_division_process_import"), form.initial)
    assert Division.objects.get(pk="430503001099").name == "新华社区"


def test_a_village_under_a_wrong_parent_is_refused(client, admin):
    data = {"code": "430503001098", "name": "错位村", "level": "village", "area_kind": "rural", "until": ""}
    page = client.post(reverse("admin:district_division_add"), {**data, "parent": "430503002"})
    assert "不是 红旗路街道（430503002）的下一级" in page.content.decode()


def test_an_officer_imports_standards_of_the_own_lines_alone(client):
    client.force_login(factories.user("bureau_officer", lines=["orgs"]))
    head = ["项目代码", "区划代码", "类别", "标准", "施行月份", "依据文件"]
    file = sheet(head, ["dibao_urban", factories.DISTRICT, "", 900, "2031-01", "试改"])
    page = client.post(reverse("admin:benefits_standard_import"), {"import_file": file, "format": "0"})
    assert "不在您的业务线内" in page.content.decode()
    assert "confirm_form" not in page.context


def test_logging_out_and_the_own_password_are_those_of_the_pages(client, admin):
    assert client.get("/admin/password_change/").headers["Location"] == reverse("password_change")
    assert client.post("/admin/logout/").headers["Location"] == reverse("login")
