"""Making a run: started once per programme, month and area, then one set-based part a township."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, Sum
from django.utils import timezone

from benefits.models import EndReason, Entitlement, Programme
from benefits.pairs import not_payable
from benefits.policy import parameter
from core.errors import NotAllowed, UserError
from core.jobs import JobKind, announce, job_kind, retry_job, start_job
from core.models import Job, JobPart, JobState
from core.money import ZERO
from core.months import add_months, format_month, month_of
from core.series import take_number
from district.models import Division, DivisionLevel, Role
from payouts import statements
from payouts.models import Claim, Difference, Payment, Run, RunEvent, RunKind, RunState, Transfer

BUILD = "payouts.build"


class NothingDue(UserError):
    """The programme owes nothing in that month there."""


class StillBuilding(UserError):
    """Another run of the programme is in the making; `run` is that one."""

    def __init__(self, run: Run):
        super().__init__(f"{run}正在生成（批次 {run.number}），请等它完成后再生成。")
        self.run = run


# --- starting ---


def build_run(
    programme: Programme | str,
    month: date,
    division: Division | None = None,
    actor: Any = None,
    enqueue: bool = True,
) -> Run:
    """The run of a programme, month and area: begun if it is not there, otherwise as it stands.

    One-off money is paid any day: when the month's newest run of it is locked and something more is due, a further one
    is begun. Without `actor` the system is the maker. UserError when nothing is due, or when the programme's run of
    another month is just being made (each is compared with all months before it).
    """
    check_maker(actor)
    code = programme if isinstance(programme, str) else programme.pk
    division = division or district()
    month = month_of(month)
    if month > add_months(month_of(timezone.localdate()), 1):
        raise UserError(f"{format_month(month)} 还没有到，不能生成发放批次。")
    with transaction.atomic():
        # Whoever starts runs of this programme waits here; payments and entitlements don't.
        found = Programme.objects.select_for_update(no_key=True).filter(pk=code).first()
        if found is None:
            raise UserError(f"没有代码为“{code}”的项目。")
        kind = RunKind.ONE_OFF if found.is_one_off else RunKind.MONTHLY
        same = Run.objects.filter(programme=found, month=month, division=division, kind=kind)
        newest = same.order_by("-batch").first()
        over = newest is not None and found.is_one_off and newest.is_final
        if newest is not None and not (over and is_anything_due(found, month, division)):
            _go_on(newest)
            return newest
        if newest is None and not is_anything_due(found, month, division):
            raise NothingDue(f"{format_month(month)} {found.name}没有应发放的待遇。")
        _refuse_second(found)
        batch = newest.batch + 1 if newest else 1
        run = Run(programme=found, month=month, division=division, kind=kind, batch=batch, maker=actor)
        run.number = next_number(month)
        run.save()
        _start(run, actor, enqueue)
    return run


def rebuild(run: Run, actor: Any) -> None:
    """Make a draft again from what is owed now (accounts entered, decisions made since)."""
    check_maker(actor)
    with transaction.atomic():
        run = locked_row(run)
        if run.state != RunState.DRAFT or run.is_reissue:
            raise UserError("只有待复核的发放批次可以重新生成。")
        Programme.objects.select_for_update(no_key=True).get(pk=run.programme_id)
        _refuse_second(run.programme)
        run.payments.all().delete()
        Run.objects.filter(pk=run.pk).update(state=RunState.BUILDING, maker=actor, made_at=timezone.now())
        run.refresh_from_db()
        note(run, "rebuild", "重新生成", actor)
        _start(run, actor, True)


def _start(run: Run, actor: Any, enqueue: bool) -> None:
    title = f"生成 {run}发放批次"
    job = start_job(BUILD, title, {"run": run.pk}, user=actor, area=run.division_id, enqueue=enqueue)
    Run.objects.filter(pk=run.pk).update(job=job)
    run.job = job


def _go_on(run: Run) -> None:
    """A run that stopped in the making goes on when it is asked for again."""
    if run.state == RunState.BUILDING and run.job and run.job.state == JobState.FAILED:
        retry_job(run.job)
        run.job.refresh_from_db()


def continue_build(run: Run, actor: Any) -> None:
    """Finance starts a failed making again."""
    check_maker(actor)
    if run.state != RunState.BUILDING or run.job is None:
        raise UserError("批次不在生成中。")
    if run.job.state == JobState.FAILED:
        retry_job(run.job)
    else:
        announce(run.job)


def _refuse_second(programme: Programme) -> None:
    other = Run.objects.filter(programme=programme, state=RunState.BUILDING).first()
    if other is not None:
        raise StillBuilding(other)


def check_maker(actor: Any) -> None:
    if actor is not None and actor.role != Role.FINANCE:
        raise NotAllowed("发放批次由财务制表。")


def district() -> Division:
    return Division.objects.get(level=DivisionLevel.DISTRICT)


def next_number(month: date) -> str:
    """FF-2020-12-0001; inside the transaction that keeps the run."""
    series = f"FF-{format_month(month)}"
    return f"{series}-{take_number(series):04d}"


def note(run: Run, action: str, label: str, actor: Any, opinion: str = "") -> RunEvent:
    """Leave in the run's record what was done."""
    return RunEvent.objects.create(run=run, action=action, label=label, actor=actor, opinion=opinion[:500])


def locked_row(run: Run) -> Run:
    """The run with its row locked: every act on a run begins here."""
    return Run.objects.select_for_update(of=("self",)).select_related("programme").get(pk=run.pk)


def is_anything_due(programme: Programme, month: date, division: Division) -> bool:
    """Whether the programme has a live entitlement in that month there, or money still to settle."""
    values: dict[str, Any] = {"programme": programme.pk, "month": month, "scope": f"{division.pk}%"}
    with connection.cursor() as cursor:
        cursor.execute(
            statements.IS_ANY_ONE_OFF_DUE if programme.is_one_off else statements.IS_ANYTHING_DUE, values
        )
        if cursor.fetchone()[0]:
            return True
    if programme.is_one_off:
        return False
    earlier = Run.objects.filter(programme=programme, kind=RunKind.MONTHLY, month__lt=month)
    # Where only ended entitlements are left, the run still finds what was overpaid to them.
    return (
        earlier.exists()
        and Entitlement.objects.within(division.pk)
        .filter(programme=programme, last_month__gte=add_months(month, -2))
        .exists()
    )


# --- the job ---


@job_kind(BUILD, title="生成发放批次")
class BuildRun(JobKind):
    """One part a township; a part run twice adds nothing."""

    def parts(self, job: Job) -> list[tuple[str, str]]:
        run = Run.objects.select_related("division").get(pk=job.params["run"])
        townships = Division.objects.filter(
            Q(level=DivisionLevel.TOWNSHIP, code__startswith=run.division_id) | Q(pk=run.division_id)
        )
        odd = Entitlement.objects.filter(programme=run.programme_id, division=run.division_id)
        return [
            (division.pk, division.name)
            for division in townships
            if division.level != DivisionLevel.DISTRICT or odd.exists()
        ]

    def run(self, job: Job, part: JobPart, beat: Any) -> dict | None:
        run = Run.objects.select_related("programme").get(pk=job.params["run"])
        # The row is shared, not owned: parts work side by side, and nobody locks the run meanwhile.
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM payouts_run WHERE id = %s FOR SHARE", [run.pk])
            if cursor.fetchone()[0] != RunState.BUILDING:
                return None
        beat(0, 1, part.label)
        exact = len(part.key) <= 6
        return build_part(run, part.key if exact else f"{part.key}%")

    def finish(self, job: Job) -> dict | None:
        run = locked_row(Run(pk=job.params["run"]))
        if run.state != RunState.BUILDING:
            return None
        results = list(job.parts.values_list("result", flat=True))
        counts = {
            key: sum(result.get(key, 0) for result in results)
            for key in ("already_paid", "held", "without_account")
        }
        Run.objects.filter(pk=run.pk).update(state=RunState.DRAFT, **counts)
        figures = run_figures(run)
        note(run, "made", "制表", run.maker, f"{figures['households']:,} 户，{figures['amount']:,} 元")
        return {**counts, **{key: str(value) for key, value in figures.items()}}


def build_part(run: Run, scope: str) -> dict[str, int]:
    """Everything that the run pays in one township, in the caller's transaction."""
    first = first_month(run.programme_id) or run.month
    values = {
        "run": run.pk,
        "programme": run.programme_id,
        "month": run.month,
        "today": timezone.localdate(),
        "scope": scope,
        "first": first,
        "until": add_months(run.month, -1),
        "share": parameter("recovery_share", run.month),
        "reasons": _end_reasons(),
        "barred": list(not_payable(run.programme_id, run.month, scope)),
    }
    with connection.cursor() as cursor:
        if run.kind == RunKind.ONE_OFF:
            cursor.execute(statements.INSERT_ONE_OFF, values)
            cursor.execute(statements.LEFT_OUT_ONE_OFF, values)
        else:
            cursor.execute(statements.INSERT_REGULAR, values)
            if first < run.month:
                settle_past(cursor, values)
            cursor.execute(statements.LEFT_OUT, values)
        already, held, without = cursor.fetchone()
    return {"already_paid": already, "held": held, "without_account": without}


def _end_reasons() -> str:
    return json.dumps(dict(EndReason.choices), ensure_ascii=False)


def first_month(programme: str) -> date | None:
    """The programme's first month in this instance: what came before was settled by the old system."""
    runs = Run.objects.filter(programme=programme, kind=RunKind.MONTHLY)
    return runs.aggregate(first=Min("month"))["first"]


# --- what earlier months still owe, and what was overpaid ---


def settle_past(cursor: Any, values: dict[str, Any]) -> None:
    """Find the differences of earlier months; pay arrears, set off recoveries, open claims where nothing is live."""
    cursor.execute(statements.GIVE_UP_UNOWED, values)
    _cancel_opposites(cursor, values)
    cursor.execute(statements.INSERT_DIFFERENCES, values)
    if not Difference.objects.filter(programme=values["programme"]).exists():
        return
    cursor.execute(statements.INSERT_ARREARS, values)
    cursor.execute(statements.INSERT_RECOVERIES, values)
    newest = Run.objects.filter(programme=values["programme"], kind=RunKind.MONTHLY).latest("month").month
    if values["month"] >= newest:
        _open_claims(cursor, values)


def _cancel_opposites(cursor: Any, values: dict[str, Any]) -> None:
    """A decision taken back before money moved for it leaves no payment in both directions."""
    if not Difference.objects.filter(programme=values["programme"], claim=None).exists():
        return
    cursor.execute(statements.OPPOSITE, values)
    needs: dict[tuple, Decimal] = {}
    for need, pk, remaining, beneficiary, month in cursor.fetchall():
        left = needs.setdefault((beneficiary, month), need)
        part = min(abs(left), abs(remaining))
        if part:
            sign = 1 if remaining > 0 else -1
            difference = Difference.objects.select_for_update().get(pk=pk)
            difference.cancelled += sign * part
            difference.save(update_fields=["cancelled"])
            needs[beneficiary, month] = left + sign * part


def _open_claims(cursor: Any, values: dict[str, Any]) -> None:
    cursor.execute(statements.NOTHING_LIVE, values)
    for beneficiary, household, person, division, amount, differences in cursor.fetchall():
        claim = Claim.objects.create(
            programme_id=values["programme"],
            beneficiary_id=beneficiary,
            household_id=household,
            person_id=person,
            division_id=division,
            amount=amount,
        )
        Difference.objects.filter(pk__in=differences).update(claim=claim)


# --- figures ---


def run_payments(run: Run) -> Any:
    """The payments that a run is about: its own, or those that a reissue tries again."""
    if not run.is_reissue:
        return Payment.objects.filter(run=run)
    mine = Transfer.objects.filter(
        run=run, origin_run=OuterRef("run"), beneficiary_id=OuterRef("beneficiary_id")
    )
    origins = Transfer.objects.filter(run=run).values("origin_run")
    return Payment.objects.filter(Exists(mine), run__in=origins)


def run_figures(run: Run, division: str = "") -> dict[str, Any]:
    """`payments` rows, `households` and `persons` of regular ones (corrections count in neither), `amount` in yuan."""
    rows = run_payments(run)
    if division:
        rows = rows.within(division)
    counted = ~Q(kind__in=["arrears", "recovery"])
    found = rows.aggregate(
        payments=Count("pk"),
        households=Count("pk", filter=counted),
        persons=Sum("persons", filter=counted),
        amount=Sum("amount"),
    )
    return {**found, "persons": found["persons"] or 0, "amount": found["amount"] or ZERO}
