"""Facts in, amount and breakdown out: the one formula that shows, decides, pays in bulk and recomputes.

Each service line registers the formulas of its programmes; nothing here knows a trade. What a formula returns is turned
into the contract's shape in one place, so that every programme speaks it alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from benefits import compatibility
from benefits.facts import FactsError, Item, read_item
from benefits.policy import Policy, PolicyTable, freeze, merge
from core.errors import UserError
from core.money import ROUNDINGS, to_fen
from core.months import format_month


@dataclass(frozen=True)
class Line:
    """One line of the breakdown: rule code, basis (law and article), `expr` (算式), amount in yuan, rounded."""

    rule: str
    basis: str
    expr: str
    amount: Decimal
    member: str = ""


@dataclass(frozen=True)
class Reason:
    """A failed condition with its figures. `text` says it in Chinese for page and decision."""

    code: str
    actual: Any
    limit: Any
    text: str


@dataclass
class Outcome:
    """What a formula answers. With any reason the answer is a refusal, whatever lines were found."""

    persons: int
    first_month: date
    lines: list[Line] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    covered: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


Policies = Mapping[str, Policy]
Formula = Callable[[Item, Policies], Outcome]


@dataclass(frozen=True)
class Registered:
    formula: Formula
    uses: tuple[str, ...]
    memberless: bool = False


_formulas: dict[str, Registered] = {}


def register(code: str, formula: Formula, uses: Iterable[str] = (), memberless: bool = False) -> None:
    """Declare the formula of a programme; `uses` names further programmes whose policy it reads.

    `memberless`: it asks for no member's facts, and an item without members is complete.
    """
    _formulas[code] = Registered(formula, (code, *uses), memberless)


def _read(item: Any) -> Item:
    return read_item(item, [code for code, known in _formulas.items() if known.memberless])


def registered() -> list[str]:
    """The codes of all programmes that can be assessed."""
    return sorted(_formulas)


def rounded(amount: Decimal, policy: Policy) -> Decimal:
    """A line's amount, rounded as the policy says: up to the whole yuan or half-up to the fen."""
    return ROUNDINGS.get(str(policy.get("round")), to_fen)(amount)


def policies_for(
    item: Mapping, table: PolicyTable | None = None, in_force: date | None = None
) -> dict[str, Policy]:
    """The policy that assessing this item uses: in force in its month, with the item's own overrides.

    This is what an Assessment keeps, so that the same answer comes out of it in later years. `in_force`: another month
    whose policy counts (a standard that takes effect after the month of the decision).
    """
    return _policies(_read(item), table, in_force)


def _policies(item: Item, table: PolicyTable | None, in_force: date | None = None) -> dict[str, Policy]:
    known = _formulas.get(item.programme)
    if known is None:
        raise UserError(f"没有代码为“{item.programme}”的项目，或者它还不能测算。")
    overrides = item.raw.get("policy") or {}
    if not isinstance(overrides, Mapping):
        raise UserError("policy 应当按“项目代码 → 参数”填写。")
    table = table or PolicyTable(known.uses)
    # Not in the contract: the system's own items say where the household lives, for a standard of one township.
    division = str(item.raw["division"]) if item.raw.get("division") else None
    return {
        code: merge(table.get(code, in_force or item.month, division), overrides.get(code))
        for code in known.uses
    }


def assess(
    item: Any, *, table: PolicyTable | None = None, policies: Mapping[str, Mapping] | None = None
) -> dict[str, Any]:
    """One item → one answer of contract §5, or `{"ref", "error"}` when facts are missing or make no sense.

    `table`: policies read once for many items. `policies`: use exactly these (frozen with an earlier assessment) and
    nothing in force today. Writes nothing; reads the policy only when neither is given.
    """
    ref = item.get("ref") if isinstance(item, Mapping) else None
    try:
        facts = _read(item)
        if policies is not None:
            if facts.programme not in _formulas:
                raise UserError(f"没有代码为“{facts.programme}”的项目，或者它还不能测算。")
            used: dict[str, Policy] = {code: merge({}, values) for code, values in policies.items()}
        else:
            used = _policies(facts, table)
        conflicts = compatibility.conflicts(facts)
        outcome = _formulas[facts.programme].formula(facts, used)
    except FactsError as error:
        return {"ref": ref, "error": error.message}
    except UserError as error:
        return {"ref": ref, "error": error.message}
    return _answer(facts, outcome, conflicts)


def assess_all(items: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Many items, the policies read once."""
    table = PolicyTable({code for known in _formulas.values() for code in known.uses})
    for item in items:
        yield assess(item, table=table)


def _answer(item: Item, outcome: Outcome, conflicts: list[dict[str, Any]]) -> dict[str, Any]:
    reasons = list(outcome.reasons)
    barred = [conflict for conflict in conflicts if conflict["verdict"] == "no"]
    if barred:
        reasons.append(
            Reason(
                "holds",
                [conflict["held"] for conflict in barred],
                [],
                "；".join(conflict["text"] for conflict in barred),
            )
        )
    lines = [] if reasons else [line for line in outcome.lines if line.amount]
    return {
        "ref": item.ref,
        "eligible": not reasons,
        "monthly_amount": str(to_fen(sum((line.amount for line in lines), Decimal(0)))),
        "persons": outcome.persons,
        "first_month": None if reasons else format_month(outcome.first_month),
        "lines": [
            {
                "rule": line.rule,
                "basis": line.basis,
                "expr": line.expr,
                "amount": str(to_fen(line.amount)),
                **({"member": line.member} if line.member else {}),
            }
            for line in lines
        ],
        "reasons": [
            {
                "code": one.code,
                "actual": freeze(one.actual),
                "limit": freeze(one.limit),
                "text": one.text,
            }
            for one in reasons
        ],
        "conflicts": conflicts,
        "covered": outcome.covered,
        "figures": freeze(outcome.figures),
    }
