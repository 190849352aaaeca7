"""Rows that go in by COPY come out as they were; what goes wrong while they are made is told as it is."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction

from core.bulk import copy_in
from core.errors import UserError

pytestmark = pytest.mark.django_db
COLUMNS = ("n", "words", "day", "amount", "yes", "data")


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bulk_rows "
            "(n int, words text, day date, amount numeric(12,2), yes bool, data jsonb) ON COMMIT DROP"
        )
    return "bulk_rows"


def kept() -> list:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, words, day, amount, yes, data FROM bulk_rows ORDER BY n")
        return cursor.fetchall()


def test_rows_come_back_as_they_went_in(table):
    rows = [
        (1, "欧阳\t建国\n\\N", date(2020, 1, 5), Decimal("1286.50"), True, {"号": 'A"\\1'}),
        (2, "", None, None, False, []),
        (3, None, None, Decimal(0), None, None),
    ]
    assert copy_in(table, COLUMNS, rows) == 3
    found = kept()
    assert found[0][:5] == rows[0][:5] and found[0][5] == '{"号": "A\\"\\\\1"}'
    assert found[1] == (2, "", None, None, False, "[]")
    assert found[2] == rows[2]


def test_many_rows_are_all_there(table):
    assert copy_in(table, ("n", "words"), ([n, f"行 {n}"] for n in range(5_001))) == 5_001
    assert len(kept()) == 5_001


def test_rows_may_ask_the_database_before_the_first_of_them(table):
    def rows():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 7")
            (n,) = cursor.fetchone()
        yield (n, "好")

    assert copy_in(table, ("n", "words"), rows()) == 1
    assert kept()[0][:2] == (7, "好")


@pytest.mark.parametrize("many", [1, 5_000])
def test_an_error_while_a_row_is_made_is_told_as_it_is_and_nothing_is_kept(table, many):
    def rows():
        yield from ((n, "好") for n in range(many))
        raise UserError("第 2 行中断")

    with pytest.raises(UserError, match="第 2 行中断"), transaction.atomic():
        copy_in(table, ("n", "words"), rows())
    assert kept() == []


def test_what_the_table_refuses_is_the_databases_own_error(table):
    with pytest.raises(DataError), transaction.atomic():
        copy_in(table, ("n",), [("不是数",)])
    assert kept() == []
