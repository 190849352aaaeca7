"""What was paid on a holding after it should have ended, and how much of it came back.

The runs and claims know; they stand above and register their answer here, so that a re-check can ask without knowing
them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.money import ZERO

Holding = tuple[str, int]  # programme code, beneficiary


@dataclass(frozen=True)
class Money:
    """Yuan of one holding: found to have been overpaid, and back by set-off or repayment."""

    overpaid: Decimal = ZERO
    back: Decimal = ZERO


Answer = Callable[[Mapping[Holding, datetime]], dict[Holding, Money]]
_answers: list[Answer] = []


def register(answer: Answer) -> None:
    """`answer(since)`: the money of each holding found overpaid from that moment on; holdings without any left out."""
    if answer not in _answers:
        _answers.append(answer)


def money_since(since: Mapping[Holding, datetime]) -> dict[Holding, Money]:
    """Holding → money, as whoever pays knows it."""
    return {key: money for answer in _answers for key, money in answer(since).items()} if since else {}
