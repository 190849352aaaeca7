"""How the old 低保 ledgers write things: type, class, stop reason, months. Pure functions, each `(value, repairs)`."""

from datetime import date
from typing import Any

from benefits.models import CareClass, EndReason
from core.cells import as_text, clean_text, narrow, parse_month_cell
from core.errors import UserError

TYPES = {
    "dibao_urban": {"城市", "城镇", "城市低保", "城镇低保", "城市居民", "城低", "城", "dibao_urban"},
    "dibao_rural": {"农村", "乡村", "农村低保", "农村居民", "农低", "农", "dibao_rural"},
}
# Words of the ledgers beside the official labels; the longer ones decide before the shorter ones they contain.
REASON_WORDS: dict[str, EndReason] = {
    "退休": EndReason.PENSION,
    "养老金": EndReason.PENSION,
    "养老保险": EndReason.PENSION,
    "工商": EndReason.BUSINESS,
    "注册企业": EndReason.BUSINESS,
    "开办企业": EndReason.BUSINESS,
    "营业执照": EndReason.BUSINESS,
    "税务": EndReason.TAX,
    "纳税": EndReason.TAX,
    "个税": EndReason.TAX,
    "车辆": EndReason.VEHICLE,
    "机动车": EndReason.VEHICLE,
    "购车": EndReason.VEHICLE,
    "有车": EndReason.VEHICLE,
    "多处房产": EndReason.PROPERTY,
    "多套房": EndReason.PROPERTY,
    "房产": EndReason.PROPERTY,
    "购房": EndReason.PROPERTY,
    "门面": EndReason.SHOP,
    "商铺": EndReason.SHOP,
    "财政供养": EndReason.PAYROLL,
    "公职": EndReason.PAYROLL,
    "经济状况": EndReason.MEANS,
    "财产状况": EndReason.MEANS,
    "财产超": EndReason.MEANS,
    "死亡": EndReason.DEATH,
    "去世": EndReason.DEATH,
    "病故": EndReason.DEATH,
    "亡故": EndReason.DEATH,
    "身故": EndReason.DEATH,
    "迁出": EndReason.MOVED,
    "户口迁移": EndReason.MOVED,
    "收入增加": EndReason.INCOME,
    "收入超": EndReason.INCOME,
    "收入提高": EndReason.INCOME,
    "不配合": EndReason.REFUSED,
    "拒绝核查": EndReason.REFUSED,
    "放弃": EndReason.WITHDREW,
    "自愿退": EndReason.WITHDREW,
    "主动退": EndReason.WITHDREW,
    "特困": EndReason.TO_TEKUN,
    "五保": EndReason.TO_TEKUN,
    "服刑": EndReason.SENTENCE,
    "判刑": EndReason.SENTENCE,
    "入狱": EndReason.SENTENCE,
    "收监": EndReason.SENTENCE,
    "失联": EndReason.MISSING,
    "下落不明": EndReason.MISSING,
    "失踪": EndReason.MISSING,
}


def read_type(value: Any) -> tuple[str, list[str]]:
    """城市|农村 and their variants → programme code."""
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "")
    for code, words in TYPES.items():
        if tidy in words:
            return code, repairs if tidy in ("城市", "农村") else [f"“{text}”按“{_plain(code)}”"]
    raise UserError(f"类型“{text}”看不懂，请填 城市 或 农村")


def _plain(code: str) -> str:
    return "城市" if code == "dibao_urban" else "农村"


def read_class(value: Any) -> tuple[str, list[str]]:
    """A, A类, ａ → A."""
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "").upper().removesuffix("类")
    if tidy in CareClass.values:
        return tidy, repairs if text == tidy else [f"“{text}”改写为 {tidy}"]
    raise UserError(f"保障类别“{text}”看不懂，请填 A、B 或 C")


def read_reason(value: Any) -> tuple[tuple[str, str], list[str]]:
    """The ledger's words for a stop → (reason code, note). What fits none or several is 其他 with those words kept."""
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "")
    for reason in EndReason:
        if tidy in (reason.value, reason.label):
            return (reason.value, ""), repairs
    hits = {reason for word, reason in REASON_WORDS.items() if word in tidy}
    if len(hits) == 1:
        reason = hits.pop()
        return (reason.value, text), [*repairs, f"“{text}”按“{reason.label}”"]
    return (EndReason.OTHER.value, text), repairs


def read_month(value: Any) -> tuple[date | None, list[str]]:
    """A month cell. 2020.1 kept as a number may be January or (2020.10) October, and is refused rather than guessed."""
    if isinstance(value, float) and 1900 <= value < 3000 and not value.is_integer():
        text = as_text(value)
        part = text.partition(".")[2]
        if part == "1":
            year = text[:4]
            raise UserError(f"“{text}”是数值，分不清是 1 月还是 10 月，请写成 {year}-01 或 {year}-10")
        if len(part) > 2:
            raise UserError(f"月份“{text}”看不懂，请写成 2020-12 的样子")
    return parse_month_cell(value)
