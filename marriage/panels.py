"""What waits at the counter: for the desk, the menu, the workbench and the search box."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from casework.models import CaseState
from casework.services import today
from core.places import Hit, HitGroup, Stat
from core.workdays import Calendar
from district.models import Role
from marriage import days
from marriage.models import Certificate, Letter, MarriageCase, Registration


def is_registrar(user: Any) -> bool:
    return user.role == Role.REGISTRAR and user.office_id is not None


def cases(user: Any) -> Any:
    """Open cases of the own office."""
    return (
        MarriageCase.objects.visible_to(user)
        .filter(state=CaseState.OPEN)
        .select_related("registration")
        .prefetch_related("registration__parties")
    )


def waiting(user: Any) -> Any:
    """Applications of the counter: to be looked at, or accepted and without their certificate."""
    return cases(user).filter(Q(stage="declare") | Q(stage="issue", registration__receipt_on__isnull=True))


def in_window(user: Any) -> Any:
    """Divorces whose issuing window is open."""
    return cases(user).filter(stage="issue", registration__receipt_on__isnull=False)


def cooling(user: Any) -> Any:
    return cases(user).filter(stage="cooling")


def waiting_count(user: Any) -> int:
    return waiting(user).count() + in_window(user).count() if is_registrar(user) else 0


def window_ends(user: Any) -> bool:
    """Whether a window ends today or was overlooked."""
    return in_window(user).filter(registration__window_until__lte=today()).exists()


@dataclass(frozen=True)
class DeskFigures:
    """One day's counts of the office."""

    married: int
    divorced: int
    reissued: int
    spoiled: int


def of_day(user: Any, day: date) -> DeskFigures:
    found = {one["letter"]: one for one in days.lines(user.office, day)}
    return DeskFigures(
        found[Letter.J]["standing"],
        found[Letter.L]["standing"],
        found[Letter.BJ]["standing"] + found[Letter.BL]["standing"],
        sum(one["spoiled"] for one in found.values()),
    )


def figures(user: Any) -> Iterable[Stat]:
    """For the desk and the workbench: today's acts, what waits, what opens and ends."""
    if not is_registrar(user):
        return []
    day, desk = today(), reverse("marriage:desk")
    done = of_day(user, day)
    counts = cases(user).aggregate(
        waiting=Count(
            "pk", filter=Q(stage="declare") | Q(stage="issue", registration__receipt_on__isnull=True)
        ),
        window=Count("pk", filter=Q(stage="issue", registration__receipt_on__isnull=False)),
        ends=Count("pk", filter=Q(stage="issue", registration__window_until=day)),
        opens=Count("pk", filter=Q(registration__window_from=day)),
        soon=Count(
            "pk", filter=Q(stage="issue", registration__window_until__range=(day, day + timedelta(days=7)))
        ),
        cooling=Count("pk", filter=Q(stage="cooling")),
    )
    today_url = reverse("marriage:day", args=[day])
    context = f"结婚 {done.married}，离婚 {done.divorced}，补发 {done.reissued}"
    return [
        Stat("今日登记", done.married + done.divorced + done.reissued, "件", context, today_url),
        Stat("待审查发证", counts["waiting"], "件", "当场办结", f"{desk}#waiting"),
        Stat("发证期内", counts["window"], "件", f"今日开始 {counts['opens']} 件", f"{desk}#window"),
        Stat(
            "今日届满",
            counts["ends"],
            "件",
            f"七日内届满 {counts['soon']} 件",
            f"{desk}#window",
            "warn" if counts["ends"] else "",
        ),
        Stat("冷静期内", counts["cooling"], "件", "双方均可撤回", f"{desk}#cooling"),
        Stat("今日作废", done.spoiled, "号", "号码都有着落", today_url),
    ]


def left_of(found: list[Any]) -> list[Any]:
    """Cases with the working days left to their day."""
    left = Calendar().left_for(today(), [one.due_on for one in found])
    for one in found:
        one.days = left[one.due_on]
    return found


def search(user: Any, text: str) -> HitGroup | None:
    """Certificates by their whole number, people by their whole ID number: files of the own office."""
    word = text.strip().upper()
    if not is_registrar(user) or len(word) < 15:
        return None
    mine = Registration.objects.visible_to(user).prefetch_related("parties")
    numbers = Certificate.objects.filter(number=word).values("registration")
    found = mine.filter(Q(pk__in=numbers) | Q(parties__id_number=word)).distinct().order_by("-pk")[:20]
    hits = [
        Hit(
            title=f"{one.couple} {one.get_kind_display()}",
            url=one.get_absolute_url(),
            facts=f"{one.registered_on:%Y-%m-%d} 登记" if one.registered_on else "办理中",
            tag=one.get_state_display(),
        )
        for one in found
    ]
    return HitGroup("婚姻登记档案", hits, "")


def spoiled_waiting(user: Any) -> Any:
    """Acts whose sheet was spoiled and that wait for their next number."""
    return days.unreplaced(user.office).prefetch_related("parties")
