"""核查成效: what the page shows stands in the workbook, numbers as numbers."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from rechecks.models import Finding, FindingState
from tests import factories
from tests.rechecks.lists import holder, loaded, recheck

pytestmark = pytest.mark.django_db


def test_the_workbook_says_what_was_ended_by_list_township_and_programme(client):
    ended, kept = holder(), holder()
    loaded("payroll", (ended.head, "某小学", "3200"), (kept.head, "某小学", "3200"))
    recheck()
    Finding.objects.filter(person=ended.head).update(state=FindingState.ENDED)
    Finding.objects.filter(person=kept.head).update(state=FindingState.KEPT)
    client.force_login(factories.user("leader"))
    answer = client.get(reverse("rechecks:results") + "?year=2020&export=xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True) if row[0]}
    line = rows["财政供养人员名单"]
    assert line[:5] == (2, 0, 1, 1, 0)
    assert Decimal(str(line[5])) == Decimal("500")
    assert rows["财政供养"][:4] == (1, 0, 1, 1)
    assert {"按名单", "按停发原因", "按乡镇（街道）", "按项目", "城市低保", "中心路街道"} <= set(rows)
