"""`import_allowance`: the old ledger of allowances taken over, live and ended (contract §2).

Bands are not checked: the stated amount stays the old ledger's decision; the system's own is set beside it as a
warning.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from benefits.models import EndReason, Entitlement, EntitlementMember, EntitlementSource, Programme
from benefits.services import check_death_month, end_entitlement, grant_bulk
from benefits.takeover import TakeOver, each_once, overlap, read_month, span
from core import cells, identity
from core.cells import clean_text
from core.errors import UserError
from core.importing import CREATED, REJECTED, UNCHANGED, UPDATED, Row
from core.months import add_months, format_month, month_of
from core.sheets import Column
from district.models import Line
from elderly.facts import Dues
from elderly.rules import CODES
from elderly.services.proofs import next_due
from registry.batches import ledger
from registry.models import DisabilityCertificate, Person
from registry.rules import read_certificate
from registry.services import add_certificate

COLUMNS = (
    Column("programme", "项目代码", ("项目", "补贴项目"), required=True),
    Column("id_number", "身份证号", ("身份证号码", "公民身份号码", "身份证"), required=True, identifier=True),
    Column("amount", "月标准", ("月金额", "月补贴标准", "补贴标准"), required=True),
    Column("first", "起始月份", ("起始年月", "开始月份"), required=True),
    Column("stop", "停止月份", ("停发月份", "停止年月")),
    Column("reason", "停止原因", ("停发原因",)),
    Column("certificate", "残疾证号", ("残疾证号码",), identifier=True),
)  # fmt: skip


@ledger("allowance")
class AllowanceImporter(TakeOver):
    """Live and ended allowances of the old ledger."""

    title = "高龄津贴台账"
    columns = COLUMNS
    line: ClassVar[str] = "elderly"
    roles: ClassVar[frozenset] = frozenset({"township_clerk", "bureau_officer"})
    by_office = False

    def __init__(self, user: Any = None, today: date | None = None):
        super().__init__(user, today)
        self.programmes = {one.pk: one for one in Programme.objects.all()}
        self.people: dict[str, Person] = {}
        self.endings: list[tuple[Row, Entitlement]] = []

    # --- one row ---

    def parse(self, row: Row) -> None:
        self.require(row, "programme", "id_number", "amount", "first")
        data, read = row.data, self.read
        data["programme"] = read(row, "programme", self._programme)
        found = read(row, "id_number", identity.read_id, self.today)
        data["id_number"] = found and found.number
        data["amount"] = read(row, "amount", cells.parse_amount, row.raw.head.units.get("amount", 1))
        if data["amount"] is not None and not data["amount"]:
            row.refuse("月标准", "应大于 0")
        data["first"] = read(row, "first", read_month)
        self.read_stop(row)
        card = read(row, "certificate", read_certificate)
        data["certificate"] = card.number if card else ""
        if card and data["id_number"] and card.holder != data["id_number"]:
            row.refuse("残疾证号", "与身份证号不符")

    def _programme(self, value: Any) -> tuple[str, list[str]]:
        """A code of a person's monthly programme of this line; its Chinese name is read too."""
        text, repairs = clean_text(value)
        tidy = text.lower().replace(" ", "")
        found = self.programmes.get(tidy) or next(
            (one for one in self.programmes.values() if one.name == text), None
        )
        if found is None:
            known = "、".join(f"{one.pk}（{one.name}）" for one in self._own())
            raise UserError(f"没有代码为“{text}”的项目；可填 {known}")
        if found not in self._own():
            raise UserError(f"“{found.name}”不由老龄台账接收，请用该业务的台账导入")
        return found.pk, repairs if tidy == found.pk else [*repairs, f"“{text}”按 {found.pk}"]

    def _own(self) -> list[Programme]:
        return [
            one
            for one in self.programmes.values()
            if one.line == Line.ELDERLY and one.beneficiary == "person" and not one.is_one_off
        ]

    # --- with the registry and what is held ---

    def plan(self, rows: list[Row]) -> None:
        self._people(self.standing(rows))
        each_once(self.standing(rows), self._key, "同一人")
        self._against_held(self.standing(rows))
        self._continued(self.standing(rows))
        for row in self.standing(rows):
            if not row.action:
                self._card(row)
        self._beside(self.standing(rows))
        for row in self.standing(rows):
            row.action = row.action or CREATED
        self.tell(rows)

    def _people(self, rows: list[Row]) -> None:
        numbers = {row.data["id_number"] for row in rows}
        self.people = {
            one.id_number: one
            for one in Person.objects.filter(id_number__in=numbers).select_related("division")
        }
        for row in rows:
            person = self.people.get(row.data["id_number"])
            if person is None:
                row.refuse("身份证号", "登记册中没有此人，请先导入居民与家庭")
            elif not person.division_id.startswith(self.area):
                row.refuse("身份证号", "此人不在您的辖区内")
            else:
                row.data.update(person=person.pk, division=person.division_id)
                self._death(row, person)

    def _death(self, row: Row, person: Person) -> None:
        """A live row of somebody who is registered as dead would be paid: the ledger has to say when it stopped."""
        death = person.death_date
        if death is None:
            return
        last = row.data["last"]
        if last is None or last > month_of(death):
            row.refuse("停止月份", f"登记册中 {death:%Y-%m-%d} 死亡，停止月份应不晚于次月")

    def _key(self, data: Mapping[str, Any]) -> tuple[int, str]:
        return data["person"], self._group(data["programme"])

    def _group(self, code: str) -> str:
        return self.programmes[code].group or code

    def _against_held(self, rows: list[Row]) -> None:
        """The same row taken over before is unchanged (or has ended meanwhile); an overlap is refused."""
        held: dict[tuple, list[Entitlement]] = defaultdict(list)
        people = {row.data["person"] for row in rows}
        covered = EntitlementMember.objects.filter(person__in=people, is_void=False)
        for one in covered.select_related("entitlement__programme", "entitlement__person"):
            held[one.person_id, one.group].append(one.entitlement)
        for row in rows:
            if row.action:
                continue
            mine = held[row.data["person"], self._group(row.data["programme"])]
            same = next((one for one in mine if self._is_same(one, row.data)), None)
            if same is not None:
                self._again(row, same, any(one.previous_id == same.pk for one in mine))
            else:
                self._no_overlap(row, mine)

    def _is_same(self, held: Entitlement, data: dict[str, Any]) -> bool:
        return held.source == EntitlementSource.TAKEN_OVER and (
            (held.programme_id, held.first_month, held.monthly_amount)
            == (data["programme"], data["first"], data["amount"])
        )

    def _no_overlap(self, row: Row, mine: list[Entitlement]) -> None:
        data = row.data
        for one in mine:
            if overlap(data["first"], data["last"], one.first_month, one.last_month):
                months = span(one.first_month, one.last_month)
                row.refuse(
                    "起始月份",
                    f"已享受{one.programme}（{months}，每月 {one.monthly_amount} 元），月份重叠，变更须在系统内办理",
                )
                return

    def _again(self, row: Row, held: Entitlement, changed: bool) -> None:
        last = row.data["last"]
        row.action = UNCHANGED
        if last == held.last_month:
            pass
        elif last is None:
            row.warnings.append("此人在本系统中已变更或停发，未改动")
        elif changed or held.last_month:
            row.refuse("停止月份", "此人在本系统中已变更或停发，请在系统内办理")
        else:
            self._ends(row, held)
        if row.action != REJECTED:
            self._card(row)

    def _ends(self, row: Row, held: Entitlement) -> None:
        """The old ledger has stopped it meanwhile."""
        try:
            check_death_month(held, row.data["last"], row.data["end_reason"])
        except UserError as error:
            row.refuse("停止月份", error.message)
            return
        row.action = UPDATED
        row.changes.append(("末月", "", format_month(row.data["last"])))
        self.endings.append((row, held))

    def _card(self, row: Row) -> None:
        """A certificate that the registry doesn't have yet is entered with the row."""
        number = row.data["certificate"]
        if not number:
            return
        known = DisabilityCertificate.objects.filter(person=row.data["person"], until=None).first()
        if known is None or known.number != number:
            row.data["new_card"] = True
            row.changes.append(("残疾证号", known.number if known else "", number))
            if row.action == UNCHANGED:
                row.action = UPDATED

    def _continued(self, rows: list[Row]) -> None:
        """A row whose stop is where the same person's next row begins was a change of amount, no ending."""
        begins = {(row.data["person"], self._group(row.data["programme"]), row.data["first"]) for row in rows}
        for row in rows:
            stop, blank = row.data["last"], cells.is_blank(row.raw.get("reason"))
            if row.action or stop is None or not blank:
                continue
            following = (
                row.data["person"],
                self._group(row.data["programme"]),
                add_months(stop, 1),
            )
            if following in begins:
                row.data["end_reason"], row.data["end_note"] = "", ""
                row.warnings = [one for one in row.warnings if "没有写原因" not in one]

    def _beside(self, rows: list[Row]) -> None:
        """The system's own amount beside the stated one, for live rows of programmes that it can reckon."""
        dues = Dues(month_of(self.today))
        for row in rows:
            if row.action or row.data["last"] or row.data["programme"] not in CODES:
                continue
            person = self.people[row.data["id_number"]]
            own = dues.answer(person, row.data["programme"], dues.month)
            if "error" in own:
                row.warnings.append(f"不能测算：{own['error']}")
            elif not own["eligible"]:
                why = "；".join(one["text"] for one in own["reasons"])
                row.warnings.append(f"按规则测算不符合条件：{why}")
            elif own["monthly_amount"] != str(row.data["amount"]):
                row.warnings.append(
                    f"旧台账每月 {row.data['amount']} 元，按规则测算为 {own['monthly_amount']} 元"
                )

    # --- writing ---

    def write(self, rows: list[Row]) -> None:
        made = [row for row in rows if row.action == CREATED]
        due = {code: next_due(code, self.today) for code in CODES}
        grant_bulk((_entitlement(row.data, due), [row.data["person"]]) for row in made)
        for row, held in self.endings:
            end_entitlement(held, row.data["last"], row.data["end_reason"], row.data["end_note"], self.user)
        for row in self.standing(rows):
            if row.data.get("new_card"):
                add_certificate(self.people[row.data["id_number"]], row.data["certificate"])


def _entitlement(data: dict[str, Any], due: dict[str, date]) -> Entitlement:
    return Entitlement(
        programme_id=data["programme"],
        person_id=data["person"],
        division_id=data["division"],
        persons=1,
        monthly_amount=data["amount"],
        first_month=data["first"],
        last_month=data["last"],
        source=EntitlementSource.TAKEN_OVER,
        review_due=None if data["last"] else due.get(data["programme"]),
        end_reason=data["end_reason"] if data["end_reason"] in EndReason.values else "",
        end_note=data["end_note"],
    )
