"""Lists as other offices send them, written by hand in the tests."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from core.files import TEXT
from core.jobs import run_job_inline
from rechecks import hearing, services
from rechecks.kinds import KINDS
from rechecks.loading import load
from rechecks.models import Finding, Hearing, OutsideList, Recheck
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


def told(
    finding: Finding,
    clerk: Any,
    outcome: str = "end",
    reason: str = "payroll",
    month: date = date(2021, 1, 1),
):
    """A notice of what is intended, still in the clerk's hands."""
    words = "某小学证明您为在编人员。"
    return hearing.draft(
        finding, clerk, hearing.Intent(outcome, month, words, reason if outcome == "end" else "")
    )


def handed(finding: Finding, clerk: Any, *about: Any, way: str = "direct", **more: Any) -> Hearing:
    """The notice handed over today."""
    by = hearing.Handed(way, timezone.localdate(), "周敏、唐志强", "本人签收")
    return hearing.deliver(told(finding, clerk, *about, **more), clerk, by)


def heard(finding: Finding, clerk: Any, *about: Any, **more: Any) -> Finding:
    """The family was told and has answered."""
    made = handed(finding, clerk, *about, **more)
    hearing.answer(
        made, clerk, "stated", "工资刚停发。", timezone.localdate(), [("陈述.txt", b"words", TEXT)]
    )
    return finding
