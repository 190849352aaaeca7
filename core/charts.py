"""A small line chart as server SVG: ≤ 2 series, told apart by dash and label; the table under it is the truth."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 76, 60, 14, 26
LABEL = 14


def nice_top(highest: Decimal) -> Decimal:
    """The next round number (1, 2, 2.5, 5 × 10ⁿ) that leaves room above the highest value."""
    step = Decimal(1)
    while step * 10 < highest:
        step *= 10
    return next(step * n for n in map(Decimal, ("1", "2", "2.5", "5", "10")) if step * n >= highest)


def _apart(lines: list[dict[str, Any]]) -> None:
    """Two names that would stand on one another are moved apart, the upper line's name up."""
    ends = [line["end"] for line in lines if line["end"]]
    if len(ends) < 2 or abs(ends[0][1] - ends[1][1]) >= LABEL:
        return
    middle, upper = (ends[0][1] + ends[1][1]) / 2, 0 if ends[0][1] <= ends[1][1] else 1
    for place, line in enumerate(lines):
        line["end"] = ends[place][0], middle + (-LABEL if place == upper else LABEL) / 2


def line_chart(points: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """`[(label, value[, value2]), …]` → what `components/chart.html` draws. From 0; None breaks a line."""
    rows = [(str(point[0]), list(point[1:])) for point in points]
    series = max((len(values) for _, values in rows), default=0)
    numbers = [Decimal(value) for _, values in rows for value in values if value is not None]
    top = nice_top(max(numbers, default=Decimal(1)) or Decimal(1))
    step = (WIDTH - LEFT - RIGHT) / max(len(rows) - 1, 1)

    def place(index: int, value: Any) -> tuple[float, float]:
        share = float(Decimal(value) / top)
        return round(LEFT + index * step, 1), round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    lines = []
    for number in range(series):
        path, last, end = "", None, None
        for index, (_, values) in enumerate(rows):
            value = values[number] if number < len(values) else None
            if value is None:
                last = None
                continue
            x, y = place(index, value)
            path += f"{'L' if last else 'M'}{x} {y} "
            last = end = (x, y)
        lines.append({"path": path.strip(), "end": end, "second": number == 1})
    _apart(lines)
    grid = [{"y": place(0, top * share / 4)[1], "value": top * share / 4} for share in range(5)]
    labels = [{"x": place(index, 0)[0], "text": label} for index, (label, _) in enumerate(rows)]
    return {
        "lines": lines,
        "grid": grid,
        "labels": labels,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "base": HEIGHT - BOTTOM,
    }
