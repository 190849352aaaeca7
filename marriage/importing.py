"""`import_marriages`: an old register taken over, one row an act (contract §8).

What an old register says stands as history: it is checked for what can't be (numbers, dates, sexes, contradictions),
not for what the law would ask of the couple today. Its acts decide about marital status like those of this system.
"""

import re
from collections import defaultdict
from datetime import date
from typing import Any, ClassVar

from core import cells, identity
from core.cells import clean_code
from core.errors import UserError
from core.importing import CREATED, UNCHANGED, Importer, Row
from core.sheets import Column, tidy_title
from district.models import Office
from district.services import district, office_for
from marriage import periods, rules
from marriage.certificates import continue_after
from marriage.models import Certificate, FileState, Kind, Letter, Party, Registration, Side
from registry.batches import ledger
from registry.models import Person
from registry.names import reading, tidy_name
from registry.rules import read_short

COLUMNS = (
    Column("kind", "类别", ("登记类别", "业务类别"), required=True),
    Column("number", "证件字号", ("证书字号", "字号", "证号"), required=True, identifier=True),
    Column("registered_on", "登记日期", ("发证日期",), required=True),
    Column("man_name", "男方姓名", ("男方", "男姓名"), required=True),
    Column(
        "man_id",
        "男方身份证号",
        ("男方身份证号码", "男方证件号码", "男身份证号"),
        required=True,
        identifier=True,
    ),
    Column("woman_name", "女方姓名", ("女方", "女姓名"), required=True),
    Column(
        "woman_id",
        "女方身份证号",
        ("女方身份证号码", "女方证件号码", "女身份证号"),
        required=True,
        identifier=True,
    ),
    Column("office", "登记机关", ("登记处", "发证机关")),
    Column("applied_on", "申请日期", ("受理日期",)),
)
_KINDS = {
    **{str(kind.label): kind for kind in Kind},
    "结婚登记": Kind.MARRIAGE,
    "离婚登记": Kind.DIVORCE,
    "补领结婚证": Kind.REISSUE_MARRIAGE,
    "补领离婚证": Kind.REISSUE_DIVORCE,
}
_NUMBER = re.compile(r"^(BJ|BL|J|L)(\d{6})-(\d{4})-(\d{6})$")
FIRST_LAW = date(1950, 5, 1)
LAW_OF_1980 = date(1981, 1, 1)
MOST_NOTES = 200
SIDES = ((Side.MAN, "man", "男方"), (Side.WOMAN, "woman", "女方"))


def read_kind(value: Any) -> tuple[Kind, list[str]]:
    """结婚, 离婚, 补发结婚证, 补发离婚证."""
    text = cells.as_text(value).strip()
    found = _KINDS.get(tidy_title(text))
    if found is None:
        raise UserError(f"“{text}”不认识，请填结婚、离婚、补发结婚证或补发离婚证")
    return found, [] if text == found.label else [f"“{text}”记为“{found.label}”"]


def read_number(value: Any) -> tuple[str, list[str]]:
    """A certificate number: `J430503-2020-000001`."""
    text, repairs = clean_code(value)
    tidy = text.upper().replace("—", "-").replace("–", "-").replace("－", "-")
    if not _NUMBER.match(tidy):
        raise UserError(f"“{text}”不是证件字号，应为 J430503-2020-000001 的样子")
    return tidy, repairs if tidy == text else [*repairs, "字号改写"]


def read_day(value: Any) -> tuple[date | None, list[str]]:
    """A whole day; a month alone is not enough."""
    found, repairs = cells.parse_day(value)
    if cells.MONTH_ONLY in repairs:
        raise UserError("只有年月，请写到日")
    return found, repairs


def lawful_ages(day: date) -> rules.Ages:
    """The ages of marriage of that day: 20 and 18 under the law of 1950, 22 and 20 since 1981."""
    return rules.Ages(20, 18) if day < LAW_OF_1980 else rules.Ages()


@ledger("marriages")
class MarriageImporter(Importer):
    """The old registers of an office: certificates, acts and parties."""

    title = "婚姻登记簿"
    columns = COLUMNS
    line: ClassVar[str] = "marriage"
    roles: ClassVar[frozenset[str]] = frozenset({"registrar"})
    by_office = True

    def __init__(self, user: Any = None, today: date | None = None):
        super().__init__(user, today)
        self.office: Office = user.office if user is not None else _only_office()
        self.persons: dict[str, Person] = {}

    # --- one row ---

    def parse(self, row: Row) -> None:
        self.require(row, "kind", "number", "registered_on", "man_name", "man_id", "woman_name", "woman_id")
        data, read = row.data, self.read
        data["kind"] = read(row, "kind", read_kind)
        data["number"] = read(row, "number", read_number)
        day = read(row, "registered_on", read_day)
        applied = read(row, "applied_on", read_day)
        data["office"] = read(row, "office", read_short(60)) or self.office.name
        for side, key, label in SIDES:
            self._party(row, side, key, label)
        self._number_fits(row, day)
        self._days_fit(row, day, applied)
        data["registered_on"] = day.isoformat() if day else None
        data["applied_on"] = applied.isoformat() if applied else None

    def _party(self, row: Row, side: str, key: str, label: str) -> None:
        data = row.data
        name = self.read(row, f"{key}_name", tidy_name)
        if name and (len(name) > 60 or name.replace(".", "").isdigit()):
            row.refuse(self.titles[f"{key}_name"], f"“{name[:60]}”不是姓名")
        found = self.read(row, f"{key}_id", identity.read_id, self.today)
        data[f"{key}_name"], data[f"{key}_id"] = name, found and found.number
        data[f"{key}_birth"] = found.birth.isoformat() if found else None
        if found and found.sex != side:
            says = "男" if found.sex == rules.MAN else "女"
            row.refuse(self.titles[f"{key}_id"], f"号码的持有人是{says}性，不能是{label}")

    def _number_fits(self, row: Row, day: date | None) -> None:
        """Letter and year of the number are those of the kind and of the day."""
        kind, number = row.data["kind"], row.data["number"]
        found = _NUMBER.match(number or "")
        if not found:
            return
        row.data["letter"], row.data["digits"] = found[1], found[2]
        row.data["year"], row.data["serial"] = int(found[3]), int(found[4])
        if kind and rules.LETTERS[kind] != found[1]:
            row.refuse("证件字号", f"{kind.label}的字号应以 {rules.LETTERS[kind]} 开头")
        if not row.data["serial"]:
            row.refuse("证件字号", "序号从 000001 开始")
        if day and day.year != row.data["year"]:
            row.refuse("证件字号", f"字号的年份 {found[3]} 与登记日期 {day:%Y-%m-%d} 不符")

    def _days_fit(self, row: Row, day: date | None, applied: date | None) -> None:
        if day is None:
            return
        if day > self.today:
            row.refuse("登记日期", f"{day:%Y-%m-%d} 还没有到")
        if day < FIRST_LAW:
            row.refuse("登记日期", f"{day:%Y-%m-%d} 早于 1950 年婚姻法施行")
            return
        if applied and applied > day:
            row.refuse("申请日期", f"{applied:%Y-%m-%d} 晚于登记日期 {day:%Y-%m-%d}")
        ages = lawful_ages(day)
        for side, key, label in SIDES:
            birth = row.data.get(f"{key}_birth")
            if not birth:
                continue
            age, need = periods.age_on(date.fromisoformat(birth), day), ages.of(side)
            if age < need and row.data["kind"] in (Kind.MARRIAGE, None):
                row.refuse(
                    "登记日期", f"当日{label} {max(age, 0)} 周岁，未满 {need} 周岁，请核对日期和身份证号"
                )
            elif age < need:
                row.refuse("登记日期", f"当日{label}只有 {max(age, 0)} 周岁，请核对日期和身份证号")

    # --- rows against each other ---

    def check(self, rows: list[Row]) -> None:
        self._numbers_once(rows)
        self._one_name_each(rows)
        self._one_act_a_day(rows)

    def _numbers_once(self, rows: list[Row]) -> None:
        """One number on several rows: an exact repetition stands once, anything else refuses all of them."""
        for same in _groups(rows, lambda row: [row.data.get("number")]):
            first = _content(same[0])
            if all(_content(row) == first for row in same) and not any(row.errors for row in same):
                for row in same[1:]:
                    row.data["repeats"] = True
                    row.warnings.append(f"与{same[0].where}完全相同")
                continue
            for row in same:
                row.refuse("证件字号", f"与{_others(row, same)}字号相同，内容不一致")

    def _one_name_each(self, rows: list[Row]) -> None:
        """One ID number under two names refuses every row that carries it."""
        for _, key, label in SIDES:
            for same in _groups(rows, lambda row, key=key: [row.data.get(f"{key}_id")]):
                if len({row.data.get(f"{key}_name") for row in same}) > 1:
                    for row in same:
                        row.refuse(f"{label}身份证号", f"与{_others(row, same)}号码相同，姓名不同")

    def _one_act_a_day(self, rows: list[Row]) -> None:
        """Two marriages of one person with different spouses on one day contradict each other."""
        marriages = [
            row for row in rows if row.data.get("kind") == Kind.MARRIAGE and not row.data.get("repeats")
        ]

        def persons(row: Row) -> list[Any]:
            day = row.data.get("registered_on")
            ids = (row.data.get("man_id"), row.data.get("woman_id"))
            return [(one, day) for one in ids if one and day]

        for same in _groups(marriages, persons):
            for row in same:
                row.refuse("登记日期", f"与{_others(row, same)}矛盾：同一人同一日登记了两次结婚")

    # --- with the register ---

    def plan(self, rows: list[Row]) -> None:
        self._persons(self.standing(rows))
        self._known(self.standing(rows))
        self._sequence(self.standing(rows))
        for row in self.standing(rows):
            row.action = row.action or CREATED
        self._tell(rows)

    def _persons(self, rows: list[Row]) -> None:
        numbers = {row.data[f"{key}_id"] for row in rows for _, key, _ in SIDES}
        self.persons = {one.id_number: one for one in Person.objects.filter(id_number__in=numbers)}
        for row in rows:
            for _, key, label in SIDES:
                known = self.persons.get(row.data[f"{key}_id"])
                if known is not None and known.name != row.data[f"{key}_name"]:
                    row.refuse(f"{label}姓名", "该身份证号在居民登记中是另一姓名，请核对")
                elif (
                    known is not None
                    and known.death_date
                    and str(known.death_date) < row.data["registered_on"]
                ):
                    row.refuse("登记日期", f"{label}在居民登记中已于 {known.death_date:%Y-%m-%d} 死亡")

    def _known(self, rows: list[Row]) -> None:
        """A number taken over before is unchanged; with other content, or given here, it is refused."""
        known = {
            one.number: one
            for one in Certificate.objects.filter(number__in=[row.data["number"] for row in rows])
            .select_related("registration__office")
            .prefetch_related("registration__parties")
        }
        for row in rows:
            held = known.get(row.data["number"])
            if held is None:
                row.action = UNCHANGED if row.data.get("repeats") else ""
            elif held.registration.office_id != self.office.pk:
                row.refuse("证件字号", "该字号已在另一登记处的登记簿中")
            elif _held(held) == _content(row):
                row.action = UNCHANGED
            else:
                row.refuse("证件字号", "该字号已登记，内容不一致；已登记的只能附注，不能更改")

    def _sequence(self, rows: list[Row]) -> None:
        """A second marriage without a divorce between is told: a court or a death may lie between."""
        last: dict[str, Row] = {}
        acts = [
            row
            for row in rows
            if row.data["kind"] in (Kind.MARRIAGE, Kind.DIVORCE) and not row.data.get("repeats")
        ]
        for row in sorted(acts, key=lambda row: (row.data["registered_on"], row.number)):
            for _, key, label in SIDES:
                before = last.get(row.data[f"{key}_id"])
                again = before is not None and before.data["kind"] == row.data["kind"] == Kind.MARRIAGE
                if again and before is not None:
                    row.warnings.append(
                        f"{label}在{before.where}已登记结婚，其间没有离婚登记（判决离婚或丧偶？）"
                    )
                last[row.data[f"{key}_id"]] = row

    def _tell(self, rows: list[Row]) -> None:
        warned = [row for row in self.standing(rows) if row.warnings]
        self.notes += [f"{row.where}：{'；'.join(row.warnings)}" for row in warned[:MOST_NOTES]]
        if len(warned) > MOST_NOTES:
            self.notes.append(f"另有 {len(warned) - MOST_NOTES} 行也有提示。")

    def more_counts(self, rows: list[Row]) -> dict[str, int]:
        return {"warnings": sum(1 for row in self.standing(rows) if row.warnings)}

    # --- writing ---

    def write(self, rows: list[Row]) -> None:
        fresh = [row for row in self.standing(rows) if row.action == CREATED]
        self._new_persons(fresh)
        files = Registration.objects.bulk_create([self._file(row.data) for row in fresh], batch_size=1000)
        pairs = list(zip(fresh, files, strict=True))
        Party.objects.bulk_create(
            [self._party_row(row.data, file, *side[:2]) for row, file in pairs for side in SIDES],
            batch_size=1000,
        )
        Certificate.objects.bulk_create(
            [_certificate(row.data, file) for row, file in pairs], batch_size=1000
        )
        highest: dict[tuple[str, str, int], int] = defaultdict(int)
        for row in fresh:
            key = (row.data["letter"], row.data["digits"], row.data["year"])
            highest[key] = max(highest[key], row.data["serial"])
        for (letter, digits, year), serial in sorted(highest.items()):
            continue_after(letter, digits, year, serial)

    def _new_persons(self, rows: list[Row]) -> None:
        """Who is not registered yet is added for the district, without a village."""
        made: dict[str, Person] = {}
        for row in rows:
            for side, key, _ in SIDES:
                number, name = row.data[f"{key}_id"], row.data[f"{key}_name"]
                if number in self.persons or number in made:
                    continue
                pinyin, initials = reading(name)
                made[number] = Person(
                    id_number=number,
                    name=name,
                    pinyin=pinyin,
                    initials=initials,
                    birth_date=row.data[f"{key}_birth"],
                    sex=side,
                    division_id=self.office.division_id[:6],
                )
        Person.objects.bulk_create(made.values(), batch_size=1000)
        self.persons |= made

    def _file(self, data: dict[str, Any]) -> Registration:
        return Registration(
            office=self.office,
            office_name=data["office"],
            kind=data["kind"],
            state=FileState.REGISTERED,
            taken_over=True,
            applied_on=data["applied_on"],
            registered_on=data["registered_on"],
        )

    def _party_row(self, data: dict[str, Any], file: Registration, side: str, key: str) -> Party:
        return Party(
            registration=file,
            side=side,
            person=self.persons[data[f"{key}_id"]],
            name=data[f"{key}_name"],
            id_number=data[f"{key}_id"],
            birth_date=data[f"{key}_birth"],
        )


def _certificate(data: dict[str, Any], file: Registration) -> Certificate:
    return Certificate(
        registration=file,
        number=data["number"],
        letter=Letter(data["letter"]),
        year=data["year"],
        serial=data["serial"],
        taken_over=True,
        issued_on=data["registered_on"],
    )


def _only_office() -> Office:
    """From the shell: the district's marriage registry. UserError when there is not exactly one."""
    found = office_for("registrar", "", district())
    assert found is not None
    return found


def _content(row: Row) -> tuple[Any, ...]:
    """What makes two rows the same."""
    keys = ("kind", "number", "registered_on", "man_name", "man_id", "woman_name", "woman_id", "applied_on")
    return tuple(row.data.get(key) or None for key in keys)


def _held(one: Certificate) -> tuple[Any, ...]:
    """A registered act in the same shape."""
    file, man, woman = one.registration, one.registration.man, one.registration.woman
    applied = file.applied_on.isoformat() if file.applied_on else None
    registered = file.registered_on.isoformat() if file.registered_on else None
    people = (man.name, man.id_number, woman.name, woman.id_number)
    return (file.kind, one.number, registered, *people, applied)


def _groups(rows: list[Row], keys: Any) -> list[list[Row]]:
    """Rows that share a key, where there are several."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            if key:
                found[key].append(row)
    return [same for same in found.values() if len(same) > 1]


def _others(row: Row, same: list[Row]) -> str:
    return "、".join(other.where for other in same if other is not row)
