"""A district with something to pay: entitlements as decisions would leave them, runs taken through all hands."""

from datetime import date
from decimal import Decimal
from typing import Any

from benefits.models import Entitlement, EntitlementMember, Hold
from core.jobs import run_job_inline
from payouts import services
from payouts.models import Run, RunState
from tests import factories

NOV, DEC, JAN, FEB = date(2020, 11, 1), date(2020, 12, 1), date(2021, 1, 1), date(2021, 2, 1)


def entitlement(
    amount: int | str = 500,
    first: date = DEC,
    last: date | None = None,
    programme: str = "dibao_urban",
    members: int = 1,
    home: Any = None,
    **fields: Any,
) -> Entitlement:
    """A household's entitlement from a month on; a new household with account unless one is given."""
    account = fields.pop("account", True)
    home = home or factories.household(
        members=members, division=fields.pop("division", factories.VILLAGE), account=account
    )
    found = Entitlement.objects.create(
        **{"persons": members, **fields},
        programme_id=programme,
        household=home,
        person=home.head,
        beneficiary_id=home.pk,
        division_id=home.division_id,
        monthly_amount=Decimal(amount),
        first_month=first,
        last_month=last,
    )
    EntitlementMember.objects.bulk_create(
        EntitlementMember(
            entitlement=found, person=one, group=found.programme.group, first_month=first, last_month=last
        )
        for one in home.people[:members]
    )
    found.home = home  # type: ignore[attr-defined]
    return found


def entitlements(count: int, **fields: Any) -> list[Entitlement]:
    return [entitlement(**fields) for _ in range(count)]


def build(month: date = DEC, programme: str = "dibao_urban", division: Any = None, actor: Any = None) -> Run:
    """The month's run as a draft, made here without a worker."""
    run = services.build_run(programme, month, division, actor, enqueue=False)
    if run.state == RunState.BUILDING:
        run_job_inline(run.job)
    run.refresh_from_db()
    return run


class Hands:
    """The people who take a run through: two of finance and a leader."""

    def __init__(self) -> None:
        self.maker, self.reviewer = factories.user("finance"), factories.user("finance")
        self.leader = factories.user("leader")

    def made(self, month: date = DEC, **about: Any) -> Run:
        return build(month, actor=self.maker, **about)

    def locked(self, run: Run) -> Run:
        services.review(run, self.reviewer)
        services.approve(run, self.leader)
        return services.lock(run, self.leader)

    def paid(self, month: date = DEC, fail: Any = (), **about: Any) -> Run:
        """A month built, locked and answered by the bank; `fail`: households whose payment fails."""
        run = self.locked(self.made(month, **about))
        services.load_bank_return(answer(run, fail), "回盘.csv", self.maker)
        run.refresh_from_db()
        return run


def answer(run: Run, fail: Any = (), reason: str = "账户已销户") -> bytes:
    """What the bank sends back for a run; `fail`: households (or their keys) that fail."""
    failing = {getattr(one, "pk", one) for one in fail}
    lines = ["批次号,序号,账号,户名,金额,结果,失败原因"]
    for one in run.transfers.exclude(seq=None).order_by("seq"):
        bad = one.beneficiary_id in failing
        lines.append(
            f"{run.number},{one.seq},{one.account_number},{one.account_name},{one.amount},"
            f"{'失败' if bad else '成功'},{reason if bad else ''}"
        )
    return "\r\n".join(lines).encode("gbk")


def change(old: Entitlement, amount: int | str, first: date, reason: str = "家庭收入变化") -> Entitlement:
    """What benefits does when a decision changes the past: the old row ends (or is void), a successor opens."""
    home = old.home  # type: ignore[attr-defined]
    if first <= old.first_month:
        Entitlement.objects.filter(pk=old.pk).update(is_void=True)
    else:
        from core.months import add_months

        Entitlement.objects.filter(pk=old.pk).update(last_month=add_months(first, -1))
    return entitlement(
        amount, first, old.last_month, old.programme_id, old.persons, home, previous=old, change_reason=reason
    )


def end(old: Entitlement, last: date, reason: str = "death") -> None:
    Entitlement.objects.filter(pk=old.pk).update(last_month=last, end_reason=reason)


def hold(found: Entitlement, first: date, last: date | None = None) -> Hold:
    return Hold.objects.create(entitlement=found, first_month=first, last_month=last, reason="死亡名单待核实")
