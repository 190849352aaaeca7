"""Numbers without gap or double, however many take one at the same moment."""

from django.db import connection


def take_number(key: str) -> int:
    """The next number of the series, from 1.

    Must be called inside the transaction that writes what carries the number: the row lock makes others wait, and a
    rollback gives the number back.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("take_number needs the transaction of the row that carries the number")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_numberseries (key, last) VALUES (%s, 1) "
            "ON CONFLICT (key) DO UPDATE SET last = core_numberseries.last + 1 RETURNING last",
            [key],
        )
        return cursor.fetchone()[0]


def take_numbers(key: str, count: int) -> range:
    """The next `count` numbers of the series in one step, for rows that are written together; as `take_number`."""
    if not connection.in_atomic_block:
        raise RuntimeError("take_numbers needs the transaction of the rows that carry the numbers")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_numberseries (key, last) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET last = core_numberseries.last + %s RETURNING last",
            [key, count, count],
        )
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)
