"""The demo accounts: every role and township, no superuser. One password, for demonstration only."""

from dataclasses import dataclass

from district.models import Role, User
from district.services import create_account
from registry.names import reading

DEMO_PASSWORD = "Minzheng-2020"


@dataclass(frozen=True)
class Account:
    username: str
    role: str
    name: str
    purpose: str
    township: str = ""
    lines: tuple[str, ...] = ()


# As in district/data/daxiang_divisions.json, written out so that the list needs no database. The clerk's and the
# leader's names are made up.
_TOWNSHIPS = (
    ("430503001", "中心路街道", "周晓兰", "张国强"),
    ("430503002", "红旗路街道", "李建平", "杨桂英"),
    ("430503003", "城北路街道", "王海燕", "何卫东"),
    ("430503004", "城西街道", "刘志勇", "郭志明"),
    ("430503005", "翠园街道", "陈丽华", "胡爱民"),
    ("430503006", "百春园街道", "唐新民", "朱永红"),
    ("430503007", "城南街道", "罗小红", "林建军"),
    ("430503008", "火车南站街道", "黄立军", "宋海波"),
    ("430503009", "学院路街道", "肖美玲", "梁玉珍"),
    ("430503010", "雨溪街道", "曾庆国", "冯伟"),
    ("430503011", "檀江街道", "蒋玉梅", "曹德明"),
    ("430503101", "罗市镇", "邓春生", "袁新华"),
    ("430503202", "蔡锷乡", "彭秋香", "尹立新"),
    ("430503203", "板桥乡", "谢文斌", "石光荣"),
)


def _of_townships() -> list[Account]:
    """Usernames after the township: `zhongxinlu1` is its clerk, `zhongxinlu9` its leader."""
    found = []
    for code, name, clerk, leader in _TOWNSHIPS:
        stem = reading(name.removesuffix("街道").removesuffix("镇").removesuffix("乡"))[0]
        found.append(Account(f"{stem}1", "township_clerk", clerk, f"{name}：受理、入户、初审", code))
        found.append(Account(f"{stem}9", "township_leader", leader, f"{name}：审批初审意见", code))
    return found


_BUREAU = [
    Account("relief1", "bureau_officer", "刘敏", "低保审核确认、标准与政策、调标", lines=("relief",)),
    Account("relief2", "bureau_officer", "陈刚", "第二名业务人员：审批调标、审核确认", lines=("relief",)),
    Account(
        "elderly1", "bureau_officer", "蒋丽萍", "老龄：审批高龄津贴、长寿金名单和停发", lines=("elderly",)
    ),
    Account("elderly2", "bureau_officer", "邹建华", "老龄：第二名业务人员", lines=("elderly",)),
    Account("orgs1", "bureau_officer", "谢琳", "社会组织：核名、受理、审查、年检", lines=("orgs",)),
    Account("orgs2", "bureau_officer", "周正平", "社会组织：另一人决定、复核年检结论", lines=("orgs",)),
    Account(
        "grassroots1",
        "bureau_officer",
        "尹志平",
        "基层政权：启动换届、看 98 个村居进度",
        lines=("grassroots",),
    ),
    Account("grassroots2", "bureau_officer", "石玉兰", "基层政权：结果备案、赋码换证", lines=("grassroots",)),
    Account(
        "registrar1", "registrar", "唐婉", "婚姻登记：结婚、离婚、补领，取号发证，关簿", lines=("marriage",)
    ),
    Account("registrar2", "registrar", "曹雨晴", "婚姻登记：第二名登记员", lines=("marriage",)),
    Account("finance1", "finance", "李会芳", "生成发放批次（制表）、回盘、重发"),
    Account("finance2", "finance", "王志坚", "复核批次"),
    Account("finance3", "finance", "唐晓明", "结账，授权额度内审定"),
    Account("leader1", "leader", "罗国平", "审定并锁定批次，看年度统计"),
    Account("leader2", "leader", "黄秀兰", "第二名分管领导"),
    Account("auditor1", "auditor", "曾正", "只读：变更历史、查阅与导出痕迹、任一数字到明细"),
    Account("sysadmin1", "sysadmin", "邓工", "账号与角色，不看案件"),
]
_ALL = [*_of_townships(), *_BUREAU]

# What bin/run prints: two townships and the bureau. (username, role, what it is for)
DEMO_ACCOUNTS: list[tuple[str, str, str]] = [
    (one.username, dict(Role.choices)[one.role], one.purpose)
    for one in _ALL
    if one.township in ("", "430503001", "430503101")
]


class Staff:
    """The demo accounts by what they do."""

    def __init__(self, accounts: list[User]):
        self._accounts = accounts

    @classmethod
    def made(cls) -> "Staff":
        """All demo accounts; one that is there already is taken as it is."""
        known = User.objects.in_bulk(field_name="username")
        for one in _ALL:
            if one.username not in known:
                known[one.username], _ = create_account(
                    one.username,
                    one.role,
                    division=one.township,
                    lines=list(one.lines),
                    full_name=one.name,
                    password=DEMO_PASSWORD,
                )
        return cls([known[one.username] for one in _ALL])

    def __getitem__(self, username: str) -> User:
        return next(one for one in self._accounts if one.username == username)

    def clerk(self, division: str) -> User:
        """The clerk in whose township the division lies."""
        return self._in(division, "township_clerk")

    def leader(self, division: str) -> User:
        return self._in(division, "township_leader")

    def _in(self, division: str, role: str) -> User:
        return next(
            one for one in self._accounts if one.role == role and division.startswith(one.division_id)
        )
