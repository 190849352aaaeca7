"""The demo district at a hundredth of its size, made once in a run for the tests that look at it."""

from io import StringIO

from django.core.management import call_command

from tests import databases

SCALE = 0.01


def tiny_district(database: str) -> None:
    """Fill this test process's own database with it."""
    databases.kept(
        "demo",
        database,
        lambda: call_command("demo_district", scale=SCALE, stderr=StringIO(), stdout=StringIO()),
    )
