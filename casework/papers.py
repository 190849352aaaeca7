"""The verbs of a case's papers: materials, home visits, notice, objections. Each leaves its trace in the case."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from casework.limits import due_date, limit_for
from casework.models import Attachment, Case, HomeVisit, Objection, PublicNotice
from casework.services import (
    Step,
    check_editor,
    locked,
    record_change,
    set_whole_limit,
    today,
    write_event,
)
from casework.workflow import flow_of
from core.errors import UserError
from core.files import store
from district.models import User

MAX_BYTES = 10 * 1024 * 1024
NOTICE_STAGE = "notice"

# What a file begins with decides what it is; its name proves nothing.
_KINDS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


def content_type_of(content: bytes) -> str:
    """The type of a photo or PDF by its first bytes. UserError for anything else."""
    for magic, kind in _KINDS:
        if content.startswith(magic):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise UserError("只能上传照片（JPG、PNG、WebP）或 PDF 文件；这个文件的内容不是。", field="documents")


@transaction.atomic
def attach(case: Case, material: str, name: str, content: bytes, actor: User, note: str = "") -> Attachment:
    """Add a paper to an open case (≤ 10 MB). Whoever may see the open case in an acting role may add to it."""
    if not content:
        raise UserError("文件是空的。", field="documents")
    if len(content) > MAX_BYTES:
        raise UserError(f"“{name}”超过 10 MB，请压缩或分开上传。", field="documents")
    kind = content_type_of(content)
    case = locked(case)
    check_editor(case, actor)
    file = store(name, content, kind, user=actor)
    added = Attachment.objects.create(
        case_id=case.pk, material=material, file=file, note=note, added_by=actor
    )
    write_event(
        case,
        actor,
        "attach",
        f"上传材料：{material}",
        opinion=name,
        from_stage=case.stage,
        to_stage=case.stage,
    )
    return added


@transaction.atomic
def withdraw_attachment(attachment: Attachment, reason: str, actor: User) -> Attachment:
    """作废: the paper stays in the file, marked with its reason."""
    case = locked(attachment.case)
    check_editor(case, actor)
    if len(reason.strip()) < 2:
        raise UserError("请填写作废原因。", field="reason")
    attachment = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if attachment.removed_at:
        raise UserError("这份材料已经作废。")
    attachment.removed_at, attachment.removed_reason = timezone.now(), reason.strip()
    attachment.save(update_fields=["removed_at", "removed_reason"])
    write_event(case, actor, "detach", f"作废材料：{attachment.material}", opinion=reason)
    return attachment


def record_visit(
    case: Case,
    actor: User,
    *,
    visited_on: date,
    visitors: Sequence[str],
    living: str,
    signed_by: str,
    housing: str = "",
    remark: str = "",
    version: int | None = None,
) -> HomeVisit:
    """入户调查: at least two staff went, somebody of the family signed."""
    names = list(dict.fromkeys(one.strip() for one in visitors if one.strip()))
    if len(names) < 2:
        raise UserError("入户调查须有两名以上工作人员，请填写每个人的姓名。", field="visitors")
    if visited_on > today():
        raise UserError("入户日期不能晚于今天。", field="visited_on")
    with transaction.atomic():
        case = locked(case, version)
        check_editor(case, actor)
        visit = HomeVisit.objects.create(
            case_id=case.pk,
            visited_on=visited_on,
            visitors=names,
            housing=housing,
            living=living,
            signed_by=signed_by,
            remark=remark,
            recorded_by=actor,
        )
        record_change(
            case,
            actor,
            [],
            action="visit",
            label=f"入户调查（{'、'.join(names)}）",
            reason=living,
            on=visited_on,
        )
        return visit


def put_up_notice(
    case: Case, step: Step, *, place: str, head_name: str, programme_name: str, persons: int, amount: Decimal
) -> PublicNotice:
    """Effect of a step: put the notice up; what is published is frozen: nothing but head, village, persons, amount.

    A notice that still hangs is taken down by the new one.
    """
    if not place.strip():
        raise UserError("请填写公示张贴地点。", field="place")
    PublicNotice.objects.filter(case_id=case.pk, cancelled_at__isnull=True).update(
        cancelled_at=timezone.now()
    )
    limit = limit_for(flow_of(case), NOTICE_STAGE, step.on)
    clear = due_date(limit, step.on) or step.on
    case.due_on = clear
    return PublicNotice.objects.create(
        case_id=case.pk,
        starts_on=step.on,
        ends_on=clear - timedelta(days=1),
        place=place.strip(),
        head_name=head_name,
        village_name=case.division.name,
        programme_name=programme_name,
        persons=persons,
        amount=amount,
        posted_by=step.actor,
    )


def current_notice(case: Case) -> PublicNotice | None:
    """The notice that hangs or hung last."""
    return case.notices.filter(cancelled_at__isnull=True).first()


def check_notice_over(case: Case, step: Step) -> None:
    """Guard: the notice hung its full days and every objection is settled; it cannot be ended early."""
    notice = current_notice(case)
    if notice is None:
        raise UserError("还没有张贴公示。")
    if step.on <= notice.ends_on:
        over = notice.ends_on + timedelta(days=1)
        raise UserError(
            f"公示期未满：{notice.starts_on:%m-%d} 至 {notice.ends_on:%m-%d}，{over:%m-%d} 起方可报送。"
        )
    open_ones = notice.objections.filter(settled_on__isnull=True).count()
    if open_ones:
        raise UserError(f"还有 {open_ones} 件异议没有处理，请先组织民主评议。")


def record_objection(case: Case, step: Step, *, content: str, by: str = "") -> Objection:
    """Effect of a step: somebody objects to the notice; the case becomes a hard one (45 working days)."""
    notice = current_notice(case)
    if notice is None:
        raise UserError("还没有张贴公示，不能登记异议。")
    if len(content.strip()) < 2:
        raise UserError("请填写异议内容。", field="content")
    case.is_hard = True
    set_whole_limit(case)
    return Objection.objects.create(
        notice=notice, raised_on=step.on, by=by.strip(), content=content.strip(), recorded_by=step.actor
    )


def settle_objections(case: Case, step: Step) -> int:
    """Effect of a step: what the 民主评议 found is the outcome of every open objection."""
    return Objection.objects.filter(notice__case_id=case.pk, settled_on__isnull=True).update(
        outcome=step.opinion, settled_on=step.on
    )
