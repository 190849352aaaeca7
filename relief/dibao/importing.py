"""`import_dibao`: the old ledger's households taken over, live and ended (contract §2).

The stated amount and persons stay the old ledger's decision; the system's own assessment is only set beside them.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from benefits.compatibility import ruling
from benefits.conflicts import conflict
from benefits.models import Entitlement, EntitlementMember, EntitlementSource, Programme
from benefits.services import check_death_month, end_entitlement, grant_bulk, review_due
from benefits.takeover import TakeOver, each_once, no_overlap, overlap, read_month, span
from core import cells, identity
from core.cells import clean_code
from core.errors import UserError
from core.importing import CREATED, REJECTED, UNCHANGED, UPDATED, Row
from core.months import format_month, month_of
from core.sheets import Column
from registry.batches import ledger
from registry.models import Membership, Relation
from relief.dibao import ledger as words
from relief.dibao.beside import OwnAssessments

COLUMNS = (
    Column("id_number", "户主身份证号", ("户主身份证号码", "户主身份证"), required=True, identifier=True),
    Column("programme", "类型", ("低保类型", "类别"), required=True),
    Column("persons", "保障人数", ("保障人口", "人数"), required=True),
    Column("amount", "月保障金", ("月保障金额", "月低保金", "月补助金额"), required=True),
    Column("first", "起始月份", ("起始年月", "开始月份"), required=True),
    Column("stop", "停保月份", ("停发月份", "停止月份", "停保年月")),
    Column("reason", "停发原因", ("停保原因", "停止原因")),
    Column("care_class", "保障类别", ("分类", "ABC类")),
    Column("income", "家庭月收入"),
    Column("certificate", "低保证号", ("证号", "低保证编号"), identifier=True),
)  # fmt: skip


@ledger("dibao")
class DibaoImporter(TakeOver):
    """Live and ended 低保 of the old ledger."""

    title = "低保台账"
    columns = COLUMNS
    roles = frozenset({"bureau_officer"})  # what is taken over is paid: the bureau answers for it
    unmasked = frozenset({"certificate"})

    def __init__(self, user: Any = None, today: date | None = None):
        super().__init__(user, today)
        self.members: dict[int, list[int]] = {}
        self.updates: list[tuple[Row, Entitlement]] = []
        self.endings: list[tuple[Row, Entitlement]] = []

    # --- one row ---

    def parse(self, row: Row) -> None:
        self.require(row, "id_number", "programme", "persons", "amount", "first")
        data, read = row.data, self.read
        found = read(row, "id_number", identity.read_id, self.today)
        data["id_number"] = found and found.number
        data["programme"] = read(row, "programme", words.read_type)
        data["persons"] = read(row, "persons", cells.parse_count)
        if data["persons"] is not None and not 1 <= data["persons"] <= 30:
            row.refuse("保障人数", f"“{data['persons']}”不是一户的保障人数")
        data["amount"] = read(row, "amount", cells.parse_amount, row.raw.head.units.get("amount", 1))
        if data["amount"] is not None and not data["amount"]:
            row.refuse("月保障金", "应大于 0")
        data["first"] = read(row, "first", read_month)
        self.read_stop(row)
        data["care_class"] = read(row, "care_class", words.read_class) or ""
        data["income"] = read(row, "income", cells.parse_amount, row.raw.head.units.get("income", 1))
        data["certificate"] = (read(row, "certificate", clean_code) or "")[:40]

    # --- with the registry and what is held ---

    def plan(self, rows: list[Row]) -> None:
        self._households(self.standing(rows))
        each_once(self.standing(rows), lambda data: data["household"], "同一户")
        self._against_held(self.standing(rows))
        self._coverage(self.standing(rows))
        self._beside(self.standing(rows))
        for row in self.standing(rows):
            row.action = row.action or CREATED
        self.tell(rows)

    def _households(self, rows: list[Row]) -> None:
        """The head's current household; for one who has left it (died) the last one."""
        numbers = {row.data["id_number"] for row in rows}
        homes: dict[str, Membership] = {}
        found = Membership.objects.filter(person__id_number__in=numbers).select_related("person", "household")
        for membership in found.order_by("since"):
            known = homes.get(membership.person.id_number)
            if known is None or membership.until is None or known.until is not None:
                homes[membership.person.id_number] = membership
        for row in rows:
            home = homes.get(row.data["id_number"])
            if home is None:
                row.refuse("户主身份证号", "登记册中没有此人或此人没有登记家庭，请先导入居民与家庭")
            elif not home.household.division_id.startswith(self.area):
                row.refuse("户主身份证号", "该户不在您的辖区内")
            else:
                row.data.update(
                    household=home.household_id, person=home.person_id, division=home.household.division_id
                )
                if home.relation != Relation.HEAD:
                    row.warnings.append(f"{home.person}在登记册中不是户主（{home.get_relation_display()}）")

    def _against_held(self, rows: list[Row]) -> None:
        """What the household holds already: the same row taken over before is unchanged, an overlap is refused."""
        held: dict[int, list[Entitlement]] = defaultdict(list)
        homes = {row.data["household"] for row in rows}
        found = Entitlement.objects.filter(household__in=homes, programme__group="dibao")
        for one in found.select_related("programme", "person"):
            held[one.household_id or 0].append(one)
        for row in rows:
            if row.action:
                continue
            mine = held[row.data["household"]]
            same = next((one for one in mine if self._is_same(one, row.data)), None)
            if same:
                changed = any(one.previous_id == same.pk and not one.is_void for one in mine)
                self._again(row, same, changed or same.is_void)
            else:
                no_overlap(row, mine, "该户")

    def _is_same(self, held: Entitlement, data: dict[str, Any]) -> bool:
        return held.source == EntitlementSource.TAKEN_OVER and (
            (held.programme_id, held.first_month, held.monthly_amount)
            == (data["programme"], data["first"], data["amount"])
        )

    def _again(self, row: Row, held: Entitlement, changed: bool) -> None:
        """A row taken over before: unchanged, or its end, or its class and number."""
        data, last = row.data, held.last_month
        row.action = UNCHANGED
        if held.persons != data["persons"]:
            row.refuse("保障人数", f"已接收的是 {held.persons} 人，变更须走变更程序")
        elif data["last"] not in (None, last) and (changed or last):
            row.refuse("停保月份", "该户在本系统中已变更或停发，请在系统内办理")
        elif changed or (data["last"] != last and data["last"] is None):
            row.warnings.append("该户在本系统中已变更或停发，未改动")
        elif data["last"] != last:
            self._ends(row, held)
        if row.action != REJECTED and not changed:
            self._details(row, held)

    def _ends(self, row: Row, held: Entitlement) -> None:
        """The old ledger has stopped it meanwhile."""
        try:
            check_death_month(held, row.data["last"], row.data["end_reason"])
        except UserError as error:
            row.refuse("停保月份", error.message)
            return
        row.action = UPDATED
        row.changes.append(("末月", "", format_month(row.data["last"])))
        self.endings.append((row, held))

    def _details(self, row: Row, held: Entitlement) -> None:
        found = False
        for column, name, value in (
            ("保障类别", "care_class", row.data["care_class"]),
            ("低保证号", "certificate_number", row.data["certificate"]),
        ):
            if value and value != getattr(held, name):
                row.changes.append((column, getattr(held, name), value))
                setattr(held, name, value)
                found = True
        if found:
            row.action = UPDATED
            self.updates.append((row, held))

    def _coverage(self, rows: list[Row]) -> None:
        """Every registered member is covered; one whom another household covers already refuses the row. Who is kept
        otherwise (特困, orphan) is not counted; a ledger that counts such a one is refused."""
        homes = {row.data["household"] for row in rows if not row.action}
        members: dict[int, list[int]] = defaultdict(list)
        pairs = Membership.objects.filter(household__in=homes, until__isnull=True)
        for home, person in pairs.order_by("id").values_list("household_id", "person_id"):
            members[home].append(person)
        for row in rows:
            if not row.action and row.data["person"] not in members[row.data["household"]]:
                members[row.data["household"]].insert(0, row.data["person"])
        self.members = members
        held: dict[int, list[EntitlementMember]] = defaultdict(list)
        people = {person for home in members.values() for person in home}
        partners = Programme.objects.filter(exclusions__overlap=self._exclusions())
        covered = EntitlementMember.objects.filter(
            person__in=people, is_void=False, entitlement__programme__in=partners
        )
        for one in covered.select_related(
            "person", "entitlement__household", "entitlement__programme", "entitlement__person"
        ):
            held[one.person_id].append(one)
        for row in rows:
            if not row.action:
                self._covered_once(row, held)

    def _exclusions(self) -> list[int]:
        return [number for one in Programme.objects.filter(group="dibao") for number in one.exclusions]

    def _covered_once(self, row: Row, held: dict[int, list[EntitlementMember]]) -> None:
        home, apart = self.members[row.data["household"]], []
        for person in home:
            for one in held[person]:
                if not overlap(row.data["first"], row.data["last"], one.first_month, one.last_month):
                    continue
                if one.group == "dibao":
                    number = one.entitlement.household.number if one.entitlement.household else ""
                    months = span(one.first_month, one.last_month)
                    row.refuse("户主身份证号", f"成员{one.person}已由户编号 {number} 的低保保障（{months}）")
                    return
                apart.append(one)
        if apart and not self._without(row, apart):
            return
        home = self.members[row.data["household"]]
        if len(home) != row.data["persons"]:
            row.warnings.append(f"保障人数 {row.data['persons']}，登记成员 {len(home)} 人")

    def _without(self, row: Row, apart: list[EntitlementMember]) -> bool:
        """Leave out the members who are kept by a programme that bars 低保; False when the ledger counts them."""
        keys = {one.person_id for one in apart}
        rest = [person for person in self.members[row.data["household"]] if person not in keys]
        if not rest or row.data["persons"] > len(rest):
            asked = Programme.objects.get(pk=row.data["programme"])
            rule = ruling(apart[0].entitlement.programme_id, asked.pk)
            assert rule is not None
            row.refuse("保障人数", conflict(apart[0], asked, rule, row.data["first"]).sentence)
            return False
        for one in apart:
            row.warnings.append(f"{one.person}享受{one.entitlement.programme}，不计入低保保障对象")
        self.members[row.data["household"]] = rest
        return True

    def _beside(self, rows: list[Row]) -> None:
        """The system's own assessment beside the stated amount, for live rows whose income is known."""
        live = [row for row in rows if not row.action and row.data["last"] is None]
        own = OwnAssessments({row.data["household"]: self.members[row.data["household"]] for row in live})
        month = month_of(self.today)
        for row in live:
            amount = own.amount(row.data["programme"], row.data["household"], month, row.data["income"])
            if amount is not None and amount != row.data["amount"]:
                row.warnings.append(f"旧台账每月 {row.data['amount']} 元，按登记情况测算为 {amount} 元")

    # --- writing ---

    def write(self, rows: list[Row]) -> None:
        month = month_of(self.today)
        due: dict[tuple[str, str], date | None] = {}
        for code in Programme.objects.filter(group="dibao").values_list("code", flat=True):
            for care_class in ("", "A", "B", "C"):
                due[code, care_class] = review_due(code, care_class, month)
        grant_bulk(
            (_entitlement(row.data, due), self.members[row.data["household"]])
            for row in rows
            if row.action == CREATED
        )
        Entitlement.objects.bulk_update(
            [held for _, held in self.updates], ["care_class", "certificate_number"], batch_size=1000
        )
        for row, held in self.endings:
            end_entitlement(held, row.data["last"], row.data["end_reason"], row.data["end_note"], self.user)


def _entitlement(data: dict[str, Any], due: dict[tuple[str, str], date | None]) -> Entitlement:
    return Entitlement(
        programme_id=data["programme"],
        household_id=data["household"],
        person_id=data["person"],
        division_id=data["division"],
        persons=data["persons"],
        monthly_amount=data["amount"],
        first_month=data["first"],
        last_month=data["last"],
        source=EntitlementSource.TAKEN_OVER,
        care_class=data["care_class"],
        certificate_number=data["certificate"],
        review_due=None if data["last"] else due[data["programme"], data["care_class"]],
        end_reason=data["end_reason"],
        end_note=data["end_note"],
    )
