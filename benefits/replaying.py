"""Computing past decisions again: from the frozen facts with the frozen policy, by today's program.

A difference means that the formula changed or that a row was touched; both must be found.
"""

from dataclasses import dataclass
from decimal import Decimal

from benefits.assessing import assess
from benefits.models import Assessment
from core.money import ZERO


@dataclass(frozen=True)
class Recomputed:
    """What the assessment kept and what comes out now; `error` when it can no longer be computed."""

    assessment: Assessment
    amount: Decimal
    persons: int
    error: str = ""

    @property
    def agrees(self) -> bool:
        return not self.error and self.amount == self.assessment.monthly_amount


def recompute(assessment: Assessment) -> Recomputed:
    """Assess again exactly what the assessment kept: its facts, its policy, nothing in force today."""
    answer = assess(assessment.facts, policies=assessment.policy)
    if "error" in answer:
        return Recomputed(assessment, ZERO, 0, answer["error"])
    return Recomputed(assessment, Decimal(answer["monthly_amount"]), answer["persons"])
