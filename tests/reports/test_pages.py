"""年度统计: inside one's area, and every figure leads to rows that add up to it."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from benefits.services import end_entitlement
from core.models import AccessLog
from core.months import parse_month
from reports.figures import Rows, figures
from tests import factories


@pytest.fixture
def year(bureau):
    """Two townships: one household stays, one comes in February, one is ended from February on."""
    bureau.grant("2019-12", members=2)
    bureau.grant("2020-02", division=factories.OTHER_VILLAGE)
    ended = bureau.grant("2019-12", division=factories.OTHER_VILLAGE)
    bureau.pay("2020-01")
    end_entitlement(ended, parse_month("2020-01"), "vehicle", "", None)
    bureau.pay("2020-02")
    return bureau


def test_every_figure_leads_to_the_rows_that_it_counts(year, client):
    client.force_login(year.leader)
    page = client.get(reverse("reports:year") + "?year=2020")
    assert page.status_code == 200
    for line in page.context["lines"]:
        for cell in line.cells:
            if cell.value is None or "avg" in line.key:
                continue
            rows = client.get(cell.url)
            view_totals = rows.context["table"].data.data
            found = {
                "households": len(view_totals),
                "persons": sum(row.persons for row in view_totals),
                "amount": sum(getattr(row, "amount", 0) for row in view_totals),
            }
            unit = "amount" if line.is_money else "persons" if "person" in line.key else "households"
            assert found[unit] == cell.value, (line.key, cell.url)


def test_a_township_counts_its_own_households_alone(year, client):
    clerk = factories.user("township_clerk")
    found = figures(2020, Rows.visible_to(clerk))
    assert (found["dibao_urban.household_months"], found["dibao_urban.amount"]) == (2, "1600.00")
    assert found["dibao_urban.ended_households"] == 0
    client.force_login(clerk)
    page = client.get(reverse("reports:rows", args=[2020, "ended"]))
    assert page.status_code == 200 and not page.context["rows"]


def test_the_year_is_exported_as_numbers_and_leaves_a_trace(year, client):
    client.force_login(year.leader)
    answer = client.get(reverse("reports:year") + "?year=2020&export=xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = {row[0].value: row[2].value for row in sheet.iter_rows(min_row=4)}
    assert rows["累计保障户次"] == 4 and rows["发放金额"] == 2200
    assert AccessLog.objects.filter(kind="export", target_key="reports:year", user=year.leader).exists()


def test_a_year_without_payments_says_so_and_nonsense_is_not_found(year, client):
    client.force_login(year.leader)
    assert "没有发放和待遇" in client.get(reverse("reports:year") + "?year=2015").content.decode()
    assert client.get(reverse("reports:year") + "?year=abc").status_code == 404
    assert client.get(reverse("reports:rows", args=[2020, "nothing"])).status_code == 404


def test_accounts_without_case_data_are_refused(year, client):
    client.force_login(factories.user("sysadmin"))
    assert client.get(reverse("reports:year")).status_code == 403
