"""调标: a new standard assessed over every live entitlement, shown before and after, decided by a second officer.

propose → (job: assess each from its frozen facts) → approve (one transaction ends the old rows and opens successors)
or refuse. Until approval no entitlement is touched. Rows changed by someone since the assessing stop the approval.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from benefits.models import (
    Assessment,
    ChangeState,
    Entitlement,
    Hold,
    Standard,
    StandardChange,
    StandardChangeLine,
)
from benefits.policy import PolicyTable
from benefits.services import build_assessment, carry_holds
from core.errors import Conflict, NotAllowed, UserError
from core.jobs import start_job
from core.models import Job
from core.money import ZERO
from core.months import add_months, format_month
from district.models import Division, DivisionLevel, Role

JOB = "benefits.standard_change"
DIFFERENCE = F("after") - F("before")
NO_FACTS = "旧台账转入，没有测算事实：金额不变，可另行确定"


def affected(programme: str, division: str, from_month: date) -> Any:
    """The entitlements that a new standard reaches: in force in that month or later, inside its area."""
    return (
        Entitlement.objects.filter(programme=programme, is_void=False, is_one_off=False)
        .within(division)
        .filter(Q(last_month__isnull=True) | Q(last_month__gte=from_month))
    )


def moved(kind: str) -> Q:
    """Condition on lines: `more`, `less` or `same` after than before."""
    compare = {"more": "after__gt", "less": "after__lt", "same": "after"}
    return Q(**{compare[kind]: F("before")})


def propose(standard: Standard, actor: Any, from_month: date | None = None) -> StandardChange:
    """Begin a change: every live entitlement is assessed again by a job, and listed. Nothing is changed yet.

    `from_month`: the standard's own first month when not given, never an earlier one.
    """
    _may(actor, standard)
    month = from_month or standard.effective_from
    if month < standard.effective_from:
        raise UserError(
            f"新标准 {format_month(standard.effective_from)} 起施行，不能更早执行。", field="from_month"
        )
    with transaction.atomic():
        Standard.objects.select_for_update().get(pk=standard.pk)
        open_one = StandardChange.objects.filter(
            programme=standard.programme, state__in=[ChangeState.DRAFT, ChangeState.PROPOSED]
        ).first()
        if open_one:
            raise UserError(f"{open_one}（{open_one.made_by} 提出）还没有审批，先把它办完。")
        change = StandardChange.objects.create(
            programme=standard.programme, standard=standard, from_month=month, made_by=actor
        )
        _start(change, actor)
    return change


def propose_again(change: StandardChange, actor: Any) -> StandardChange:
    """Assess a change that is not decided yet once more, because entitlements changed meanwhile."""
    _may(actor, change.standard)
    with transaction.atomic():
        change = _open(change, ChangeState.PROPOSED)
        change.lines.all().delete()
        change.state, change.counts = ChangeState.DRAFT, {}
        _start(change, actor)
    return change


def _start(change: StandardChange, actor: Any) -> None:
    change.job = start_job(
        JOB, f"{change} 测算"[:120], {"change": change.pk}, actor, change.standard.division_id
    )
    change.save()


def _may(actor: Any, standard: Standard) -> None:
    if actor.role != Role.BUREAU_OFFICER or standard.programme.line not in actor.lines:
        raise NotAllowed("调标由本业务线的局业务股室提出。")
    if not standard.division_id.startswith(actor.division_id):
        raise NotAllowed("新标准的适用区划不在您的辖区内。")


def _open(change: StandardChange, *states: str) -> StandardChange:
    row = (
        StandardChange.objects.select_for_update(of=("self",))
        .select_related("standard", "programme")
        .get(pk=change.pk)
    )
    if row.state not in states:
        raise Conflict(f"这批调标已是“{row.get_state_display()}”。")
    return row


# — assessing (in the job) ————————————————————————————————————


def parts(change: StandardChange) -> list[tuple[str, str]]:
    """The townships inside the standard's area."""
    return list(
        Division.objects.filter(level=DivisionLevel.TOWNSHIP, code__startswith=change.standard.division_id)
        .order_by("code")
        .values_list("code", "name")
    )


def assess_part(change: StandardChange, township: str, beat: Any) -> dict[str, int]:
    """Assess the live entitlements of a township and list them before and after."""
    area = affected(change.programme_id, change.standard.division_id, change.from_month).within(township)
    rows = list(area.select_related("assessment").order_by("pk"))
    table = PolicyTable({code for row in rows if row.assessment for code in row.assessment.policy})
    lines, assessments = [], []
    for done, row in enumerate(rows, 1):
        line = _line(change, row, table)
        lines.append(line)
        if line.assessment is not None:
            assessments.append(line.assessment)
        if done % 200 == 0:
            beat(done, len(rows), "逐户测算")
    Assessment.objects.bulk_create(assessments, batch_size=1000)
    for line in lines:
        line.assessment = line.assessment
    StandardChangeLine.objects.bulk_create(lines, batch_size=2000)
    return {"entitlements": len(lines)}


def _line(change: StandardChange, row: Entitlement, table: PolicyTable) -> StandardChangeLine:
    line = StandardChangeLine(
        change=change,
        entitlement=row,
        before=row.monthly_amount,
        after=row.monthly_amount,
        version=row.version,
    )
    if row.assessment is None:
        line.note = NO_FACTS
        return line
    start = max(change.from_month, row.first_month)
    facts = {
        **row.assessment.facts,
        "month": format_month(add_months(start, -1)),
        "division": row.division_id,
    }
    facts.pop("policy", None)
    try:
        assessment = build_assessment(
            facts,
            household=row.household,
            person=row.person,
            actor=change.made_by,
            table=table,
            in_force=start,
        )
    except UserError as error:
        line.note = f"不能测算，金额不变：{error.message}"[:200]
        return line
    if not assessment.eligible:
        why = "；".join(reason["text"] for reason in assessment.reasons)
        line.note = f"按新标准不符合条件，金额不变，请另行核查：{why}"[:200]
        return line
    line.after = Decimal(str(assessment.monthly_amount))
    if line.after != line.before:
        line.assessment = assessment
    return line


def finish(change: StandardChange) -> dict[str, Any]:
    """All townships are assessed: the totals, and the change waits for its second officer."""
    change.counts = totals(change.lines.all())
    change.state = ChangeState.PROPOSED
    change.save(update_fields=["counts", "state"])
    return change.counts


def totals(lines: Any) -> dict[str, Any]:
    """Households, persons, how many rise and fall, the effect a month and a year in yuan."""
    found = lines.aggregate(
        entitlements=Count("pk"),
        persons=Sum("entitlement__persons"),
        more=Count("pk", filter=Q(after__gt=F("before"))),
        less=Count("pk", filter=Q(after__lt=F("before"))),
        same=Count("pk", filter=Q(after=F("before"))),
        noted=Count("pk", filter=~Q(note="")),
        before=Sum("before"),
        after=Sum("after"),
    )
    before, after = found["before"] or ZERO, found["after"] or ZERO
    return {
        **found,
        "persons": found["persons"] or 0,
        "before": str(before),
        "after": str(after),
        "month": str(after - before),
        "year": str((after - before) * 12),
    }


def decide_line(line: StandardChangeLine, amount: Decimal, note: str, actor: Any) -> StandardChangeLine:
    """An amount fixed by the officer for one taken over without facts. Needs words; the second officer sees them."""
    change = line.change
    _may(actor, change.standard)
    if line.entitlement.assessment_id:
        raise UserError("这一户有测算事实，金额由测算得出，不能直接填写。")
    if not note.strip():
        raise UserError("请写明确定金额的依据。", field="note")
    with transaction.atomic():
        _open(change, ChangeState.PROPOSED)
        line.after, line.note = amount, f"人工确定：{note.strip()}"[:200]
        line.save(update_fields=["after", "note"])
        StandardChange.objects.filter(pk=change.pk).update(counts=totals(change.lines.all()))
    return line


# — deciding ———————————————————————————————————————————————


def why_not_approve(change: StandardChange, actor: Any) -> str:
    """Why this account may not approve; empty when it may."""
    if actor.role not in (Role.BUREAU_OFFICER, Role.LEADER):
        return "调标由局业务股室的另一人或分管领导审批。"
    if actor.role == Role.BUREAU_OFFICER and change.programme.line not in actor.lines:
        return "您不办理这条业务线。"
    if actor.pk == change.made_by_id:
        return "您是提出人，须由另一人审批。"
    return ""


def refuse(change: StandardChange, opinion: str, actor: Any) -> StandardChange:
    """Nothing is changed; the proposal stays on record with the reason. Its maker may withdraw it this way."""
    if actor.pk != change.made_by_id and (why := why_not_approve(change, actor)):
        raise NotAllowed(why)
    if not opinion.strip():
        raise UserError("请写明否决或撤回的理由。", field="opinion")
    with transaction.atomic():
        change = _open(change, ChangeState.PROPOSED)
        _decide(change, ChangeState.REFUSED, opinion, actor)
    return change


def approve(change: StandardChange, opinion: str, actor: Any) -> StandardChange:
    """Apply the change in one transaction. Conflict when an entitlement changed since it was assessed."""
    if why := why_not_approve(change, actor):
        raise NotAllowed(why)
    with transaction.atomic():
        change = _open(change, ChangeState.PROPOSED)
        _unchanged_since(change)
        _apply(change)
        _decide(change, ChangeState.APPLIED, opinion, actor)
    return change


def _decide(change: StandardChange, state: str, opinion: str, actor: Any) -> None:
    row: Any = change
    row.state, row.opinion = state, opinion.strip()[:300]
    row.decided_by, row.decided_at = actor, timezone.now()
    row.save(update_fields=["state", "opinion", "decided_by", "decided_at"])


def _unchanged_since(change: StandardChange) -> None:
    """Lock what will be changed; whatever is new, changed or gone since the assessing stops the approval."""
    area = affected(change.programme_id, change.standard.division_id, change.from_month)
    now = dict(area.select_for_update(of=("self",)).values_list("pk", "version"))
    then = dict(change.lines.values_list("entitlement_id", "version"))
    if now != then:
        moved = {key for key in now.keys() | then.keys() if now.get(key) != then.get(key)}
        names = Entitlement.objects.filter(pk__in=list(moved)[:20]).select_related("person", "programme")
        raise Conflict(
            f"提出以后有 {len(moved)} 份待遇新增、变更或停发，请重新测算后再审批。",
            changes=[str(one) for one in names],
        )


_COLUMNS = (
    "programme_id, household_id, person_id, beneficiary_id, payee_id, payee_institution_id, division_id, persons, "
    "is_one_off, care_class, certificate_number, review_due, last_month, end_reason, end_note, ended_by_id, ended_at"
)
_SUCCESSORS = f"""
WITH old AS (
  SELECT e.*, l.after, l.assessment_id AS new_assessment, greatest(e.first_month, %(month)s) AS start
    FROM benefits_standardchangeline l JOIN benefits_entitlement e ON e.id = l.entitlement_id
   WHERE l.change_id = %(change)s AND l.after <> l.before
), ended AS (
  UPDATE benefits_entitlement e
     SET is_void = e.first_month >= %(month)s,
         last_month = CASE WHEN e.first_month >= %(month)s THEN e.last_month
                           ELSE (%(month)s::date - interval '1 month')::date END,
         end_reason = '', end_note = '', version = e.version + 1
    FROM old WHERE e.id = old.id
  RETURNING e.id
)
INSERT INTO benefits_entitlement ({_COLUMNS}, monthly_amount, first_month, is_void, source, assessment_id, previous_id,
                                  change_reason, created_at, version)
SELECT {_COLUMNS}, after, start, false, source, new_assessment, old.id, %(reason)s, %(at)s, 1
  FROM old JOIN ended ON ended.id = old.id
"""
_MEMBERS = """
INSERT INTO benefits_entitlementmember (entitlement_id, person_id, "group", first_month, last_month, is_void)
SELECT s.id, m.person_id, m."group", s.first_month, s.last_month, false
  FROM benefits_standardchangeline l
  JOIN benefits_entitlement s ON s.previous_id = l.entitlement_id AND NOT s.is_void AND s.first_month >= %(month)s
  JOIN benefits_entitlementmember m ON m.entitlement_id = l.entitlement_id
 WHERE l.change_id = %(change)s AND l.after <> l.before
"""


def _apply(change: StandardChange) -> None:
    """End the old rows and open their successors, two statements for any number; holds go along."""
    values = {
        "change": change.pk,
        "month": change.from_month,
        "reason": f"调标：{change.standard.source}"[:300],
        "at": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUCCESSORS, values)
        cursor.execute(_MEMBERS, values)
    changed = change.lines.exclude(after=F("before")).values("entitlement")
    held = Hold.objects.filter(entitlement__in=changed, lifted_at__isnull=True).values("entitlement")
    for old in Entitlement.objects.filter(pk__in=held):
        successor = old.successors.filter(is_void=False, first_month__gte=change.from_month).get()
        carry_holds(old, successor)


def job_failed(job: Job) -> None:
    """The assessing broke off: the change is closed with what went wrong, and may be proposed anew."""
    StandardChange.objects.filter(pk=job.params["change"], state=ChangeState.DRAFT).update(
        state=ChangeState.REFUSED, opinion=f"测算没有完成：{job.error}"[:300], decided_at=timezone.now()
    )
