"""The line's pages, papers and commands as their users meet them."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from docx import Document

from benefits.models import Entitlement
from core import places
from core.jobs import run_job_inline, start_job
from core.models import AccessLog, Job
from core.months import month_of
from elderly import services
from elderly.jobs import DAILY
from elderly.models import AllowanceApplication, AllowanceList
from elderly.rules import ALLOWANCE
from registry.services import record_death
from tests import factories
from tests.elderly import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return factories.user("township_clerk", full_name="周敏")


def text_of(content):
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)


def this_month():
    return month_of(timezone.localdate())


def test_the_list_on_paper_names_everyone_still_on_it_and_leaves_a_trace(client, clerk):
    here, off = people.old(date(1930, 3, 1)), people.old(date(1930, 3, 2))
    people.propose()
    batch = people.listed()
    services.take_out_rows(batch, [batch.rows.get(person=off).pk], "moved", "", clerk)
    client.force_login(clerk)
    text = text_of(client.get(f"/elderly/lists/{batch.pk}/paper/").content)
    assert here.name in text and off.name not in text
    assert "中心路街道办事处" in text and "合计每月100.00元" in text
    assert here.id_number not in text
    assert AccessLog.objects.filter(target__startswith="审批名单 2020-03").exists()


def test_the_reminder_names_who_is_overdue_and_no_number(client, clerk):
    late, good = people.old(date(1925, 1, 1)), people.old(date(1926, 1, 1))
    people.granted()
    day = timezone.localdate()
    Entitlement.objects.filter(person=late).update(review_due=day - timedelta(days=3))
    Entitlement.objects.filter(person=good).update(review_due=day + timedelta(days=3))
    client.force_login(clerk)
    text = text_of(client.get("/elderly/proofs/reminder/").content)
    assert late.name in text and good.name not in text and late.id_number not in text
    assert f"{day - timedelta(days=3) + timedelta(days=31):%Y-%m-%d}" in text


def test_the_clerk_has_one_line_a_list_and_one_for_the_proofs_with_their_days(clerk):
    dying = people.old(date(1925, 1, 1))
    people.old(date(1926, 1, 1))
    people.granted()
    Entitlement.objects.update(review_due=timezone.localdate() - timedelta(days=3))
    record_death(dying, timezone.localdate() - timedelta(days=1))
    for day in (1, 2):
        people.old(date(this_month().year - 90, this_month().month, day))
    people.propose(this_month(), on=timezone.localdate())
    found = {one.subject: one for one in places.todos.for_user(clerk) if one.business != "低保申请"}
    assert found[f"{this_month():%Y-%m} 享受名单 2 人"].next_label == "确认名单"
    proofs = found["生存认证到期未认证 1 人"]
    assert proofs.due_on == timezone.localdate() + timedelta(days=27)
    assert found["已登记死亡或迁出、仍在享 1 人"].next_label == "列入停发名单"
    assert not [one for one in places.todos.for_user(people.officer()) if "名单" in one.subject]
    # An officer of another line has nothing of it.
    assert not [
        one for one in places.todos.for_user(factories.user("bureau_officer")) if "名单" in one.subject
    ]


def test_deaths_are_put_on_the_list_by_one_click(client, clerk):
    person = people.old(date(1925, 1, 1))
    people.granted()
    record_death(person, date(2020, 5, 5))
    client.force_login(clerk)
    assert person.name in client.get("/elderly/lists/endings/").content.decode()
    assert client.post("/elderly/lists/endings/").status_code == 302
    assert AllowanceList.objects.get(kind="end").rows.get().person == person


def test_the_page_starts_the_job_that_the_first_of_the_month_starts(client, clerk):
    people.old(date(1930, 3, 1))
    client.force_login(clerk)
    answer = client.post("/elderly/lists/propose/", {"month": "2020-03"})
    assert answer.status_code == 302
    job = run_job_inline(Job.objects.get())
    assert job.result == {"proposed": 1}
    assert people.listed().made_by == clerk
    assert client.post("/elderly/lists/propose/", {"month": "2099-01"}).status_code == 422
    assert client.post("/elderly/lists/propose/", {"month": "十三月"}).status_code == 422


def test_the_morning_job_makes_the_month_left_out_and_holds_who_is_unproven():
    month = this_month()
    last = month_of(month - timedelta(days=1))
    newest = month_of(last - timedelta(days=1))
    first, second = (date(one.year - 90, one.month, 5) for one in (newest, last))
    holder = people.old(first)
    people.granted(newest)
    Entitlement.objects.update(review_due=timezone.localdate() - timedelta(days=40))
    missed = people.old(second)
    job = run_job_inline(start_job(DAILY, enqueue=False))
    assert job.result == {"proposed": 1, "changed": 0, "held": 1}
    row = AllowanceApplication.objects.get(person=missed)
    assert (row.batch.month, row.origin, row.first_month) == (last, "reached", last)
    assert holder.entitlements.get().holds.count() == 1
    assert run_job_inline(start_job(DAILY, enqueue=False)).result == {"proposed": 0, "changed": 0, "held": 0}


def test_the_command_proposes_like_the_first_of_the_month(capsys):
    people.old(date(1930, 3, 1))
    call_command("propose_allowances", month="2020-03", json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["month"], found["proposed"]["中心路街道"], sum(found["proposed"].values())) == (
        "2020-03",
        1,
        1,
    )
    call_command("propose_allowances", month="2020-03")
    assert "合计新列入 0 人" in capsys.readouterr().out
    with pytest.raises(CommandError, match="还没有到"):
        call_command("propose_allowances", month="2099-01")


def test_the_band_page_shows_standards_and_who_changes_next(client, clerk):
    client.force_login(clerk)
    page = client.get("/elderly/bands/").content.decode()
    assert "80–89 岁" in page and "90–99 岁" in page and "100 岁及以上" in page
    assert client.get("/elderly/bands/changes/").status_code == 200


def test_a_person_and_an_entitlement_show_the_proofs_and_what_may_be_done(client, clerk):
    person = people.holder(date(1929, 1, 1))
    held = person.entitlements.get(programme=ALLOWANCE)
    services.record_proof(held, date(2020, 5, 1), "video", clerk)
    client.force_login(clerk)
    for address in (person.get_absolute_url(), held.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "2020-05-01" in page and f"/elderly/entitlements/{held.pk}/proof/" in page
    assert client.get(f"/elderly/entitlements/{held.pk}/proof/").status_code == 200
