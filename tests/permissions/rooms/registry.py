"""What the walk meets of the registry besides the spine: a care home."""

from typing import Any

from tests import factories


def build(world: dict[str, Any]) -> dict[str, Any]:
    return {"institution": factories.institution("走查敬老院").pk}
