"""`import_registry`: households and members from a ledger, one row a person. Parsing and contradictions; the matching
with the registry is in `registry.matching`, the writing in `registry.writing`.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from core import cells, identity
from core.cells import MONTH_ONLY, is_blank
from core.errors import UserError
from core.importing import REJECTED, Importer, Row
from core.sheets import Column
from district.models import Division
from registry import matching, rules, undoing, writing
from registry.batches import ledger
from registry.models import Relation
from registry.names import tidy_name

COLUMNS = (
    Column("household", "户编号", ("家庭编号", "户号"), required=True, identifier=True),
    Column("name", "姓名", required=True),
    Column(
        "id_number",
        "身份证号",
        ("身份证号码", "公民身份号码", "公民身份证号", "身份证件号码", "身份证", "证件号码"),
        required=True,
        identifier=True,
    ),
    Column("relation", "与户主关系", ("关系", "家庭关系"), required=True),
    Column(
        "village",
        "村(社区)",
        ("村居", "村(居)委会", "社区", "村社区", "村/社区", "村(居)"),
        required=True,
        group="village",
    ),
    Column("village_code", "村居代码", required=True, group="village", identifier=True),
    Column("township", "乡镇(街道)", ("乡镇", "街道", "乡镇街道", "乡镇/街道")),
    Column("residence", "户籍类别", ("户口性质",)),
    Column("sex", "性别"),
    Column("birth", "出生日期"),
    Column("ethnicity", "民族"),
    Column("address", "住址", ("家庭住址",)),
    Column("phone", "联系电话", ("电话", "手机号"), identifier=True),
    Column("bank", "开户银行"),
    Column("account", "银行账号", ("一卡通账号", "社保卡账号"), identifier=True),
    Column("holder", "账户户名", ("开户名",)),
    Column("certificate", "残疾证号", identifier=True),
    Column("health", "健康状况"),
    Column("labour", "劳动能力"),
    Column("income", "月收入"),
    Column("note", "备注"),
)


@ledger("registry", undo=undoing.undo)
class RegistryImporter(Importer):
    """Households, members, accounts and certificates."""

    title = "居民与家庭"
    columns = COLUMNS
    preview = ("household", "name", "id_number", "relation", "village")
    unmasked = frozenset({"household", "village_code"})

    def __init__(self, user: Any = None, today: date | None = None):
        super().__init__(user, today)
        in_force = Division.objects.exclude(until__lte=self.today)
        self.villages = rules.Villages(in_force.values_list("code", "name"))
        self.found: matching.Registry | None = None
        self.households = 0

    def parse(self, row: Row) -> None:
        self.require(row, "household", "name", "id_number", "relation")
        data, read = row.data, self.read
        data["household"] = read(row, "household", rules.read_number(40))
        data["name"] = self._name(row)
        found = read(row, "id_number", identity.read_id, self.today)
        data["id_number"] = found and found.number
        data["birth"], data["sex"] = (found.birth, found.sex) if found else (None, None)
        data["relation"] = read(row, "relation", rules.read_relation)
        self._village(row)
        data["hukou_kind"] = read(row, "residence", rules.read_residence)
        self._agrees_with_id(row, found)
        data["ethnicity"] = read(row, "ethnicity", rules.read_short(20))
        data["address"] = read(row, "address", rules.read_short(200))
        data["phone"] = read(row, "phone", rules.read_number(30))
        data["bank"] = read(row, "bank", rules.read_short(60))
        data["account"] = read(row, "account", identity.read_bank_number)
        data["holder"] = read(row, "holder", tidy_name)
        self._certificate(row, found)
        data["health"] = read(row, "health", rules.read_short(60))
        data["labour"] = read(row, "labour", rules.read_labour)
        unit = row.raw.head.units.get("income", 1)
        data["monthly_income"] = read(row, "income", cells.parse_amount, unit)
        data["note"] = read(row, "note", rules.read_short(500))

    def _name(self, row: Row) -> str | None:
        name = self.read(row, "name", tidy_name)
        if name and len(name) > 60:
            row.refuse("姓名", "超过 60 个字，请核对")
        elif name and name.replace(".", "").isdigit():
            row.refuse("姓名", f"“{name}”不是姓名")
        return name

    def _village(self, row: Row) -> None:
        name, code = row.raw.get("village"), row.raw.get("village_code")
        if is_blank(name) and is_blank(code):
            row.refuse("村(社区)" if "village" in row.raw.head.places else "村居代码", "没有填")
            return
        try:
            village, repairs = self.villages.find(name, code, row.raw.get("township"))
        except UserError as error:
            row.refuse(self.titles[error.field or "village"], error.message)
            return
        row.data["division"] = village
        row.fixed.extend(f"村(社区)：{repair}" for repair in repairs)
        if not village.startswith(self.area):
            row.refuse("村(社区)", "不在您的辖区内")

    def _agrees_with_id(self, row: Row, found: identity.IdNumber | None) -> None:
        """Sex and birth date, where given, must be those of the ID number."""
        sex = self.read(row, "sex", rules.read_sex)
        if found and sex and sex != found.sex:
            says = "男" if found.sex == "M" else "女"
            row.refuse("性别", f"与身份证号不符：号码为{says}，表中为{sex.label}")
        value = row.raw.get("birth")
        if is_blank(value):
            return
        try:
            birth, repairs = cells.parse_day(value)
        except UserError as error:
            hint = f"；身份证号为 {found.birth:%Y-%m-%d}" if found else ""
            row.refuse("出生日期", f"{error.message}{hint}")
            return
        if found and birth:
            same = birth == found.birth
            if MONTH_ONLY in repairs:
                same = (birth.year, birth.month) == (found.birth.year, found.birth.month)
            if not same:
                told = f"{birth:%Y-%m}" if MONTH_ONLY in repairs else f"{birth:%Y-%m-%d}"
                row.refuse("出生日期", f"与身份证号不符：号码为 {found.birth:%Y-%m-%d}，表中为 {told}")
        row.fixed.extend(f"出生日期：{repair}" for repair in repairs)

    def _certificate(self, row: Row, found: identity.IdNumber | None) -> None:
        certificate = self.read(row, "certificate", rules.read_certificate)
        if certificate is None:
            return
        if found and certificate.holder != found.number:
            row.refuse("残疾证号", "与身份证号不符")
        row.data.update(
            certificate=certificate.number, cert_kind=certificate.kind, cert_grade=certificate.grade
        )

    # --- rows against each other ---

    def check(self, rows: list[Row]) -> None:
        by_person: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row.data.get("id_number"):
                by_person[row.data["id_number"]].append(row)
        for same in by_person.values():
            if len(same) > 1:
                check_same_person(same)
        by_household: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row.data.get("household"):
                by_household[row.data["household"]].append(row)
        self.households = len(by_household)
        for members in by_household.values():
            check_heads(members)

    def plan(self, rows: list[Row]) -> None:
        self.found = matching.match(self, rows)

    def write(self, rows: list[Row]) -> None:
        assert self.found is not None
        writing.write(self.found, self.today)


def check_same_person(rows: list[Row]) -> None:
    """One ID number on several rows: two names, two households or two accounts of the facts refuse all of them; an
    exact repetition stands and adds nothing."""

    def others(row: Row) -> str:
        return "、".join(other.where for other in rows if other is not row)

    def refuse_all(column: str, reason: str) -> None:
        for row in rows:
            row.refuse(column, reason.format(others(row)))

    if len({row.data["name"] for row in rows if row.data["name"]}) > 1:
        refuse_all("身份证号", "与{}重复，姓名不同")
    if len({row.data["household"] for row in rows if row.data["household"]}) > 1:
        refuse_all("户编号", "与{}是同一人，却在两户")
    if any(row.action == REJECTED for row in rows):
        return
    first = {key: value for key, value in rows[0].data.items()}
    if any(row.data != first for row in rows[1:]):
        refuse_all("身份证号", "与{}重复，内容不一致")
        return
    for row in rows[1:]:
        row.data["repeats"] = True


def check_heads(members: list[Row]) -> None:
    """Two heads refuse the household whole; whether there is one at all only the registry can tell."""
    heads = [row for row in members if row.data.get("relation") == Relation.HEAD]
    if len({row.data.get("id_number") or row.where for row in heads}) > 1:
        where = "、".join(row.where for row in heads)
        for row in members:
            row.refuse("与户主关系", f"本户有两个户主（{where}）")
