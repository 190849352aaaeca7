"""定期核查 of what is paid: who may enter one, and what is kept of it. When the next is due is the trade's own rule."""

from datetime import date

from benefits.models import Entitlement
from casework.models import Case
from casework.services import today, write_event
from core.errors import NotAllowed, UserError
from district.models import Role, User
from relief.shared.models import Review


def check_reviewer(entitlement: Entitlement, actor: User, note: str) -> None:
    """A clerk of the township reviews what is paid in it, and says what was found."""
    if actor.role != Role.TOWNSHIP_CLERK:
        raise NotAllowed("定期核查由乡镇（街道）经办人登记。")
    if not Entitlement.objects.visible_to(actor).filter(pk=entitlement.pk).exists():
        raise NotAllowed("这笔待遇不在您的辖区内。")
    if len(note.strip()) < 2:
        raise UserError("请填写核查情况。", field="note")


def keep_review(
    entitlement: Entitlement,
    actor: User,
    *,
    word: str,
    result: str,
    note: str,
    case: Case | None,
    on: date | None = None,
) -> Review:
    """The review with the next date that the entitlement now carries; it is noted in the change case it led to."""
    found = Review.objects.create(
        entitlement=entitlement,
        reviewed_on=on or today(),
        result=result,
        note=note.strip(),
        next_due=entitlement.review_due,
        case=case,
        reviewed_by=actor,
    )
    if case:
        write_event(case, actor, "review", f"{word}：{found.get_result_display()}", opinion=note, on=on)
    return found
