"""What the line adds to the walk: a list at the township, one at the bureau, a single application, a holder."""

from datetime import date
from typing import Any

from elderly import services
from elderly.rules import ALLOWANCE
from tests import factories
from tests.elderly import people

OWN_NAMES = ("欧阳丁松", "欧阳丁柏", "欧阳丁桂")


def build(world: dict[str, Any]) -> dict[str, Any]:
    """Three old people of the walked township: granted, on the list of a later month, and at the counter."""
    clerk, chief = factories.user("township_clerk"), people.officer()
    holder = people.old(date(1929, 1, 5), name=OWN_NAMES[0])
    people.granted(people.MARCH, clerk=clerk, chief=chief)
    people.old(date(1930, 4, 5), name=OWN_NAMES[1])
    people.propose(date(2020, 4, 1))
    batch = people.listed(date(2020, 4, 1))
    single = services.apply(people.old(date(1931, 5, 5), name=OWN_NAMES[2]), clerk, on=date(2020, 4, 2))
    held = holder.entitlements.get(programme=ALLOWANCE)
    services.record_proof(held, date(2020, 5, 1), "visit", clerk)
    return {
        "allowancelist": batch.pk,
        "allowanceapplication": single.pk,
        "allowance": held.pk,
        "holding": held.pk,
        "lifeproof": held.proofs.get().pk,
        "old": holder.pk,
    }


def SECRETS(user: Any, world: dict[str, Any]) -> tuple[str, ...]:
    """An officer of another line reads no number of the line's cases."""
    from elderly.models import AllowanceApplication

    if user is not None and user.role == "bureau_officer" and "elderly" not in user.lines:
        return tuple(AllowanceApplication.objects.values_list("number", flat=True))
    return ()
