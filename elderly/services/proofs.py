"""生存认证: recorded one by one or by list; who stays unproven after the notice is held, and paid back when proven."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from benefits.models import Entitlement, Hold
from benefits.policy import PolicyTable
from casework.services import today
from core.errors import NotAllowed, UserError
from core.months import add_months, month_of
from district.models import Role
from elderly import finding
from elderly.facts import table
from elderly.models import LifeProof, ProofMethod
from elderly.rules import CODES
from elderly.services.rows import UNPROVEN, check_actor, hold_by_system, lift_by_system, lock_township

RECORDERS = (Role.TOWNSHIP_CLERK, Role.BUREAU_OFFICER)


def setting(policies: PolicyTable, programme: str, key: str, month: date) -> int:
    """A dated parameter of the programme as a whole number. UserError when none is in force."""
    value = policies.get(programme, month).get(key)
    if value is None:
        raise UserError(f"{month:%Y-%m} 没有施行的政策参数“{key}”，请在后台管理中补上。")
    return int(value)


def next_due(programme: str, day: date, policies: PolicyTable | None = None) -> date:
    """The day by which the next proof is due after one on `day`: the same day of the month, `proof_months` later."""
    months = setting(policies or table(), programme, "proof_months", month_of(day))
    month = add_months(month_of(day), months)
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def notice_days(policies: PolicyTable, day: date) -> dict[str, int]:
    """How long after the due day a person is still paid, by programme (`proof_notice_days`)."""
    return {code: setting(policies, code, "proof_notice_days", month_of(day)) for code in CODES}


def record_proof(
    entitlement: Entitlement, proved_on: date, method: str, actor: Any, note: str = ""
) -> LifeProof:
    """One person was found alive. What was held for want of the proof is lifted, and paid back by the next run."""
    record_proofs([entitlement.pk], proved_on, method, actor, note)
    return LifeProof.objects.get(entitlement=entitlement, proved_on=proved_on)


def record_proofs(
    entitlements: Iterable[int], proved_on: date, method: str, actor: Any, note: str = ""
) -> tuple[int, int]:
    """The same proof for many (a village visited in one morning). Gives how many are proven, and how many of them were
    held and are paid again. Who was proven that day already stays as it is; the dead are refused."""
    _check_proof(proved_on, method)
    with transaction.atomic():
        held = list(
            Entitlement.objects.filter(pk__in=list(entitlements), programme__in=CODES, is_void=False)
            .select_related("person", "programme")
            .order_by("pk")
        )
        for township in sorted({one.division_id[:9] for one in held}):
            check_actor(actor, township, *RECORDERS)
            lock_township(township)
        for one in held:
            death = one.person.death_date
            if death and proved_on > death:
                raise UserError(f"{one.person}已于 {death:%Y-%m-%d} 登记死亡，不能认证在世。")
        known = set(
            LifeProof.objects.filter(entitlement__in=held, proved_on=proved_on).values_list(
                "entitlement", flat=True
            )
        )
        fresh = [one for one in held if one.pk not in known]
        policies = table()
        proofs = [
            LifeProof(
                entitlement=one,
                proved_on=proved_on,
                method=method,
                note=note.strip()[:200],
                next_due=next_due(one.programme_id, proved_on, policies),
                recorded_by=actor,
            )
            for one in fresh
        ]
        LifeProof.objects.bulk_create(proofs)
        changed = [one for one in fresh if _later(one, proved_on, policies)]
        Entitlement.objects.bulk_update(changed, ["review_due"], batch_size=1000)
        lifted = _lift(changed, proved_on, method, actor)
    return len(fresh), lifted


def _check_proof(proved_on: date, method: str) -> None:
    if method not in ProofMethod.values:
        raise UserError("请选择认证方式。", field="method")
    if proved_on > today():
        raise UserError("认证日期不能晚于今天。", field="proved_on")


def _later(held: Entitlement, proved_on: date, policies: PolicyTable) -> bool:
    """Move the due day on; a proof entered late that is older than the newest one moves nothing."""
    due = next_due(held.programme_id, proved_on, policies)
    if held.review_due is not None and held.review_due >= due:
        return False
    held.review_due = due
    return True


def _lift(proven: list[Entitlement], proved_on: date, method: str, actor: Any) -> int:
    """Lift the holds of those who are proven now and not overdue any more, on all their rows of the line; how many
    persons are paid again."""
    people = [one.person_id for one in proven if one.review_due and one.review_due >= today()]
    rows = Entitlement.objects.filter(person__in=people, programme__in=CODES)
    who = f"，{actor.full_name}登记" if actor is not None else ""
    words = f"{proved_on:%Y-%m-%d} 已认证（{ProofMethod(method).label}{who}）"
    lifted = lift_by_system(rows.values_list("pk", flat=True), UNPROVEN, words)
    persons = dict(rows.values_list("pk", "person"))
    return len({persons[hold.entitlement_id] for hold in lifted})


# -- who is due, overdue, held -------------------------------------------------------------------------------


def due_by(day: date, user: Any = None) -> Any:
    """Live holders whose proof is due on or before that day."""
    return finding.live(user).filter(review_due__lte=day)


def unproven(day: date, policies: PolicyTable) -> Any:
    """Live holders whose notice period is over on that day, and who aren't held for it yet."""
    late = Q()
    for code, days in notice_days(policies, day).items():
        late |= Q(programme=code, review_due__lt=day - timedelta(days=days))
    return (
        finding.live()
        .filter(late, person__death_date__isnull=True)
        .exclude(
            pk__in=Hold.objects.filter(lifted_at__isnull=True, reason__startswith=UNPROVEN).values(
                "entitlement"
            )
        )
    )


def hold_unproven(township: str = "", on: date | None = None) -> int:
    """The job: hold whoever stayed unproven after the notice, from the month of this day on. Gives how many are new."""
    day, policies = on or today(), table()
    with transaction.atomic():
        if township:
            lock_township(township)
        rows = unproven(day, policies).select_for_update(of=("self",))
        found = list(rows.within(township) if township else rows)
        held = [
            hold_by_system(one, month_of(day), f"{UNPROVEN}（期限 {one.review_due:%Y-%m-%d}）")
            for one in found
        ]
    return sum(1 for one in held if one is not None)


def may_record(user: Any) -> bool:
    """Whether the account records proofs at all."""
    try:
        check_actor(user, user.division_id, *RECORDERS)
    except NotAllowed:
        return False
    return True
