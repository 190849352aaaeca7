"""特困 in the walked township: an application just taken, one granted, and somebody who may apply."""

from typing import Any

from relief.tekun.models import TekunApplication
from tests import factories
from tests.relief import tekun_stories as stories

OWN_NAMES = ("欧阳丁水", "欧阳丁火", "欧阳丁土")


def build(world: dict[str, Any]) -> dict[str, Any]:
    """Keys: `tekun` (open), `tekun_held` (its basic entitlement), `tekun_free` (a person)."""
    clerk, leader = factories.user("township_clerk"), factories.user("township_leader")
    officer = factories.user("bureau_officer")
    case = stories.apply(stories.old_man(name=OWN_NAMES[0]), clerk)
    granted = stories.granted(clerk, leader, officer, person=stories.old_man(name=OWN_NAMES[1]))
    free = stories.old_man(name=OWN_NAMES[2])
    world["numbers"] = (
        *world["numbers"],
        *TekunApplication.objects.values_list("number", flat=True),
    )
    return {
        "tekun": case.pk,
        "tekun_held": granted.basic.pk,
        "tekun_free": free.pk,
        # Its admin pages show basic entitlements alone.
        "tekunholding": granted.basic.pk,
    }
