"""Where the rules between programmes are seen: the matrix, panels, the component, who a run leaves out."""

from datetime import date

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from benefits import compatibility, services
from benefits.conflicts import conflicts_for
from benefits.models import Entitlement, Programme
from core.jobs import run_job_inline
from payouts.models import Payment
from payouts.services import build_run
from tests import factories
from tests.benefits.programmes import GRANDMOTHER, JUL, dibao, hold, programme, tekun

pytestmark = pytest.mark.django_db


def page(client, url, role="bureau_officer"):
    client.force_login(factories.user(role))
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", ["township_clerk", "finance", "auditor"])
def test_the_matrix_shows_every_cell_with_its_ground(client, role):
    words = page(client, reverse("benefits:compatibility"), role)
    for (held, asked), cell in compatibility.matrix().items():
        assert f'id="{held}-{asked}"' in words and f'href="#{held}-{asked}"' in words
        assert cell.basis in words and cell.note in words
    assert "未开办" in words and "就高" in words


def test_a_person_with_dibao_sees_what_would_take_its_place(client):
    home = factories.household(members=1, head=factories.person(birth_date=GRANDMOTHER))
    held = dibao(home, income=0)
    for url in (home.head.get_absolute_url(), held.get_absolute_url()):
        words = page(client, url)
        assert "不能同享的项目" in words and "特困人员救助供养" in words and "替代" in words
    services.end_entitlement(held, date(2020, 6, 1), "income", "", None)
    assert "不能同享的项目" not in page(client, home.head.get_absolute_url())
    assert "不能同享的项目" not in page(client, held.get_absolute_url())


def test_the_component_says_cell_ground_and_way_with_the_page_of_what_is_held():
    home = factories.household(members=1, head=factories.person(birth_date=GRANDMOTHER))
    held = tekun(home.head)
    words = render_to_string(
        "benefits/conflicts.html", {"conflicts": conflicts_for(home.people, "dibao_urban", JUL)}
    )
    for part in ("不可兼得", "第十四条", "先办理停发特困基本生活", held.get_absolute_url(), "#tekun-dibao"):
        assert part in words, part
    assert "<section" not in render_to_string("benefits/conflicts.html", {"conflicts": []})


def test_a_run_leaves_out_the_half_that_gives_way_and_says_why(client):
    """The matrix changed while both were paid: the subsidy is not paid, and owes nothing later either."""
    person = factories.person(birth_date=GRANDMOTHER)
    programme("disability_care")
    Programme.objects.filter(pk="tekun_basic").update(exclusions=[])
    basic = Entitlement(
        programme_id="tekun_basic",
        person=person,
        division_id=person.division_id,
        monthly_amount=650,
        first_month=JUL,
    )
    services.grant_bulk([(basic, [person.pk])])
    hold("disability_care", person, amount=65)
    hold("disability_care", other := factories.person(birth_date=GRANDMOTHER), amount=65)
    compatibility.set_exclusions(Programme)
    for month in (JUL, date(2020, 8, 1)):
        run = build_run("disability_care", month, enqueue=False)
        run_job_inline(run.job)
        assert list(Payment.objects.filter(run=run).values_list("person", flat=True)) == [other.pk]
        run.refresh_from_db()
        assert run.held == 1
    words = page(client, reverse("payouts:left_out", args=[run.pk]), "finance")
    assert "项目互斥" in words and "特困人员不享受残疾人两项补贴" in words
    paid = build_run("tekun_basic", JUL, enqueue=False)
    run_job_inline(paid.job)
    assert Payment.objects.get(run=paid).entitlement_id == basic.pk
