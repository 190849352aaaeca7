"""Money: Decimal yuan with two places, rounded once per line."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
FEN = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def to_fen(amount: Decimal) -> Decimal:
    """Half-up to the fen."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def yuan_up(amount: Decimal) -> Decimal:
    """Up to the whole yuan, the habit of 低保 and 特困 lines."""
    return amount.quantize(Decimal(1), ROUND_CEILING).quantize(FEN)


ROUNDINGS = {"fen": to_fen, "yuan_up": yuan_up}


def _group_in_capitals(group: int) -> str:
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + _UNITS[place]
            zero = False
        else:
            zero = True
    return text


def in_capitals(amount: Decimal) -> str:
    """人民币大写 of an amount in yuan: 1005.20 → 壹仟零伍元贰角整."""
    sign = "负" if amount < 0 else ""
    fen_total = int(abs(to_fen(amount)) * 100)
    yuan, jiao, fen = fen_total // 100, fen_total // 10 % 10, fen_total % 10
    text, gap = "", False
    for index in range(3, -1, -1):
        group = yuan // 10 ** (4 * index) % 10_000
        if group:
            text += (
                ("零" if text and (gap or group < 1000) else "") + _group_in_capitals(group) + _GROUPS[index]
            )
            gap = False
        elif text:
            gap = True
    text = f"{text}元" if text else ""
    if not jiao and not fen:
        return f"{sign}{text or '零元'}整"
    if jiao:
        text += ("零" if text and yuan % 10 == 0 else "") + f"{_DIGITS[jiao]}角"
    elif text:
        text += "零"
    return f"{sign}{text}" + (f"{_DIGITS[fen]}分" if fen else "整")
