"""What people do with a finding: verify it in the township, decide in the bureau. Each verb is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from benefits import services as benefits
from benefits.models import EndReason
from casework.services import move
from core.errors import NotAllowed, UserError
from core.files import store
from core.months import add_months, format_month, month_of
from district.models import Role
from rechecks import hearing
from rechecks.endings import register_death, way_of
from rechecks.kinds import END_REASONS
from rechecks.models import Finding, FindingState, Outcome, Verification
from rechecks.records import locked, save, tell
from rechecks.services import due_day

# What the bureau's agreement makes of a proposal that needs no case.
DECIDES = {
    Outcome.KEEP: FindingState.KEPT,
    Outcome.LIST_WRONG: FindingState.LIST_WRONG,
    Outcome.SUSPEND: FindingState.SUSPENDED,
}


# What leaves the holding as it is.
CLEARING = (Outcome.KEEP, Outcome.LIST_WRONG)


@dataclass
class Report:
    """What the clerk enters after the visit. `from_month`: the first month no longer paid, or of the new amount.
    `same_person`: how it was established that the list means this person, where it has no ID numbers."""

    outcome: str
    words: str
    visitors: str
    verified_on: date
    end_reason: str = ""
    from_month: date | None = None
    same_person: str = ""
    files: list[tuple[str, bytes, str]] = field(default_factory=list)


def suggested_reason(finding: Finding) -> str:
    """The reason of the ending that this kind of list speaks for."""
    reason = END_REASONS.get(finding.kind, finding.kind)
    return reason if reason in EndReason.values else EndReason.OTHER


def day_of(finding: Finding) -> date | None:
    """The day of death that the list tells."""
    days = [row["day"] for row in finding.evidence if row.get("day")]
    return date.fromisoformat(max(days)) if finding.kind == "death" and days else None


def suggested_month(finding: Finding) -> date:
    """The first month no longer paid: after the month of death, else the next one."""
    died = day_of(finding)
    return add_months(month_of(died or timezone.localdate()), 1)


def report(finding: Finding, actor: Any, entry: Report, version: int | None = None) -> Finding:
    """核查登记 by the township: what was found and what is proposed. Ending and reducing open the line's case at once.

    UserError: nothing said, no reason of the ending, a finding that nobody has to verify any more, a family that has
    not been heard (`hearing`).
    """
    if actor.role != Role.TOWNSHIP_CLERK:
        raise NotAllowed("疑点由乡镇（街道）经办人核查登记。")
    _check_entry(entry)
    with transaction.atomic():
        row = locked(finding, actor, version)
        if row.state != FindingState.OPEN:
            raise UserError(f"这条疑点{row.get_state_display()}，不需要核查。")
        if entry.outcome not in CLEARING:
            hearing.check_identity(row, entry.same_person)
        month = entry.from_month or suggested_month(row)
        hearing.check(row, actor, entry.outcome, entry.end_reason, month)
        made = Verification.objects.create(
            finding=row,
            verified_on=entry.verified_on,
            visitors=entry.visitors.strip(),
            words=entry.words.strip(),
            outcome=entry.outcome,
            end_reason=entry.end_reason,
            from_month=entry.from_month,
            same_person=entry.same_person.strip(),
            recorded_by=actor,
        )
        made.files.set(store(name, content, kind, actor) for name, content, kind in entry.files)
        row.proposal, row.proposed_by, row.state = entry.outcome, actor, FindingState.REPORTED
        tell(row, actor, f"核查：{made.get_outcome_display()}", entry.words)
        if entry.outcome in (Outcome.END, Outcome.REDUCE):
            _open_case(row, actor, entry, month)
        save(row, "proposal", "proposed_by", "state", "case")
    return row


def _check_entry(entry: Report) -> None:
    if entry.outcome not in Outcome.values:
        raise UserError("请选择核查意见。", field="outcome")
    if len(entry.words.strip()) < 2:
        raise UserError("请写明核查情况。", field="words")
    if not entry.visitors.strip():
        raise UserError("请写明核查人员。", field="visitors")
    if entry.verified_on > timezone.localdate():
        raise UserError("核查日期晚于今天。", field="verified_on")
    if entry.outcome == Outcome.END and not entry.end_reason:
        raise UserError("请选择停发原因。", field="end_reason")


def _open_case(row: Finding, actor: Any, entry: Report, month: date) -> None:
    """The line's case in the clerk's name. An ending needs nothing more and goes to the bureau; a new amount waits for
    the clerk to put the household's facts right."""
    kind = "end" if entry.outcome == Outcome.END else "adjust"
    note = f"{row.get_kind_display()}：{entry.words.strip()}"
    way = way_of(row.entitlement)
    register_death(row.person, day_of(row), entry.end_reason, actor)
    case = way.opener(row.entitlement, actor, kind, month, entry.end_reason, note)
    if kind == "end":
        case = move(case, way.submit, actor, opinion=note[:1000])
    row.case_id, row.state = case.pk, FindingState.IN_CASE
    tell(
        row,
        actor,
        f"转{'停发' if kind == 'end' else '变更'}案件 {case.number}",
        f"自 {format_month(month)} 起",
    )


def decide(finding: Finding, actor: Any, agree: bool, opinion: str, version: int | None = None) -> Finding:
    """审定 by the bureau of what the township proposes: kept, list wrong, suspended; or back to be verified again.

    Another than the verifier. Suspending places a dated hold on the entitlement, from the next month on.
    """
    if actor.role != Role.BUREAU_OFFICER:
        raise NotAllowed("疑点由区局业务股室审定。")
    if len(opinion.strip()) < 2:
        raise UserError("请填写审定意见。", field="opinion")
    with transaction.atomic():
        row = locked(finding, actor, version)
        if row.state != FindingState.REPORTED:
            raise UserError(f"这条疑点{row.get_state_display()}，不需要审定。")
        if row.proposed_by_id == actor.pk:
            raise NotAllowed("您核查过这条疑点，须由另一人审定。")
        if not agree:
            row.state, row.due_on, row.proposal = FindingState.OPEN, due_day(), ""
            tell(row, actor, "退回重新核查", opinion)
        else:
            row.state = DECIDES[Outcome(row.proposal)]
            row.decided_by, row.decided_at = actor, timezone.now()
            _settle_hold(row, actor, opinion)
            tell(row, actor, f"审定：{row.get_state_display()}", opinion)
        save(row, "state", "due_on", "proposal", "decided_by", "decided_at", "hold")
    return row


def _settle_hold(row: Finding, actor: Any, opinion: str) -> None:
    """Suspended: a hold begins. Kept or the list is wrong: one that the list had placed is lifted, and paid back."""
    if row.state == FindingState.SUSPENDED and row.hold_id is None:
        month = add_months(month_of(timezone.localdate()), 1)
        row.hold = benefits.place_hold(row.entitlement, month, None, f"回头看：{opinion}", actor)
    elif row.state != FindingState.SUSPENDED and row.hold and row.hold.lifted_at is None:
        benefits.lift_hold(row.hold, f"回头看：{opinion}", actor)


def case_closed(case: Any) -> None:
    """The line's case is over: granted it has ended or changed the holding, otherwise the finding is open again."""
    for row in Finding.objects.select_for_update().filter(case_id=case.pk, state=FindingState.IN_CASE):
        if case.state == "granted":
            row.state = FindingState.ENDED if row.proposal == Outcome.END else FindingState.REDUCED
            row.decided_at = timezone.now()
            tell(row, None, f"案件 {case.number} 已执行")
            if row.state == FindingState.ENDED:
                _close_beside(row, case)
        else:
            row.state, row.proposal, row.due_on = FindingState.OPEN, "", due_day()
            tell(row, None, f"案件 {case.number} {case.get_state_display()}，重新核查")
        save(row, "state", "proposal", "due_on", "decided_at")


def _close_beside(row: Finding, case: Any) -> None:
    """The holding is over: nobody has to verify what else the lists say against it."""
    beside = Finding.objects.select_for_update().filter(
        programme=row.programme_id,
        beneficiary_id=row.beneficiary_id,
        state__in=(FindingState.OPEN, FindingState.REPORTED),
    )
    for one in beside.exclude(pk=row.pk):
        one.state = FindingState.GONE
        tell(one, None, "待遇已终止", f"案件 {case.number} 已停发，不再核查。")
        save(one, "state")


# -- what is clear ------------------------------------------------------------------------------------------


def is_clear(finding: Finding) -> bool:
    """A death under the right number and name of the only person covered: nobody has to be asked."""
    is_sure = finding.score is None and not finding.name_mismatch
    return finding.kind == "death" and is_sure and finding.entitlement.persons == 1


def report_deaths(findings: Iterable[Finding], actor: Any, visitors: str = "") -> tuple[int, list[str]]:
    """Propose the ending of many clear deaths in one act. The bureau approves the cases, one by one or together.

    Gives how many were taken, and in words which were not.
    """
    taken, left = 0, []
    for one in findings:
        if not is_clear(one):
            left.append(f"{one.person}：须逐条核查")
            continue
        entry = Report(
            Outcome.END,
            "死亡名单，姓名与号码一致。",
            visitors or actor.full_name,
            timezone.localdate(),
            end_reason=EndReason.DEATH,
            from_month=suggested_month(one),
        )
        try:
            report(one, actor, entry)
        except UserError as error:
            left.append(f"{one.person}：{error.message}")
        else:
            taken += 1
    return taken, left
