"""社会组织 in the demo year: the register, acts of the year, the inspection of last year's reports, what is in hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from casework.services import move
from core import uscc
from demo.names import given, phone, surname
from demo.rooms import Room
from district.models import Division, DivisionLevel
from orgs import inspection, services
from orgs.models import InspectionCampaign, InspectionReport, Organisation
from orgs.rules import CODE_PREFIX, years_after

# The report of 2020: 20 associations and 58 private units at the year's end, no foundation.
ASSOCIATIONS, PRIVATE_UNITS = 20, 58
CULTURE, EDUCATION, CIVIL = "大祥区文化旅游广电体育局", "大祥区教育局", "大祥区民政局"
# Field and form of an association, and its supervisor (a word for a directly registered kind).
_ASSOCIATIONS = (
    ("老年体育", "协会", CULTURE), ("书法家", "协会", CULTURE), ("摄影家", "协会", CULTURE),
    ("餐饮行业", "商会", "trade"), ("太极拳", "协会", CULTURE), ("志愿服务", "联合会", "charity"),
    ("象棋", "协会", CULTURE), ("诗词", "学会", "大祥区文学艺术界联合会"), ("物业管理", "协会", "trade"),
    ("农业科技", "促进会", "science"), ("舞蹈家", "协会", CULTURE), ("民营企业", "商会", "trade"),
    ("乒乓球", "协会", CULTURE), ("慈善", "总会", "charity"), ("家政服务", "协会", "trade"),
    ("法学", "研究会", "大祥区司法局"), ("音乐家", "协会", CULTURE), ("钓鱼", "协会", CULTURE),
    ("柑橘种植", "协会", "大祥区农业农村局"), ("养老服务", "协会", "trade"), ("民间文艺家", "协会", CULTURE),
    ("羽毛球", "协会", CULTURE), ("退役军人关爱", "协会", "大祥区退役军人事务局"), ("花卉", "协会", "trade"),
)  # fmt: skip
_UNITS = (
    ("幼儿园", EDUCATION), ("幼儿园", EDUCATION), ("幼儿园", EDUCATION), ("艺术培训学校", EDUCATION),
    ("养老服务中心", CIVIL), ("社会工作服务中心", "community"), ("幼儿园", EDUCATION),
    ("职业培训学校", "大祥区人力资源和社会保障局"), ("体育俱乐部活动中心", CULTURE), ("社区助老服务站", "community"),
    ("康复服务中心", "大祥区残疾人联合会"), ("科普服务中心", "science"),
)  # fmt: skip
_STYLES = (
    "小太阳", "金色摇篮", "蓝天", "晨光", "启明星", "爱心", "育才", "博雅", "阳光", "童乐", "新苗", "春晖",
    "红星", "希望", "七彩", "未来", "慧心", "益民", "康乐", "乐龄", "和美", "同心", "青禾", "百灵", "智慧树",
    "向日葵", "小博士", "明德", "弘文", "惠众",
)  # fmt: skip
_CULTURAL_SCOPE = "组织培训、交流、展演和公益活动"
# How far the acts that are in hand have come, and how many days ago they began.
_OPEN = (("name", 1), ("papers", 4), ("papers", 9), ("review", 12), ("decide", 20))


@dataclass
class Person:
    """A made-up legal representative."""

    name: str
    id_number: str


class Orgs(Room):
    """Everything of the line happens in `finish`: nothing here is paid."""

    def finish(self) -> None:
        place = self.district
        self.maker, self.checker = place.staff["orgs1"], place.staff["orgs2"]
        self.year, self.rng = place.year, place.rng
        self.villages = list(
            Division.objects.filter(level=DivisionLevel.VILLAGE, until=None).order_by("code")
        )
        founded = {"association": place.part(1), "private_unit": place.part(3)}
        ended = {"association": place.part(1), "private_unit": place.part(2)}
        wanted = {
            "association": place.part(ASSOCIATIONS, 6),
            "private_unit": place.part(PRIVATE_UNITS, 8),
        }
        self.used = 0
        self.styles, self.taken = _STYLES * 2, set[tuple[str, str]]()
        stock = [
            self.known(kind, n)
            for kind, count in wanted.items()
            for n in range(count - founded[kind] + ended[kind])
        ]
        Organisation.objects.bulk_create(stock)
        self.inspect(self.year - 2, late=stock[:1])
        for kind, count in founded.items():
            for n in range(count):
                self.establish(kind, date(self.year, 4 + 2 * n, 10))
        closing = [one for kind, count in ended.items() for one in _first(stock, kind, count)]
        for n, one in enumerate(closing):
            self.cancel(one, date(self.year, 2 + n, 20))
        staying = [one for one in stock if one not in closing]
        self.inspect(self.year - 1, late=stock[:2], closing=closing)
        for n, one in enumerate(staying[3:7]):
            self.change(one, date(self.year, 7 + n, 8), {"address": self.address()})
        self.watch(staying[0])
        self.today(staying)
        place.tell(f"社会组织：{Organisation.objects.filter(ended_on=None).count()} 家，年检、登记办理")

    # -- the register ---------------------------------------------------------------------------

    def known(self, kind: str, n: int) -> Organisation:
        """A body that the old register brought along."""
        facts, who = self.facts(kind, n), self.person()
        founded = date(
            self.rng.randint(2004, self.year - 1), self.rng.randint(1, 12), self.rng.randint(1, 28)
        )
        self.used += 1
        stem = uscc.body_code(f"MJ7{43_000 + self.used * 7:05d}")
        area = services.district()
        years = facts["term_years"]
        return Organisation(
            division=area,
            credit_code=uscc.make(CODE_PREFIX[kind], area.pk, stem),
            founded_on=founded,
            representative_name=who.name,
            representative_id=who.id_number,
            term_until=years_after(date(self.year - 2, 6, 1), years) if years else None,
            **{name: value for name, value in facts.items() if name not in services.NAME_PARTS},
        )

    def facts(self, kind: str, n: int) -> dict[str, Any]:
        """Name in parts, supervisor or direct kind, members, money: the n-th of its kind, each another name."""
        if kind == "association":
            field, form, over = _ASSOCIATIONS[n % len(_ASSOCIATIONS)]
            again = n // len(_ASSOCIATIONS)
            style = _STYLES[again - 1] if again else ""
            more = {"individuals": self.rng.randint(52, 160), "term_years": self.rng.choice((3, 4, 5))}
            scope = f"{field}领域的{_CULTURAL_SCOPE}"
        else:
            ending, over = _UNITS[n % len(_UNITS)]
            style = next(
                one for one in self.styles[n * 7 % len(_STYLES) :] if (one, ending) not in self.taken
            )
            self.taken.add((style, ending))
            form = next(one for one in ("幼儿园", "学校", "中心", "站") if ending.endswith(one))
            field = ending.removesuffix(form) or "学前教育"
            more = {"term_years": 4}
            scope = f"{ending}的举办和服务"
        direct = over if over in ("trade", "science", "charity", "community") else ""
        area = services.district().name
        shown = ending if kind != "association" else f"{field}{form}"
        return {
            "kind": kind,
            "name_area": area,
            "name_style": style,
            "name_field": field,
            "name_form": form,
            "name": f"{area}{style}{shown}",
            "supervisor": "" if direct else over,
            "direct_kind": direct,
            "address": self.address(),
            "phone": phone(self.rng),
            "capital": Decimal(self.rng.choice((30_000, 50_000, 100_000, 200_000))),
            "scope": scope,
            "staff": self.rng.randint(1, 18),
            **more,
        }

    def person(self) -> Person:
        sex, born = self.rng.choice("MF"), date(self.rng.randint(1955, 1985), self.rng.randint(1, 12), 11)
        name = surname(self.rng) + given(self.rng, sex, born)
        return Person(name, self.district.numbers.id_number(born, sex))

    def address(self) -> str:
        village = self.rng.choice(self.villages)
        return f"{village.parent.name}{village.name}{self.rng.randint(1, 200)}号"

    # -- acts -----------------------------------------------------------------------------------

    def apply(self, kind: str, on: date, n: int) -> Any:
        """A new body's application, of a field that the register doesn't have."""
        who = self.person()
        if kind == "association":
            fields = ("合唱", "门球", "茶艺", "京剧票友", "青年创业", "骑行")
            facts = {**self.facts(kind, n), "name_field": fields[n % len(fields)], "name_form": "协会"}
            facts |= {"supervisor": CULTURE, "direct_kind": ""}
        else:
            fields = (
                "托育服务",
                "居家养老服务",
                "心理咨询服务",
                "公益创投服务",
                "儿童关爱服务",
                "社区调解服务",
            )
            facts = {**self.facts(kind, n), "name_field": fields[n % len(fields)], "name_form": "中心"}
            facts |= {"supervisor": CIVIL, "direct_kind": ""}
        facts.pop("name")
        facts["scope"] = f"{facts['name_field']}领域的{_CULTURAL_SCOPE}"
        facts |= {"representative_name": who.name, "representative_id": who.id_number, "paid_in": True}
        return services.open_establish(self.maker, facts, on=on)

    def with_papers(self, case: Any, on: date, lacking: int = 0) -> Any:
        codes = [one.code for one in services.wanted_papers(case)]
        return services.save_papers(case, codes[: len(codes) - lacking], self.maker, on=on)

    def establish(self, kind: str, on: date) -> None:
        case = move(self.apply(kind, on, on.month), "approve_name", self.maker, on=on + timedelta(days=1))
        case = self.with_papers(case, on + timedelta(days=5))
        case = move(case, "accept", self.maker, on=on + timedelta(days=5))
        self.decide(case, on + timedelta(days=9), "场地、人员、资金与申报一致，符合登记条件。")

    def decide(self, case: Any, on: date, words: str) -> None:
        case = move(case, "send_up", self.maker, opinion=words, on=on)
        move(case, "grant", self.checker, opinion="同意。", on=on + timedelta(days=3))

    def change(self, body: Organisation, on: date, wished: dict[str, Any]) -> None:
        case = services.open_change(body, self.maker, wished, "活动场地调整，理事会决议通过。", on=on)
        case = move(self.with_papers(case, on), "accept", self.maker, on=on)
        self.decide(case, on + timedelta(days=4), "材料属实。")

    def liquidate(self, body: Organisation, on: date) -> Any:
        case = services.open_cancel(body, self.maker, "理事会决议终止活动。", on=on)
        case = move(self.with_papers(case, on), "accept", self.maker, on=on)
        facts = {
            "liquidators": f"{body.representative_name}、{self.person().name}、{self.person().name}",
            "liquidation_from": on,
            "creditors_noticed_on": on + timedelta(days=2),
            "creditors_notice_in": "邵阳日报",
        }
        return services.save_facts(case, facts, self.maker)

    def cancel(self, body: Organisation, on: date) -> None:
        case, end = self.liquidate(body, on), on + timedelta(days=52)
        facts = {
            "audited_on": end,
            "liquidation_reported_on": end,
            "auditor": "邵阳公信会计师事务所",
            "remaining": Decimal(6_200),
            "remaining_use": "按章程转给宗旨相近的社会组织",
            "seal_returned_on": end,
            "certificate_returned_on": end,
        }
        self.decide(services.save_facts(case, facts, self.maker), end, "清算完毕，材料齐全。")

    # -- yearly inspection ----------------------------------------------------------------------

    def inspect(
        self, year: int, late: list[Organisation], closing: list[Organisation] | None = None, leave: int = 0
    ) -> InspectionCampaign:
        """The campaign on a year: `late` never report, `closing` ended meanwhile, the last `leave` stay open."""
        campaign = inspection.open_campaign(year, self.maker, date(year + 1, 1, 15))
        skipped = {one.pk for one in [*late, *(closing or [])]}
        reports = list(campaign.reports.exclude(organisation__in=skipped).select_related("organisation"))
        for n, report in enumerate(reports[: len(reports) - leave]):
            self.hand_in(report, year, behind=n % 19 == 18)
            if n % 14 == 13:
                basic = "开展活动少，财务管理制度不健全。"
                inspection.propose_conclusion(report, self.maker, "basic", basic, on=date(year + 1, 6, 20))
        day = date(year + 1, 6, 22)
        inspection.propose_pass(campaign.reports.all(), self.maker, day)
        for one in campaign.reports.filter(state="proposed"):
            inspection.conclude(one, self.checker, on=date(year + 1, 6, 28))
        inspection.remind(campaign.reports.all(), self.maker, date(year + 1, 6, 3))
        return campaign

    def hand_in(self, report: InspectionReport, year: int, behind: bool = False, whole: bool = True) -> None:
        income = Decimal(self.rng.randint(30, 900) * 1000)
        day = (
            date(year + 1, 6, 12)
            if behind
            else date(year + 1, self.rng.randint(3, 5), self.rng.randint(1, 28))
        )
        facts = {
            "submitted_on": day,
            "papers": ["report", "finance", "audit", "certificate"] if whole else ["report", "finance"],
            "income": income,
            "expenses": income - self.rng.randint(-20, 25) * 1000,
            "net_assets": Decimal(self.rng.randint(20, 400) * 1000),
            "staff": self.rng.randint(1, 25),
            "activities": self.rng.randint(2, 30),
        }
        if report.supervisor_due_on:
            facts |= {"supervisor_on": date(year + 1, 2, 27), "supervisor_opinion": "同意上报。"}
        inspection.take_report(report, self.maker, facts, on=max(day, date(year + 1, 6, 12)))

    def watch(self, body: Organisation) -> None:
        """Two years without a report: proposed for the exception list, not decided yet."""
        ground = f"连续两年（{self.year - 2}、{self.year - 1} 年度）未报送年度工作报告，催报无回应。"
        inspection.propose_measure(body, "exception", ground, self.maker, date(self.year, 7, 10))

    # -- these days -----------------------------------------------------------------------------

    def today(self, staying: list[Organisation]) -> None:
        """What is in hand near today, at every stage; last year's reports with some left to do."""
        now = timezone.localdate()
        for n, (stage, ago) in enumerate(_OPEN):
            self.in_hand("association" if n % 2 else "private_unit", stage, now - timedelta(days=ago), n)
        self.liquidate(staying[-1], now - timedelta(days=30))
        moving = services.open_change(
            staying[-2], self.maker, {"address": self.address()}, "住所迁移。", on=now - timedelta(days=3)
        )
        self.with_papers(moving, now - timedelta(days=2), lacking=1)
        if now.year - 1 <= self.year or now < date(now.year, 6, 30):
            return
        campaign = self.inspect(now.year - 1, late=staying[:1], leave=5)
        waiting = list(campaign.reports.filter(state="due").exclude(organisation=staying[0])[:4])
        for n, report in enumerate(waiting):
            self.hand_in(report, now.year - 1, behind=True, whole=n != 0)
        inspection.propose_pass(campaign.reports.filter(pk__in=[one.pk for one in waiting[2:]]), self.maker)

    def in_hand(self, kind: str, stage: str, on: date, n: int) -> None:
        case = self.apply(kind, on, n)
        if stage == "name":
            return
        case = move(case, "approve_name", self.maker, on=on)
        case = self.with_papers(case, on, lacking=2 if stage == "papers" else 0)
        if stage == "papers":
            move(case, "ask_materials", self.maker, on=on)
            return
        case = move(case, "accept", self.maker, on=on)
        if stage == "decide":
            move(case, "send_up", self.maker, opinion="符合登记条件，建议准予登记。", on=on)


def _first(stock: list[Organisation], kind: str, count: int) -> list[Organisation]:
    """Some of a kind, not the first ones."""
    return [one for one in stock if one.kind == kind][3 : 3 + count]
