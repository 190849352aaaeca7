"""`import_tekun`: the old ledger's persons taken over, live and ended (contract §2).

The stated amounts and the way of care stay the old ledger's decision; the system's own assessment is only set beside.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from benefits.models import EndReason, Entitlement, EntitlementMember, EntitlementSource, Programme
from benefits.services import check_death_month, end_entitlement, grant_bulk
from benefits.takeover import TakeOver, each_once, no_overlap, overlap, read_month, span
from core import cells, identity
from core.cells import clean_text
from core.errors import UserError
from core.importing import CREATED, UNCHANGED, UPDATED, Row
from core.months import add_months, format_month, month_of
from core.sheets import Column
from registry.batches import ledger
from registry.models import Institution, Person
from relief.tekun import ledger as words
from relief.tekun.beside import OwnAssessments
from relief.tekun.models import Placement, TekunPlacement
from relief.tekun.rules import BASIC, CARE, TEKUN
from relief.tekun.services import end_placement, next_review

COLUMNS = (
    Column("id_number", "身份证号", ("身份证号码", "公民身份号码", "身份证"), required=True, identifier=True),
    Column("placement", "供养方式", ("供养形式", "供养类型"), required=True),
    Column("first", "起始月份", ("起始年月", "开始月份"), required=True),
    Column("basic", "基本生活月标准", ("基本生活标准", "月供养标准", "基本生活费"), required=True),
    Column("grade", "照料护理档次", ("护理档次", "自理能力", "能力档次")),
    Column("care", "护理月标准", ("照料护理月标准", "照料护理标准", "护理费")),
    Column("home", "供养机构", ("机构名称", "敬老院")),
    Column("stop", "停止月份", ("停发月份", "停保月份")),
    Column("reason", "停止原因", ("停发原因", "停保原因")),
)  # fmt: skip


@ledger("tekun")
class TekunImporter(TakeOver):
    """Live and ended 特困 of the old ledger."""

    title = "特困供养台账"
    columns = COLUMNS
    reason_words = words.STOP_WORDS
    line: ClassVar[str] = "relief"
    roles: ClassVar[frozenset] = frozenset({"bureau_officer"})
    by_office = False

    def __init__(self, user: Any = None, today: date | None = None):
        super().__init__(user, today)
        self.endings: list[tuple[Row, list[Entitlement]]] = []
        self.people: dict[str, Person] = {}

    # --- one row ---

    def parse(self, row: Row) -> None:
        self.require(row, "id_number", "placement", "first", "basic")
        data, read = row.data, self.read
        found = read(row, "id_number", identity.read_id, self.today)
        data["id_number"] = found and found.number
        data["placement"] = read(row, "placement", words.read_placement)
        data["first"] = read(row, "first", read_month)
        data["basic"] = read(row, "basic", cells.parse_amount, row.raw.head.units.get("basic", 1))
        if data["basic"] is not None and not data["basic"]:
            row.refuse("基本生活月标准", "应大于 0")
        data["grade"] = read(row, "grade", words.read_grade) or ""
        data["care"] = read(row, "care", cells.parse_amount, row.raw.head.units.get("care", 1)) or Decimal(0)
        data["home"] = read(row, "home", clean_text) or ""
        self.read_stop(row)
        if data["care"] and not data["grade"]:
            row.warnings.append("有护理月标准，没有照料护理档次")

    # --- with the registry and what is held ---

    def plan(self, rows: list[Row]) -> None:
        self._people(self.standing(rows))
        self._homes(self.standing(rows))
        each_once(self.standing(rows), lambda data: data["person"], "同一人")
        self._against_held(self.standing(rows))
        self._against_others(self.standing(rows))
        self._beside(self.standing(rows))
        for row in self.standing(rows):
            row.action = row.action or CREATED
        self.tell(rows)

    def _people(self, rows: list[Row]) -> None:
        numbers = {row.data["id_number"] for row in rows}
        self.people = {one.id_number: one for one in Person.objects.filter(id_number__in=numbers)}
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
        """On death the month of death is the last that is paid."""
        if person.death_date is None:
            return
        month, last = month_of(person.death_date), row.data["last"]
        if row.data["end_reason"] == EndReason.DEATH and last and last > month:
            should = format_month(add_months(month, 1))
            row.refuse("停止月份", f"登记的死亡日期是 {person.death_date:%Y-%m-%d}，停止月份应为 {should}")
        elif last is None:
            row.warnings.append(f"{person.name}已登记死亡（{person.death_date:%Y-%m-%d}），台账上仍在供养")

    def _homes(self, rows: list[Row]) -> None:
        """The home by its name; a placed person without a known one is taken over with a warning."""
        known = {one.name: one.pk for one in Institution.objects.filter(until=None)}
        for row in rows:
            data = row.data
            placed = data["placement"] == Placement.INSTITUTION
            data["institution"] = known.get(data["home"]) if placed else None
            if placed and not data["home"]:
                row.warnings.append("集中供养没有写供养机构，款项付给本人账户")
            elif placed and data["institution"] is None:
                row.warnings.append(f"没有登记名为“{data['home']}”的供养机构，款项付给本人账户")
            elif not placed and data["home"]:
                row.warnings.append(f"分散供养，供养机构“{data['home']}”没有采用")

    def _against_held(self, rows: list[Row]) -> None:
        """What the person holds already: the same row taken over before is unchanged, an overlap is refused."""
        held: dict[int, list[Entitlement]] = defaultdict(list)
        people = {row.data["person"] for row in rows}
        found = Entitlement.objects.filter(person__in=people, programme__in=TEKUN)
        for one in found.select_related("programme", "person").order_by("pk"):
            held[one.person_id].append(one)
        for row in rows:
            if row.action:
                continue
            mine = held[row.data["person"]]
            same = [one for one in mine if self._is_same(one, row.data)]
            basic = next((one for one in same if one.programme_id == BASIC), None)
            if basic:
                changed = any(one.previous_id in {s.pk for s in same} and not one.is_void for one in mine)
                self._again(row, same, changed or basic.is_void)
            else:
                no_overlap(row, mine, "此人")

    def _is_same(self, held: Entitlement, data: dict[str, Any]) -> bool:
        amount = data["basic"] if held.programme_id == BASIC else data["care"]
        stated = (held.first_month, held.monthly_amount) == (data["first"], amount)
        return held.source == EntitlementSource.TAKEN_OVER and stated

    def _again(self, row: Row, same: list[Entitlement], changed: bool) -> None:
        """A row taken over before: unchanged, or the old ledger has stopped it meanwhile."""
        last, held = row.data["last"], next(one for one in same if one.programme_id == BASIC)
        row.action = UNCHANGED
        if last == held.last_month:
            return
        if last is not None and (changed or held.last_month):
            row.refuse("停止月份", "此人在本系统中已变更或停止，请在系统内办理")
        elif last is None or changed:
            row.warnings.append("此人在本系统中已变更或停止，未改动")
        else:
            self._ends(row, same)

    def _ends(self, row: Row, same: list[Entitlement]) -> None:
        try:
            check_death_month(same[0], row.data["last"], row.data["end_reason"])
        except UserError as error:
            row.refuse("停止月份", error.message)
            return
        row.action = UPDATED
        row.changes.append(("末月", "", format_month(row.data["last"])))
        self.endings.append((row, same))

    def _against_others(self, rows: list[Row]) -> None:
        """A programme that bars 特困 for the person in those months refuses the row."""
        barred = set(Programme.objects.get(pk=BASIC).exclusions)
        codes = [
            one.pk
            for one in Programme.objects.exclude(pk__in=TEKUN)
            if barred & set(one.exclusions) and not one.is_one_off
        ]
        fresh = [row for row in rows if not row.action]
        covered: dict[int, list[EntitlementMember]] = defaultdict(list)
        found = EntitlementMember.objects.filter(
            person__in={row.data["person"] for row in fresh}, entitlement__programme__in=codes, is_void=False
        )
        for one in found.select_related("entitlement__programme"):
            covered[one.person_id].append(one)
        for row in fresh:
            for one in covered[row.data["person"]]:
                if overlap(row.data["first"], row.data["last"], one.first_month, one.last_month):
                    months = span(one.first_month, one.last_month)
                    row.refuse(
                        "身份证号", f"此人已享受{one.entitlement.programme}（{months}），不能同时享受特困"
                    )
                    break

    def _beside(self, rows: list[Row]) -> None:
        """The system's own assessment beside the stated amounts, for live rows."""
        live = [row for row in rows if not row.action and row.data["last"] is None]
        own = OwnAssessments(row.data["person"] for row in live)
        month = month_of(self.today)
        for row in live:
            data = row.data
            stated = [(BASIC, "基本生活", data["basic"])]
            if data["grade"]:
                stated.append((CARE, "照料护理", data["care"]))
            for code, name, amount in stated:
                found = own.amount(code, data["person"], month, data["grade"])
                if found is not None and found != amount:
                    row.warnings.append(f"旧台账{name}每月 {amount} 元，按登记情况测算为 {found} 元")

    # --- writing ---

    def write(self, rows: list[Row]) -> None:
        people = {one.pk: one for one in self.people.values()}
        fresh = [row for row in rows if row.action == CREATED]
        due = {
            (row.data["person"], code): next_review(people[row.data["person"]], code, self.today)
            for row in fresh
            for code in TEKUN
            if row.data["last"] is None
        }
        grant_bulk(
            (_entitlement(row.data, code, amount, due), [row.data["person"]])
            for row in fresh
            for code, amount in ((BASIC, row.data["basic"]), (CARE, row.data["care"]))
            if amount
        )
        TekunPlacement.objects.bulk_create([_placement(row.data) for row in fresh], batch_size=1000)
        for row, same in self.endings:
            for held in same:
                end_entitlement(
                    held, row.data["last"], row.data["end_reason"], row.data["end_note"], self.user
                )
            end_placement(people[row.data["person"]], add_months(row.data["last"], 1))


def _entitlement(
    data: dict[str, Any], code: str, amount: Decimal, due: dict[tuple[int, str], date]
) -> Entitlement:
    return Entitlement(
        programme_id=code,
        person_id=data["person"],
        division_id=data["division"],
        persons=1,
        monthly_amount=amount,
        first_month=data["first"],
        last_month=data["last"],
        payee_institution_id=data["institution"],
        source=EntitlementSource.TAKEN_OVER,
        review_due=due.get((data["person"], code)),
        end_reason=data["end_reason"],
        end_note=data["end_note"],
    )


def _placement(data: dict[str, Any]) -> TekunPlacement:
    return TekunPlacement(
        person_id=data["person"],
        placement=data["placement"],
        institution_id=data["institution"],
        grade=data["grade"],
        first_month=data["first"],
        last_month=data["last"],
    )
