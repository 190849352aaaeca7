"""What a household is like: members, ages, labour, illness, income. Amounts are nobody's business here but the
formula's: only incomes are chosen, so that its answers make the year's total."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from benefits.assessing import assess
from benefits.policy import policy_table
from core.months import add_months, age_in_month
from demo.plan import Movement

URBAN = "dibao_urban"
# Of the standard of a person: what a decided household has at most of its own.
_INCOME_LIMIT = Decimal("0.92")
_ILLNESSES = ("尿毒症透析", "恶性肿瘤", "肝硬化", "脑梗后遗症", "系统性红斑狼疮", "重型再生障碍性贫血")
_COMPLAINTS = ("高血压", "糖尿病", "慢性支气管炎", "类风湿关节炎", "腰椎间盘突出", "冠心病")
_KINDS = ("physical", "physical", "physical", "mental", "intellectual", "visual", "hearing", "multiple")


@dataclass
class Member:
    relation: str
    sex: str
    birth: date
    labour: str = "none"
    disability: tuple[str, int] | None = None
    serious_illness: bool = False
    student: bool = False
    health: str = "良好"
    income: dict[str, int] = field(default_factory=dict)
    death: date | None = None


@dataclass
class Case:
    """A household with its facts, its movement in the year, and the month in which it was decided."""

    movement: Movement
    decided: date
    members: list[Member]
    single_parent: bool = False
    assets: int = 0
    houses: int = 0
    income: dict[str, int] = field(default_factory=dict)

    @property
    def total_income(self) -> int:
        return sum(self.income.values()) + sum(sum(member.income.values()) for member in self.members)

    @property
    def care_class(self) -> str:
        """A: nobody can work and nothing comes in; C: someone can work; B: the rest."""
        labour = {member.labour for member in self.members}
        if "full" in labour:
            return "C"
        return "B" if "partial" in labour or self.total_income else "A"


def facts_of(case: Case, refs: Sequence[str] = ()) -> dict:
    """The facts as the assessment takes them; `refs` name the members (else their position)."""
    return {
        "programme": case.movement.programme,
        "month": f"{case.decided:%Y-%m}",
        "members": [
            {
                "ref": refs[place] if refs else str(place),
                "relation": member.relation,
                "birth_date": member.birth.isoformat(),
                "sex": member.sex,
                "labour": member.labour,
                "disability": _disability(member),
                "serious_illness": member.serious_illness,
                "student": member.student,
                "income": dict(member.income),
            }
            for place, member in enumerate(case.members)
        ],
        "household": {
            "income": dict(case.income),
            "single_parent": case.single_parent,
            "financial_assets": case.assets,
            "houses": case.houses,
            "vehicles": 0,
            "shops": 0,
        },
    }


def _disability(member: Member) -> dict | None:
    return {"kind": member.disability[0], "grade": member.disability[1]} if member.disability else None


# -- members -------------------------------------------------------------------------------------------------


def household(movement: Movement, year: int, rng: Random) -> Case:
    """A household of the movement's size, decided in the month before it is first paid."""
    january = date(year, 1, 1)
    # The stock of January was decided over the year before.
    first = add_months(january, movement.entry - 1 if movement.entry else -rng.randrange(1, 12))
    case = Case(movement, add_months(first, -1), [])
    _BUILDERS[min(movement.size, 4)](case, rng)
    if movement.reason == "death":
        _dies(case, add_months(january, movement.exit - 2), rng)
    case.assets = rng.choice((0, 0, 0, 500, 1000, 2000, 3000, 5000)) * len(case.members)
    case.houses = int(rng.random() < (0.7 if movement.programme == URBAN else 0.95))
    return case


def _dies(case: Case, month: date, rng: Random) -> None:
    head = case.members[0]
    if rng.random() < 0.85:
        head.birth = _born(case, 66, 92, rng)
        head.labour = "none"
        head.disability = None
    head.death = month + timedelta(days=rng.randrange(28))


def _born(case: Case, youngest: int, oldest: int, rng: Random) -> date:
    """A birth date that gives an age in this range in the month of decision."""
    month = add_months(case.decided, -12 * rng.randint(youngest, oldest) - rng.randrange(1, 12))
    return month + timedelta(days=rng.randrange(28))


def _grown(case: Case, relation: str, sex: str, ages: tuple[int, int], rng: Random) -> Member:
    """A grown member with what keeps him or her from a living: age, disability, illness, or only poor work."""
    member = Member(relation, sex, _born(case, *ages, rng))
    age = age_in_month(member.birth, case.decided)
    chance = rng.random()
    if age >= 60:
        member.health = rng.choice((*_COMPLAINTS, "一般"))
        if chance < 0.10:
            member.disability = (rng.choice(_KINDS), rng.choice((1, 2, 2, 3, 3, 4)))
        elif chance < 0.16:
            _falls_ill(member, rng)
        return member
    if chance < 0.26:
        member.disability = (rng.choice(_KINDS), rng.choice((1, 2, 2, 3, 3, 4)))
        member.labour = "none" if member.disability[1] <= 2 else "partial"
        member.health = "残疾"
    elif chance < 0.42:
        _falls_ill(member, rng)
    elif chance < 0.75:
        member.labour = "partial"
        member.health = rng.choice(_COMPLAINTS)
    else:
        member.labour = "full"
    return member


def _falls_ill(member: Member, rng: Random) -> None:
    member.serious_illness = True
    member.health = rng.choice(_ILLNESSES)
    member.labour = "none"


def _child(case: Case, sex: str, ages: tuple[int, int], rng: Random, relation: str = "") -> Member:
    youngest = min(age_in_month(member.birth, case.decided) for member in case.members[:2])
    oldest = max(min(ages[1], youngest - 20), ages[0])
    child = Member(relation or ("son" if sex == "M" else "daughter"), sex, _born(case, ages[0], oldest, rng))
    child.student = 6 <= age_in_month(child.birth, case.decided) < 22
    return child


def _sex(rng: Random) -> str:
    return rng.choice("MF")


def _one(case: Case, rng: Random) -> None:
    ages = (62, 88) if rng.random() < 0.45 else (24, 60)
    case.members = [_grown(case, "head", "M" if rng.random() < 0.6 else "F", ages, rng)]


def _two(case: Case, rng: Random) -> None:
    chance = rng.random()
    if chance < 0.35:
        ages = (60, 84)
        case.members = [_grown(case, "head", "M", ages, rng), _grown(case, "spouse", "F", ages, rng)]
    elif chance < 0.65:
        head = _grown(case, "head", "F" if rng.random() < 0.6 else "M", (30, 50), rng)
        case.members = [head]
        case.members.append(_child(case, _sex(rng), (3, 17), rng))
        case.single_parent = True
    elif chance < 0.85:
        head = _grown(case, "head", _sex(rng), (60, 80), rng)
        sex = _sex(rng)
        child = _grown(case, "son" if sex == "M" else "daughter", sex, (25, 38), rng)
        child.disability, child.labour, child.health = (
            (rng.choice(("mental", "intellectual")), 2),
            "none",
            "残疾",
        )
        child.serious_illness = False
        case.members = [head, child]
    else:
        ages = (40, 58)
        case.members = [_grown(case, "head", "M", ages, rng), _grown(case, "spouse", "F", ages, rng)]


def _three(case: Case, rng: Random) -> None:
    if rng.random() < 0.2:
        ages = (60, 76)
        case.members = [_grown(case, "head", "M", ages, rng), _grown(case, "spouse", "F", ages, rng)]
        case.members.append(_child(case, _sex(rng), (5, 15), rng, "grandchild"))
        return
    case.members = [_grown(case, "head", "M", (32, 50), rng), _grown(case, "spouse", "F", (30, 48), rng)]
    case.members.append(_child(case, _sex(rng), (3, 18), rng))


def _many(case: Case, rng: Random) -> None:
    _three(case, rng)
    while len(case.members) < case.movement.size:
        oldest = age_in_month(case.members[0].birth, case.decided)
        if rng.random() < 0.3 and oldest < 60 and not any(m.relation == "parent" for m in case.members):
            case.members.append(_grown(case, "parent", _sex(rng), (oldest + 20, min(oldest + 30, 95)), rng))
        else:
            relation = "grandchild" if case.members[2].relation == "grandchild" else ""
            case.members.append(_child(case, _sex(rng), (1, 17), rng, relation))


_BUILDERS: dict[int, Callable[[Case, Random], None]] = {1: _one, 2: _two, 3: _three, 4: _many}


# -- incomes -------------------------------------------------------------------------------------------------


def choose_incomes(cases: Sequence[Case], amount: Decimal, rng: Random) -> None:
    """Incomes for the households of one programme, from which the formula's amounts make `amount` yuan in the year.

    The formula is asked what each household would get without any income; `balance` does the rest.
    """
    programme = cases[0].movement.programme
    table = policy_table([programme])
    full = [Decimal(assess(facts_of(case), table=table)["monthly_amount"]) for case in cases]
    standard = table.get(programme, cases[0].decided)["standard"]
    balance(cases, full, standard, amount, rng)


def balance(
    cases: Sequence[Case], full: Sequence[Decimal], standard: Decimal, amount: Decimal, rng: Random
) -> None:
    """Choose every household's income so that the year's payments come to `amount` yuan.

    `full[i]` is what the formula gives `cases[i]` without any income; a yuan of income is a yuan less. In a small
    district without a household paid in a single month the rest may stay a few yuan off.
    """
    months = [case.movement.months for case in cases]
    low = [sum(_pension(case, member) for member in case.members) for case in cases]
    high = [int(standard * case.movement.size * _INCOME_LIMIT) for case in cases]
    wish = [case.movement.size * float(standard) * rng.triangular(0.0, 1.0, 0.3) for case in cases]
    wanted = sum(int(part) * count for part, count in zip(full, months, strict=True)) - int(amount)

    def incomes(factor: float) -> list[int]:
        return [
            min(max(round(wish[i] * factor / 10) * 10, low[i]), max(high[i], low[i]))
            for i in range(len(cases))
        ]

    below, above = 0.0, 50.0
    for _ in range(60):
        middle = (below + above) / 2
        if sum(map(lambda i, n: i * n, incomes(middle), months)) > wanted:
            above = middle
        else:
            below = middle
    found = incomes(below)
    _settle(found, months, high, wanted - sum(map(lambda i, n: i * n, found, months)))
    for case, income in zip(cases, found, strict=True):
        spread_income(case, income, rng)


def _settle(incomes: list[int], months: list[int], high: list[int], rest: int) -> None:
    """Raise single incomes, a few yuan each, until the last yuan is placed: long-paid households first."""
    for place in sorted(range(len(incomes)), key=lambda i: -months[i]):
        room = min(high[place] - incomes[place], 9 if months[place] > 1 else 400)
        step = min(rest // months[place], max(room, 0))
        incomes[place] += step
        rest -= step * months[place]
        if not rest:
            return


def _pension(case: Case, member: Member) -> int:
    """The basic pension of residents (城乡居民基本养老金) from 60 on."""
    age = age_in_month(member.birth, case.decided)
    return 0 if age < 60 else 113 if age < 75 else 118


def spread_income(case: Case, income: int, rng: Random) -> None:
    """Where it comes from: pensions first, then work of who can, the land in the country, else support."""
    rest = income
    for member in case.members:
        pension = min(_pension(case, member), rest)
        if pension:
            member.income["pension"] = pension
            rest -= pension
    if not rest:
        return
    if case.movement.programme != URBAN:
        case.income["farming"] = farming = int(rest * rng.uniform(0.2, 0.6)) // 10 * 10
        rest -= farming
    workers = [m for m in case.members if m.labour in ("full", "partial") and not m.student]
    if workers:
        workers[0].income["wages"] = rest
    elif case.members[0].birth.year < case.decided.year - 45:
        case.members[0].income["support"] = rest
    else:
        case.income["transfer"] = rest
