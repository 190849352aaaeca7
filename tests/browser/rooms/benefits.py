"""Pages of the rules between programmes."""

from typing import Any

from tests.browser.places import Place

PLACES = [
    Place("relief1", "benefits:compatibility", shot="compatibility", tablet_shot="compatibility-tablet")
]


def build(staff: Any) -> dict[str, Any]:
    return {}
