"""年度统计: inside one's area, and every figure leads to rows that add up to it."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from benefits.services import end_entitlement
from core import places
from core.jobs import run_job_inline
from core.models import AccessLog
from core.months import parse_month
from payouts import services
from reports.figures import Rows, figures
from reports.yearbook import FIGURES, Cell
from tests import factories
from tests.payouts.makers import entitlement


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
    cells = [cell for line in page.context["lines"] for cell in line.cells]
    assert len(cells) == len(FIGURES)
    for cell in cells + [_as_cell(one) for one in page.context["endings"]]:
        if cell.figure.is_twelfth:
            continue
        rows = client.get(cell.url)
        view_totals = rows.context["table"].data.data
        found = {
            "households": len(view_totals),
            "persons": sum(row.persons for row in view_totals),
            "amount": sum(getattr(row, "amount", 0) for row in view_totals),
        }
        key = cell.figure.key
        unit = "amount" if cell.figure.is_money else "persons" if "person" in key else "households"
        assert found[unit] == cell.value, (key, cell.url)


def _as_cell(ending):
    return Cell(next(one for one in FIGURES if one.key == "ended_households"), ending.households, ending.url)


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
    book = load_workbook(BytesIO(answer.content))
    heads, only = list(book["按项目"].iter_rows(min_row=3, max_row=4, values_only=True))
    found = dict(zip(heads, only, strict=True))
    assert (found["项目"], found["累计保障（户次）"], found["发放金额（元）"]) == ("城市低保", 4, 2200)
    assert [row for row in book["停发原因"].iter_rows(min_row=4, values_only=True)] == [
        ("城市低保", "车辆", 1)
    ]
    months = [row for row in book["逐月"].iter_rows(min_row=4, values_only=True)]
    assert [row[0] for row in months] == ["2020-01", "2020-02"] and sum(row[4] for row in months) == 2200
    assert AccessLog.objects.filter(kind="export", target_key="reports:year", user=year.leader).exists()


def test_a_year_without_payments_says_so_and_nonsense_is_not_found(year, client):
    client.force_login(year.leader)
    assert "没有发放和待遇" in client.get(reverse("reports:year") + "?year=2015").content.decode()
    assert client.get(reverse("reports:year") + "?year=abc").status_code == 404
    assert client.get(reverse("reports:rows", args=[2020, "nothing"])).status_code == 404


def test_accounts_without_case_data_are_refused(year, client):
    client.force_login(factories.user("sysadmin"))
    assert client.get(reverse("reports:year")).status_code == 403


def test_several_programmes_stand_below_one_another_with_their_sum_and_months_of_each(year, client):
    entitlement(300, parse_month("2020-02"), parse_month("2020-02"), "temporary", is_one_off=True)
    run = services.build_run("temporary", parse_month("2020-02"), actor=year.maker, enqueue=False)
    run_job_inline(run.job)
    year.send(run)
    client.force_login(year.leader)
    page = client.get(reverse("reports:year") + "?year=2020")
    rows = page.context["lines"]
    assert [row.label for row in rows] == ["城市低保", "临时救助", "合计"]
    assert [row.value("amount") for row in rows] == [2200, 300, 2500]
    assert [row.value("household_months") for row in rows] == [4, 1, 5]
    # What is paid once has no monthly average, and nobody is on its roll; averages are never added up.
    assert [row.value("avg_households") for row in rows] == [0, None, None]
    assert [row.value("live_households") for row in rows] == [2, None, 2]
    assert [row["amount"] for row in page.context["months"]] == [1100, 1400]
    one = client.get(reverse("reports:year") + "?year=2020&programme=temporary")
    assert [row["amount"] for row in one.context["months"]] == [300]


def test_what_rooms_count_of_their_own_stands_on_the_page_and_in_the_workbook(year, client, monkeypatch):
    own = places.Figures()
    own.add("婚姻登记", lambda year, user: [places.Figure("marriage.married", "结婚登记", 1456, "对")])
    own.add(
        "临时救助备用金", lambda year, user: [places.Figure("reserve.allotted", "拨付", "280000.00", "元")]
    )
    monkeypatch.setattr(places, "figures", own)
    client.force_login(year.leader)
    page = client.get(reverse("reports:year") + "?year=2015").content.decode()
    assert "结婚登记" in page and "1,456" in page and "280,000.00" in page
    answer = client.get(reverse("reports:year") + "?year=2015&export=xlsx")
    rows = list(load_workbook(BytesIO(answer.content))["各业务"].iter_rows(min_row=4, values_only=True))
    assert rows == [("婚姻登记", "结婚登记", 1456, "对"), ("临时救助备用金", "拨付", 280000, "元")]
