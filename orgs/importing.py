"""`import_orgs`: the old register taken over (contract §8), and exported again under the same titles."""

from collections import defaultdict
from datetime import date
from typing import Any, ClassVar

from core import cells, identity, uscc
from core.cells import as_text, clean_text, narrow
from core.errors import UserError
from core.importing import CREATED, UNCHANGED, UPDATED, Importer, Row
from core.sheets import Column
from district.models import Line
from district.services import district
from orgs import services
from orgs.models import LIVE, CertificateState, Organisation, OrgKind, OrgState
from orgs.rules import CODE_PREFIX, KIND_NAMES, tidy_name
from registry.batches import ledger
from registry.models import Person

COLUMNS = (
    Column("name", "名称", ("社会组织名称", "组织名称", "单位名称"), required=True),
    Column("kind", "类型", ("社会组织类型", "类别"), required=True),
    Column("code", "统一社会信用代码", ("信用代码", "登记证号"), required=True, identifier=True),
    Column("founded", "成立日期", ("登记日期", "成立时间", "登记时间"), required=True),
    Column("supervisor", "业务主管单位", ("主管单位",)),
    Column("representative", "法定代表人", ("法人代表", "负责人")),
    Column("id_number", "法定代表人身份证号", ("法人身份证号", "身份证号"), identifier=True),
    Column("address", "住所", ("地址", "住址")),
    Column("capital", "注册资金", ("开办资金", "活动资金", "原始基金")),
    Column("state", "状态", ("登记状态",)),
)  # fmt: skip
_KINDS = {
    OrgKind.ASSOCIATION: {"社会团体", "社团", "社会团体法人"},
    OrgKind.PRIVATE_UNIT: {"民办非企业单位", "民办非企业", "民非", "民办非", "社会服务机构"},
    OrgKind.FOUNDATION: {"基金会"},
}
_STATES = {
    OrgState.ACTIVE: {"正常", "存续", "在册", "有效", "成立", "已登记"},
    OrgState.EXCEPTION: {"活动异常", "异常", "列入异常", "列入活动异常名录"},
    OrgState.CANCELLED: {"注销", "已注销"},
    OrgState.REVOKED: {"撤销", "已撤销", "撤销登记", "已撤销登记", "吊销"},
}
KEPT = {
    "name": "名称",
    "supervisor": "业务主管单位",
    "representative_name": "法定代表人",
    "representative_id": "法定代表人身份证号",
    "address": "住所",
    "capital": "注册资金",
    "founded_on": "成立日期",
    "state": "状态",
}


def read_kind(value: Any) -> tuple[str, list[str]]:
    """社会团体|民办非企业单位|基金会 and what offices write for them."""
    return _read_word(value, _KINDS, KIND_NAMES, "类型")


def read_state(value: Any) -> tuple[str, list[str]]:
    return _read_word(value, _STATES, dict(OrgState.choices), "状态")


def _read_word(value: Any, words: Any, labels: Any, title: str) -> tuple[str, list[str]]:
    text, repairs = clean_text(value)
    tidy = narrow(text).replace(" ", "")
    for code, known in words.items():
        if tidy == labels[str(code)]:
            return str(code), repairs
        if tidy in known:
            return str(code), [*repairs, f"“{text}”按“{labels[str(code)]}”"]
    choices = "、".join(labels[str(code)] for code in words)
    raise UserError(f"{title}“{text}”看不懂，请填 {choices}")


def read_name(value: Any) -> tuple[str, list[str]]:
    text, repairs = clean_text(value)
    tidy = tidy_name(text)
    return tidy, repairs if tidy == text else [*repairs, "名称去除空格"]


@ledger("orgs")
class OrgImporter(Importer):
    """Registered and ended bodies of the old register, found again by their code."""

    title = "社会组织名册"
    columns = COLUMNS
    line: ClassVar[str] = Line.ORGS
    roles: ClassVar[frozenset[str]] = frozenset({"bureau_officer"})
    preview: ClassVar[tuple[str, ...]] = ("name", "kind", "code", "founded", "representative", "state")
    unmasked: ClassVar[frozenset[str]] = frozenset({"code"})

    def __init__(self, user: Any = None, today: date | None = None):
        super().__init__(user, today)
        self.known: dict[str, Organisation] = {}

    # --- one row ---

    def parse(self, row: Row) -> None:
        self.require(row, "name", "kind", "code", "founded")
        data, read = row.data, self.read
        data["name"] = read(row, "name", read_name)
        data["kind"] = read(row, "kind", read_kind)
        data["code"] = read(row, "code", uscc.read_code)
        self._kind_fits_code(row)
        data["founded_on"] = read(row, "founded", cells.parse_day)
        if data["founded_on"] and data["founded_on"] > self.today:
            row.refuse("成立日期", f"{data['founded_on']} 晚于今天")
        if data["founded_on"] and data["founded_on"].year < 1949:
            row.refuse("成立日期", f"{data['founded_on']} 不可能")
        data["supervisor"] = self._text(row, "supervisor", 100)
        data["representative_name"] = self._text(row, "representative", 60)
        found = read(row, "id_number", identity.read_id, self.today)
        data["representative_id"] = found.number if found else ""
        data["address"] = self._text(row, "address", 200)
        data["capital"] = read(row, "capital", cells.parse_amount, row.raw.head.units.get("capital", 1))
        data["state"] = read(row, "state", read_state) or OrgState.ACTIVE.value

    def _text(self, row: Row, key: str, most: int) -> str:
        text = self.read(row, key, clean_text) or ""
        if len(text) > most:
            row.refuse(self.titles[key], f"超过 {most} 字")
        return text

    def _kind_fits_code(self, row: Row) -> None:
        kind, code = row.data["kind"], row.data["code"]
        if not kind or not code:
            return
        if not code.startswith("5"):
            row.refuse("统一社会信用代码", f"首位应为 5（民政部门登记），表中为 {code[0]}")
        elif not code.startswith(CODE_PREFIX[kind]):
            wanted = CODE_PREFIX[kind][1]
            row.refuse(
                "统一社会信用代码",
                f"{KIND_NAMES[kind]}的第二位应为 {wanted}，表中为 {code[1]}",
            )

    # --- rows beside each other ---

    def check(self, rows: list[Row]) -> None:
        """One code, one name of a living body, one association a representative: all rows involved are refused."""
        standing = self.standing(rows)
        self._once(standing, lambda data: data["code"], "统一社会信用代码", "统一社会信用代码相同")
        self._once(
            standing,
            lambda data: data["code"][8:17],
            "统一社会信用代码",
            "主体标识码（第 9 至 17 位）相同",
        )
        self._once(standing, lambda data: data["name"] if data["state"] in LIVE else "", "名称", "同名")
        self._once(
            standing,
            lambda data: (
                data["representative_id"]
                if data["kind"] == OrgKind.ASSOCIATION and data["state"] in LIVE
                else ""
            ),
            "法定代表人身份证号",
            "同一人任两个社会团体的法定代表人",
        )

    def _once(self, rows: list[Row], key: Any, column: str, words: str) -> None:
        """Rows that share a key contradict each other; an exact repetition stands once."""
        same: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            value = key(row.data)
            if not value or row.action == UNCHANGED:
                continue
            twin = next((one for one in same[value] if one.data == row.data), None)
            if twin is None:
                same[value].append(row)
            elif column == "统一社会信用代码":
                row.action = UNCHANGED
                row.warnings.append(f"与{twin.where}完全相同")
        for group in same.values():
            for row in group:
                others = "、".join(one.where for one in group if one is not row)
                if others:
                    row.refuse(column, f"与{others}{words}")

    # --- with what is registered ---

    def plan(self, rows: list[Row]) -> None:
        services.lock_register()
        standing = [row for row in self.standing(rows) if not row.action]
        self.known = {
            one.credit_code: one
            for one in Organisation.objects.filter(credit_code__in={row.data["code"] for row in standing})
        }
        for row in standing:
            known = self.known.get(row.data["code"])
            if known is None:
                row.action = CREATED
            else:
                self._against(row, known)
        self._against_others([row for row in standing if row.action in (CREATED, UPDATED)])

    def _against(self, row: Row, known: Organisation) -> None:
        """A body known by its code: what the file says and differs is an update; a blank cell changes nothing."""
        for name, title in KEPT.items():
            value, before = row.data[name], getattr(known, name)
            if value in (None, "") or value == before:
                continue
            if name == "state" and not self._state_given(row):
                continue
            row.changes.append((title, _shown(name, before), _shown(name, value)))
        if known.state not in LIVE and row.changes:
            row.refuse("状态", f"本系统中{known.get_state_display()}，不能由名册改动")
            return
        row.action = UPDATED if row.changes else UNCHANGED

    def _state_given(self, row: Row) -> bool:
        return not cells.is_blank(row.raw.get("state"))

    def _against_others(self, rows: list[Row]) -> None:
        """Names, body codes and representatives of living bodies that the file does not carry."""
        codes = {row.data["code"] for row in rows}
        others = list(Organisation.objects.exclude(credit_code__in=codes))
        bodies = {one.credit_code[8:17]: one for one in others}
        names = {one.name: one for one in others if one.is_live}
        people = {
            one.representative_id: one
            for one in others
            if one.is_live and one.kind == OrgKind.ASSOCIATION and one.representative_id
        }
        for row in rows:
            data = row.data
            body = bodies.get(data["code"][8:17])
            if body:
                row.refuse("统一社会信用代码", f"主体标识码已属于{body}（{body.credit_code}）")
            if data["state"] not in LIVE:
                continue
            same = names.get(data["name"])
            if same:
                row.refuse("名称", f"与已登记的{same}（{same.credit_code}）同名")
            leads = people.get(data["representative_id"]) if data["kind"] == OrgKind.ASSOCIATION else None
            if leads:
                row.refuse("法定代表人身份证号", f"此人已是{leads}的法定代表人")

    # --- writing ---

    def write(self, rows: list[Row]) -> None:
        numbers = {row.data["representative_id"] for row in rows if row.data.get("representative_id")}
        people = {one.id_number: one for one in Person.objects.filter(id_number__in=numbers)}
        area = district()
        for row in rows:
            if row.action == CREATED:
                self._create(row.data, area, people)
            elif row.action == UPDATED:
                self._update(row, people)

    def _create(self, data: dict[str, Any], area: Any, people: dict[str, Person]) -> None:
        ended = data["state"] not in LIVE
        Organisation.objects.create(
            division=area,
            credit_code=data["code"],
            kind=data["kind"],
            person=people.get(data["representative_id"]),
            # The old register tells that a body is ended, not when; its name rests from the day of taking over.
            ended_on=self.today if ended else None,
            **{name: data[name] for name in KEPT},
        )

    def _update(self, row: Row, people: dict[str, Person]) -> None:
        one = self.known[row.data["code"]]
        changed = {title for title, _, _ in row.changes}
        for name, title in KEPT.items():
            if title in changed:
                setattr(one, name, row.data[name])
        one.person = people.get(one.representative_id, one.person if one.representative_id else None)
        if one.state not in LIVE:
            one.ended_on = self.today
            one.certificates.filter(state=CertificateState.VALID).update(
                state=CertificateState.RETURNED, closed_on=self.today
            )
        one.save()


def _shown(name: str, value: Any) -> str:
    return str(OrgState(value).label) if name == "state" else as_text(value)
