"""Lists as other offices send them, written by hand in the tests."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from core.jobs import run_job_inline
from rechecks import services
from rechecks.kinds import KINDS
from rechecks.loading import load
from rechecks.models import Finding, OutsideList, Recheck
from tests.payouts.makers import entitlement

DECEMBER = date(2020, 12, 1)
AS_OF = date(2020, 12, 20)


def csv_file(head: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> io.BytesIO:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


def loaded(kind: str, *rows: tuple, as_of: date = AS_OF, **more: Any) -> OutsideList:
    """A list of persons with what it says of them: `(person, value, value…)` in the order of the kind's columns."""
    head = [one.title for one in KINDS[kind].all_columns()]
    lines = [[one.id_number, one.name, *values] for one, *values in rows]
    return load(kind, csv_file(head, lines), f"{kind}.csv", as_of, **more)


def recheck(month: date = DECEMBER) -> Recheck:
    made = services.start_recheck(month, enqueue=False)
    run_job_inline(made.job)
    made.refresh_from_db()
    return made


def hits(month: date = DECEMBER) -> set[tuple[str, str]]:
    """(name, kind) of what a recheck of the month counts."""
    made = recheck(month)
    return {(one.person.name, one.kind) for one in services.counted(made).select_related("person")}


def holder(members: int = 1, programme: str = "dibao_urban", **more: Any) -> Any:
    """A household that receives since January 2020; `home.people` are its members, `home.entitlement` what it holds."""
    found: Any = entitlement(500, date(2020, 1, 1), members=members, programme=programme, **more)
    home = found.home
    home.entitlement = found
    return home


def only() -> Finding:
    return Finding.objects.get()
