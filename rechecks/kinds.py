"""The kinds of outside lists (比对名单): their columns, and what of a row is its day, its amount and its words.

A row is kept as three typed values that the rules judge (`day`, `amount`, `label`), and all its further columns as they
came, for the eyes of whoever verifies the finding. Each kind is a row of this table; nothing else knows the columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.sheets import Column
from district.models import Line

ID_NUMBER = Column(
    "id_number",
    "身份证号",
    ("身份证号码", "公民身份号码", "公民身份证号", "身份证件号码", "身份证", "证件号码", "证件号"),
    required=True,
    group="who",
    identifier=True,
)
# How a list without numbers tells its people: by name and birth date, the nearer the better with their place.
BIRTH = Column("birth", "出生日期", ("出生年月", "出生年月日", "生日", "出生时间"), group="who")
TOWNSHIP = Column("township", "乡镇(街道)", ("乡镇", "街道", "乡镇街道", "镇街"))
VILLAGE = Column(
    "village",
    "村(社区)",
    ("村居", "村(居)", "村(居)委会", "村委会", "社区", "村", "村社区", "行政村"),
)
NAME = Column("name", "姓名", ("人员姓名", "当事人姓名"), required=True)


@dataclass(frozen=True)
class Kind:
    """One kind of list. `reason` is the word of the ending (停发原因); `columns` beside ID number and name.

    `telling`: at least one of these columns must be there, or the file is some other list. `day`, `amount`: the column
    that is the row's day or its yuan; `label`: the columns whose words are judged. `lines`: whose programmes it
    concerns; wealth says nothing about an age allowance.
    """

    code: str
    name: str
    reason: str
    columns: tuple[Column, ...]
    telling: tuple[str, ...]
    day: str = ""
    amount: str = ""
    label: tuple[str, ...] = ()
    lines: tuple[str, ...] = (Line.RELIEF,)
    is_matched: bool = True

    def all_columns(self) -> tuple[Column, ...]:
        """Of a list with numbers, as it is asked for."""
        return (ID_NUMBER, NAME, *self.columns)

    def sought(self) -> tuple[Column, ...]:
        """What is looked for in a file: the number, or where there is none, name and birth date."""
        return (ID_NUMBER, NAME, *self.columns, BIRTH, TOWNSHIP, VILLAGE)

    def title(self, key: str) -> str:
        return next(one.title for one in self.all_columns() if one.key == key)


def _columns(*titles: str | tuple[str, ...]) -> tuple[Column, ...]:
    """Columns named by their title, with synonyms; the key is the title."""
    names = [(one,) if isinstance(one, str) else one for one in titles]
    return tuple(Column(first, first, tuple(rest)) for first, *rest in names)


ESTATE = _columns(
    ("不动产单元号", "不动产权证号", "房产证号"),
    ("坐落", "房屋坐落"),
    ("建筑面积", "面积"),
    ("用途", "房屋用途"),
)
KINDS: dict[str, Kind] = {
    one.code: one
    for one in (
        Kind(
            "death", "死亡名单", "死亡",
            _columns(("死亡日期", "死亡时间", "去世日期")),
            ("死亡日期",), day="死亡日期", lines=tuple(Line.values),
        ),
        Kind(
            "pension", "养老金名单", "退休",
            _columns(("月养老金", "养老金", "月养老金额"), ("起领年月", "领取起始年月", "起领时间")),
            ("月养老金", "起领年月"), day="起领年月", amount="月养老金",
        ),
        Kind(
            "business", "工商登记名单", "工商",
            _columns(
                ("企业名称", "单位名称", "市场主体名称"), "统一社会信用代码", ("角色", "身份"),
                ("成立日期", "登记日期"), ("登记状态", "经营状态", "状态"),
            ),
            ("登记状态", "企业名称"), day="成立日期", label=("登记状态",),
        ),
        Kind(
            "tax", "个人所得税名单", "税务",
            _columns("年度", ("应税收入", "年应税收入", "应纳税所得额")),
            ("应税收入",), amount="应税收入", label=("年度",),
        ),
        Kind(
            "vehicle", "车辆名单", "车辆",
            _columns(("号牌号码", "车牌号", "号牌"), ("车辆类型", "车型"), "使用性质", ("登记日期", "初次登记日期")),
            ("车辆类型", "号牌号码"), day="登记日期", label=("车辆类型", "使用性质"),
        ),
        Kind("property", "不动产名单", "多处房产", ESTATE, ("用途", "坐落", "不动产单元号"), label=("用途",)),
        Kind("shop", "商业门面名单", "商业门面", ESTATE, ("用途", "坐落", "不动产单元号"), label=("用途",)),
        Kind(
            "payroll", "财政供养人员名单", "财政供养",
            _columns(("单位名称", "工作单位", "供养单位"), ("月工资", "月应发工资")),
            ("单位名称", "月工资"), amount="月工资",
        ),
        Kind(
            "insurance", "社会保险缴费名单", "经济状况",
            _columns("年度", ("缴费基数", "月缴费基数")),
            ("缴费基数",), amount="缴费基数", label=("年度",),
        ),
        Kind(
            "disability", "持证残疾人名单", "",
            _columns("残疾证号", "残疾类别", ("残疾等级", "等级"), "发证日期"),
            ("残疾证号", "残疾等级"), day="发证日期", label=("残疾类别", "残疾等级"), is_matched=False,
        ),
    )
}  # fmt: skip
# The official end reason (benefits.models.EndReason) that a confirmed finding of the kind leads to.
END_REASONS = {"insurance": "means"}


def matched() -> Iterable[Kind]:
    """The kinds that may end or change a holding."""
    return [one for one in KINDS.values() if one.is_matched]


CHOICES = [(one.code, one.name) for one in KINDS.values()]
