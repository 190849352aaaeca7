"""Taking over old ledgers of programmes: how they write stop reasons and months, what their importers do alike."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from itertools import combinations
from typing import Any

from benefits.models import EndReason, Entitlement
from core.cells import as_text, clean_text, is_blank, narrow, parse_month_cell
from core.errors import UserError
from core.importing import REJECTED, UNCHANGED, Importer, Row
from core.months import add_months, format_month

MOST_NOTES = 200
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


def read_reason(
    value: Any, words: Mapping[str, EndReason] = REASON_WORDS
) -> tuple[tuple[str, str], list[str]]:
    """The ledger's words for a stop → (reason code, note). What fits none or several is 其他 with those words kept."""
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "")
    for reason in EndReason:
        if tidy in (reason.value, reason.label):
            return (reason.value, ""), repairs
    hits = {reason for word, reason in words.items() if word in tidy}
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


def overlap(first: date, last: date | None, other_first: date, other_last: date | None) -> bool:
    """Whether two spans of months (both ends included, None open) share a month."""
    return (last is None or other_first <= last) and (other_last is None or first <= other_last)


def span(first: date, last: date | None) -> str:
    return f"{format_month(first)} 至 {format_month(last) or '今'}"


def each_once(rows: Iterable[Row], key: Callable[[Mapping[str, Any]], Hashable], whose: str) -> None:
    """Rows of one `key` (read from a row's data) that overlap in their months contradict each other: all of them are
    refused, `whose` saying what they share. An exact repetition stands once and adds nothing."""
    kept: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        mine = kept[key(row.data)]
        same = next((other for other in mine if other.data == row.data), None)
        if same:
            row.action = UNCHANGED
            row.warnings.append(f"与{same.where}完全相同")
        else:
            mine.append(row)
    for mine in kept.values():
        for one, other in combinations(mine, 2):
            if overlap(one.data["first"], one.data["last"], other.data["first"], other.data["last"]):
                one.refuse("起始月份", f"与{other.where}是{whose}，月份重叠")
                other.refuse("起始月份", f"与{one.where}是{whose}，月份重叠")


def no_overlap(row: Row, held: Iterable[Entitlement], who: str) -> None:
    """A row whose months overlap what is held already is refused; `who` begins the sentence (该户、此人)."""
    data = row.data
    for one in held:
        if not one.is_void and overlap(data["first"], data["last"], one.first_month, one.last_month):
            row.refuse(
                "起始月份",
                f"{who}已有{one.programme}（{span(one.first_month, one.last_month)}，"
                f"每月 {one.monthly_amount} 元），月份重叠，变更须走变更程序",
            )
            return


class TakeOver(Importer):
    """Base of the ledgers of programmes: live and ended rows of an old system; what it stated stays its decision."""

    reason_words: Mapping[str, EndReason] = REASON_WORDS

    def read_stop(self, row: Row) -> None:
        """The stop column is the first month no longer paid: `last`, `end_reason`, `end_note` of the row's data."""
        title = self.titles["stop"]
        stop = self.read(row, "stop", read_month)
        reason = self.read(row, "reason", read_reason, self.reason_words)
        row.data["last"] = add_months(stop, -1) if stop else None
        row.data["end_reason"], row.data["end_note"] = reason or ("", "")
        if stop and row.data["first"] and stop <= row.data["first"]:
            row.refuse(title, f"{format_month(stop)} 不晚于起始月份 {format_month(row.data['first'])}")
        if stop and not reason:
            row.data["end_reason"], row.data["end_note"] = EndReason.OTHER.value, "旧台账未注明原因"
            row.warnings.append("停止没有写原因，按“其他”")
        if reason and not stop and is_blank(row.raw.get("stop")):
            row.refuse(title, f"写了{self.titles['reason']}却没有{title}")

    def tell(self, rows: list[Row]) -> None:
        warned = [row for row in rows if row.warnings and row.action != REJECTED]
        for row in warned[:MOST_NOTES]:
            self.notes.append(f"{row.where}：{'；'.join(row.warnings)}")
        if len(warned) > MOST_NOTES:
            self.notes.append(f"另有 {len(warned) - MOST_NOTES} 行也有提示。")

    def more_counts(self, rows: list[Row]) -> dict[str, int]:
        return {"warnings": sum(1 for row in rows if row.warnings and row.action != REJECTED)}
