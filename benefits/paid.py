"""What the bank carried out on holdings in a year.

The runs know; they stand above and register their answer here, as for what came back (`benefits.returned`).
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from benefits.returned import Holding

Answer = Callable[[Collection[Holding], int], Mapping[Holding, Decimal]]
_answers: list[Answer] = []


def register(answer: Answer) -> None:
    """`answer(holdings, year)`: yuan paid in the runs of the year, by holding; holdings without any left out."""
    if answer not in _answers:
        _answers.append(answer)


def paid_in(holdings: Collection[Holding], year: int) -> dict[Holding, Decimal]:
    """Holding → yuan, as whoever pays knows it."""
    return (
        {key: sum_ for answer in _answers for key, sum_ in answer(holdings, year).items()} if holdings else {}
    )
