"""COPY into a table from Python rows: the fastest honest way to load."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_ROWS = 2_000  # written at a time; the server takes them in while the next are made
_quoted = json.encoder.encode_basestring
_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


class _Writers(dict[type, Callable[[Any], str]]):
    """How a value of a type is written as a COPY field; whatever is not named, as its text."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = found = next(
            (self[base] for base in kind.__mro__ if base in self), lambda value: _text(str(value))
        )
        return found


_write = _Writers(
    {
        str: _text,
        type(None): lambda value: "\\N",
        bool: lambda value: "t" if value else "f",
        int: str,
        dict: lambda value: _text(_json(value)),
        list: lambda value: _text(_json(value)),
    }
)


def text_array(values: Iterable[str]) -> str:
    """A text[] in PostgreSQL's own writing, as a COPY field."""
    quoted = ('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in values)
    return "{" + ",".join(quoted) + "}"


def text_object(values: Mapping[str, str]) -> str:
    """A flat JSON object of texts, as a COPY field: quicker than the encoder, which millions of rows feel."""
    return "{" + ", ".join([f"{_quoted(key)}: {_quoted(text)}" for key, text in values.items()]) + "}"


class _Feed:
    """The rows as a file that COPY reads; what goes wrong while they are made is kept for the caller."""

    def __init__(self, rows: Iterable[Sequence[Any]]):
        self.rows: Iterator[Sequence[Any]] = iter(rows)
        self.count = 0
        self.error: BaseException | None = None
        # Made before the COPY begins: rows often ask the database for something before the first of them.
        self.first: bytes | None = self.lines()

    def read(self, size: int = -1) -> bytes:
        part, self.first = self.first, None
        if part is not None:
            return part
        try:
            return self.lines()
        except BaseException as error:
            self.error = error
            raise

    def lines(self) -> bytes:
        lines = ["\t".join([_write[type(one)](one) for one in row]) for row in islice(self.rows, _ROWS)]
        self.count += len(lines)
        return ("\n".join(lines) + "\n").encode() if lines else b""


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Load rows (dicts and lists become JSON) inside the current transaction; gives how many.

    The rows are made while the server takes in those before them: after the first, making one must not use the
    connection.
    """
    feed = _Feed(rows)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        try:
            with connection.wrap_database_errors:
                cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', feed)
        except Exception as error:
            if feed.error is not None:
                raise feed.error from error
            raise
    return feed.count
