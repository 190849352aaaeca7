"""陈述申辩: before the township proposes to end or lower what a family gets, it is told in writing and may answer.

The newest notice of a finding counts, for the evidence that stood in it. Nothing goes up to the bureau before it was
handed over and the family has answered, given it up in writing, or let the time pass. Deaths need none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from benefits.models import EndReason
from benefits.policy import parameter
from core.errors import Conflict, NotAllowed, UserError
from core.files import store
from core.months import format_month, month_of
from core.series import take_number
from core.workdays import Calendar
from district.models import Role
from rechecks.models import Answer, Delivery, Finding, FindingState, Hearing, Outcome
from rechecks.records import locked, save, tell

# What goes against the family.
AGAINST = (Outcome.END, Outcome.REDUCE)
File = tuple[str, bytes, str]


@dataclass(frozen=True)
class Intent:
    """What the family is told: ending (with its reason) or a lower amount, from which month, and why. `same_person`:
    how it was established that the list means this person, where it has no ID numbers."""

    outcome: str
    from_month: date
    words: str
    end_reason: str = ""
    same_person: str = ""


@dataclass(frozen=True)
class Handed:
    """How the notice was handed over. `receiver`: who signed, the witness, the number of the letter, or where it was
    put up."""

    way: str
    given_on: date
    given_by: str
    receiver: str


def is_needed(finding: Finding, outcome: str, end_reason: str = "") -> bool:
    """Whether the family has to be heard first: an ending or a lower amount, unless somebody has died."""
    if outcome not in AGAINST:
        return False
    if outcome == Outcome.REDUCE:
        return finding.kind != "death"
    died = finding.kind == "death" or finding.person.death_date is not None
    return not (end_reason == EndReason.DEATH and died)


def current(finding: Finding) -> Hearing | None:
    """The notice that counts: the newest one, as long as it names the evidence of today."""
    newest = finding.hearings.order_by("-pk").first()
    return newest if newest and newest.evidence_hash == finding.evidence_hash else None


def newest(findings: Sequence[Finding]) -> dict[int, Hearing]:
    """The newest notice of each finding that has one, in one query."""
    keys = [one.pk for one in findings]
    rows = Hearing.objects.filter(finding__in=keys).order_by("finding_id", "-pk").distinct("finding_id")
    return {one.finding_id: one for one in rows}


def missing(
    finding: Finding, outcome: str, end_reason: str, from_month: date, day: date, told: Hearing | None
) -> str:
    """What still has to happen before this may be proposed, in words; empty when nothing. Pure."""
    if not is_needed(finding, outcome, end_reason):
        return ""
    if told is None:
        return "拟停发或变更的，须先拟写并送达陈述申辩告知书。"
    if told.given_on is None:
        return f"陈述申辩告知书（{told.number}）还没有送达，请先登记送达。"
    if told.waits_on(day):
        return f"陈述申辩期限到 {told.due_on}，家庭还没有答复，期满后或登记答复后再报送。"
    # Milder than what the family was told is always allowed.
    if outcome == Outcome.END and told.outcome != Outcome.END:
        return "告知书写的是变更金额，现在要停发，须重新告知。"
    if outcome == Outcome.END and told.end_reason != end_reason:
        return f"告知书写的停发原因是“{told.get_end_reason_display()}”，换了原因须重新告知。"
    if from_month < told.from_month:
        return f"告知书写的是自 {format_month(told.from_month)} 起，提前的须重新告知。"
    return ""


def check(finding: Finding, actor: Any, outcome: str, end_reason: str, from_month: date) -> None:
    """UserError with what is missing; a notice that nobody answered in time is closed as such. The row is locked."""
    told, today = current(finding), timezone.localdate()
    words = missing(finding, outcome, end_reason, from_month, today, told)
    if words:
        raise UserError(words, field="outcome")
    if told and told.given_on and not told.answer and not told.waits_on(today):
        told.answer, told.answered_on = Answer.SILENT, today
        _save(told, "answer", "answered_on")
        tell(finding, actor, Answer.SILENT.label, f"{told.number}：期限 {told.due_on} 已过。")


def last_day_for(way: str, given_on: date) -> date:
    """By when the family may answer: working days after it was handed over; what is put up in public counts as handed
    over some days later (dated parameters `recheck.hearing_days`, `recheck.hearing_posted_days`)."""
    month = month_of(given_on)
    if way == Delivery.POSTED:
        given_on += timedelta(days=int(parameter("recheck.hearing_posted_days", month)))
    return Calendar().add(given_on, hearing_days(month))


def hearing_days(month: date) -> int:
    return int(parameter("recheck.hearing_days", month_of(month)))


def _open(finding: Finding, actor: Any, version: int | None = None) -> Finding:
    if actor.role != Role.TOWNSHIP_CLERK:
        raise NotAllowed("陈述申辩告知由乡镇（街道）经办人办理。")
    row = locked(finding, actor, version)
    if row.state != FindingState.OPEN:
        raise UserError(f"这条疑点{row.get_state_display()}，不再告知。")
    return row


def draft(finding: Finding, actor: Any, intent: Intent, version: int | None = None) -> Hearing:
    """拟写告知书: what is intended, so that the paper can be printed. A new one takes the place of the one before.

    UserError: nothing that goes against the family, no reason, nothing said; nobody vouches that the list means this
    person where it has no ID numbers, since the letter would tell somebody else's affairs to the family.
    """
    if intent.outcome not in AGAINST:
        raise UserError("只有停发和变更金额需要告知。", field="outcome")
    if intent.outcome == Outcome.END and not intent.end_reason:
        raise UserError("请选择停发原因。", field="end_reason")
    if len(intent.words.strip()) < 2:
        raise UserError("请写明事实和理由，家庭要看得懂。", field="words")
    with transaction.atomic():
        row = _open(finding, actor, version)
        check_identity(row, intent.same_person)
        today = timezone.localdate()
        made = Hearing.objects.create(
            finding=row,
            number=number_of(today.year, take_number(f"hearing-{today.year}")),
            outcome=intent.outcome,
            end_reason=intent.end_reason if intent.outcome == Outcome.END else "",
            from_month=intent.from_month,
            words=intent.words.strip(),
            same_person=intent.same_person.strip(),
            basis=str(parameter("recheck.hearing_basis", month_of(today))),
            evidence_hash=row.evidence_hash,
            drafted_by=actor,
        )
        tell(row, actor, f"拟写告知书 {made.number}", f"{intent_of(made)}。{made.words}")
        save(row)
    return made


def check_identity(finding: Finding, same_person: str) -> None:
    """Name and birth date are no proof: what goes against somebody needs a person's word that it is he or she."""
    if finding.score is not None and len(same_person.strip()) < 2:
        raise UserError(
            "名单没有身份证号，只是疑似同一人；请写明怎样确认是同一人，不能确认的选“保留”或“名单有误”。",
            field="same_person",
        )


def number_of(year: int, number: int) -> str:
    return f"陈告〔{year}〕{number}号"


def intent_of(told: Hearing) -> str:
    """停发（退休），自 2021-01 起."""
    reason = f"（{told.get_end_reason_display()}）" if told.end_reason else ""
    return f"拟{told.get_outcome_display()}{reason}，自 {format_month(told.from_month)} 起"


def _locked_hearing(told: Hearing, finding: Finding, version: int | None) -> Hearing:
    row: Hearing = Hearing.objects.select_for_update(of=("self",)).get(pk=told.pk)
    row.finding = finding
    if version is not None and row.version != version:
        raise Conflict("这份告知书刚被别人办理过。", changes=[f"现在：{row.state_on(timezone.localdate())}"])
    if current(finding) != row:
        raise UserError("这份告知书已被新的代替，或名单内容有变化，请重新告知。")
    return row


def _save(told: Hearing, *names: str) -> None:
    told.version += 1
    told.save(update_fields=[*names, "version"])


def deliver(
    told: Hearing, actor: Any, handed: Handed, files: Sequence[File] = (), version: int | None = None
) -> Hearing:
    """登记送达: from then on the time to answer runs, and the township's own limit waits as long.

    UserError: handed over already, a day to come or before it was written, nobody named.
    """
    if handed.way not in Delivery.values:
        raise UserError("请选择送达方式。", field="way")
    for value, field, words in (
        (handed.given_by, "given_by", "请写明送达人。"),
        (handed.receiver, "receiver", "请写明签收人、见证人、邮件号或张贴处。"),
    ):
        if not value.strip():
            raise UserError(words, field=field)
    if handed.given_on > timezone.localdate():
        raise UserError("送达日期晚于今天。", field="given_on")
    if handed.given_on < timezone.localdate(told.drafted_at):
        raise UserError("送达日期早于告知书的日期。", field="given_on")
    with transaction.atomic():
        finding = _open(told.finding, actor)
        row = _locked_hearing(told, finding, version)
        if row.given_on:
            raise UserError(f"{row.number} 已登记 {row.given_on} 送达。")
        row.way, row.given_on = handed.way, handed.given_on
        row.given_by, row.receiver = handed.given_by.strip(), handed.receiver.strip()
        row.due_on = last_day_for(row.way, row.given_on)
        _save(row, "way", "given_on", "given_by", "receiver", "due_on")
        _keep(row, files, actor)
        if finding.due_on:
            # The time that belongs to the family is not the township's.
            calendar = Calendar()
            finding.due_on = calendar.add(finding.due_on, calendar.between(row.given_on, row.due_on))
        words = (
            f"{row.number}，{row.given_on} 由{row.given_by}送达，{row.receiver}；可陈述申辩至 {row.due_on}。"
        )
        tell(finding, actor, row.get_way_display(), words)
        save(finding, "due_on")
    return row


def answer(
    told: Hearing,
    actor: Any,
    kind: str,
    words: str,
    answered_on: date,
    files: Sequence[File] = (),
    version: int | None = None,
) -> Hearing:
    """登记陈述申辩: what the family says, or that it gives up the right in writing (the paper is attached).

    A later word is heard too, as long as nothing was proposed; each stays in the record. UserError: no words, no paper.
    """
    if kind not in (Answer.STATED, Answer.WAIVED):
        raise UserError("请选择家庭的答复。", field="answer")
    if kind == Answer.STATED and len(words.strip()) < 2:
        raise UserError("请写明家庭怎么说。", field="statement")
    if kind == Answer.WAIVED and not files:
        raise UserError("书面放弃的，请上传家庭签字的放弃书。", field="documents")
    if answered_on > timezone.localdate():
        raise UserError("答复日期晚于今天。", field="answered_on")
    with transaction.atomic():
        finding = _open(told.finding, actor)
        row = _locked_hearing(told, finding, version)
        if not row.given_on:
            raise UserError("告知书还没有送达，请先登记送达。")
        if answered_on < row.given_on:
            raise UserError(f"答复日期早于送达日期 {row.given_on}。", field="answered_on")
        row.answer, row.answered_on, row.statement = kind, answered_on, words.strip()
        _save(row, "answer", "answered_on", "statement")
        _keep(row, files, actor)
        tell(
            finding,
            actor,
            f"家庭{row.get_answer_display()}",
            f"{answered_on}：{words.strip() or '放弃书见材料'}",
        )
        save(finding)
    return row


def _keep(told: Hearing, files: Sequence[File], actor: Any) -> None:
    told.files.add(*(store(name, content, kind, actor) for name, content, kind in files))
