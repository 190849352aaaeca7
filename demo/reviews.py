"""The regular reviews (定期核查) up to today: nearly all done in time, spread over the class's interval, a few late."""

from datetime import timedelta
from functools import cache
from random import Random

from django.db import transaction
from django.utils import timezone

from benefits.models import Entitlement
from benefits.services import review_due
from core.months import add_months, month_of, months_between
from core.workdays import Calendar
from demo.accounts import Staff
from relief.dibao.models import Review, ReviewResult

_LATE = 0.04
_FOUND = ("家庭情况无变化。", "收入与上次核查一致。", "入户核查，生活仍困难。", "成员无增减，仍符合条件。")


@transaction.atomic
def review_all(staff: Staff, rng: Random) -> int:
    """Write the last review of each live entitlement and when its next is due; gives how many are late."""
    today, calendar = timezone.localdate(), Calendar()
    due_after = cache(lambda programme, care_class, month: review_due(programme, care_class, month))
    live = Entitlement.objects.filter(programme__group="dibao", is_void=False, last_month=None).only(
        "pk", "programme_id", "care_class", "division_id", "review_due"
    )
    reviews, changed, late = [], [], 0
    for one in live.order_by("pk"):
        first_due = due_after(one.programme_id, one.care_class or "A", add_months(month_of(today), 1))
        interval = months_between(month_of(today), month_of(first_due)) if first_due else 12
        behind = rng.random() < _LATE
        months_ago = interval + 1 if behind else rng.randrange(interval)
        day = calendar.next(add_months(month_of(today), -months_ago) + timedelta(days=rng.randrange(20)))
        day = min(day, today)
        one.review_due = due_after(one.programme_id, one.care_class or "A", add_months(month_of(day), 1))
        late += one.review_due < today
        changed.append(one)
        reviews.append(
            Review(
                entitlement=one,
                reviewed_on=day,
                result=ReviewResult.CONTINUE,
                note=rng.choice(_FOUND),
                next_due=one.review_due,
                reviewed_by=staff.clerk(one.division_id),
            )
        )
    Review.objects.bulk_create(reviews, batch_size=2000)
    Entitlement.objects.bulk_update(changed, ["review_due"], batch_size=2000)
    return late
