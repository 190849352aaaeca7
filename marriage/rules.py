"""The law of marriage registration as pure functions: who may marry, which papers. Days are counted in `periods`.

Sources: 民法典 (Civil Code, in force 2021-01-01), 婚姻法 (until 2020-12-31), 婚姻登记条例 (2003; 国务院令第804号 from
2025-05-10), 民政部关于贯彻落实民法典中有关婚姻登记规定的通知（民发〔2020〕116号）for the cooling-off of divorces.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from marriage.periods import age_on, turns

CODE_IN_FORCE = date(2021, 1, 1)
# From this day no household booklet is asked for and any registrar of the country may register.
REVISED_RULES_FROM = date(2025, 5, 10)
BLOCK, WARN, OK = "block", "warn", "ok"
MAN, WOMAN = "M", "F"
SIDES = {MAN: "男方", WOMAN: "女方"}
MARRY, DIVORCE, REISSUE_MARRIAGE, REISSUE_DIVORCE = (
    "marriage",
    "divorce",
    "reissue_marriage",
    "reissue_divorce",
)
SINGLE, DIVORCED, WIDOWED, MARRIED = "single", "divorced", "widowed", "married"
STATUS_WORDS = {SINGLE: "未婚", DIVORCED: "离婚", WIDOWED: "丧偶", MARRIED: "已婚"}
LETTERS = {MARRY: "J", DIVORCE: "L", REISSUE_MARRIAGE: "BJ", REISSUE_DIVORCE: "BL"}
HOME = "中国"
RECENT_DIVORCE_DAYS = 30


# --- papers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """A document that the parties bring. `needed` False: asked for where it applies (离婚证 of a former marriage)."""

    code: str
    label: str
    basis: str
    needed: bool = True


def booklet_needed(day: date) -> bool:
    """Until 2025-05-09 the household booklet is shown too."""
    return day < REVISED_RULES_FROM


def residence_needed(day: date) -> bool:
    """Until 2025-05-09 one of the parties has the registered residence at the registry's place ○."""
    return day < REVISED_RULES_FROM


def basis_of(day: date) -> str:
    return "婚姻登记条例（2003）" if day < REVISED_RULES_FROM else "婚姻登记条例（国务院令第804号）"


def papers_needed(kind: str, day: date) -> list[Paper]:
    """The documents of an act by its day."""
    basis = basis_of(day)
    found = [Paper("id_cards", "双方居民身份证", basis)]
    if kind in (REISSUE_MARRIAGE, REISSUE_DIVORCE):
        found = [Paper("id_cards", "申请人居民身份证", basis)]
    if booklet_needed(day):
        found.append(Paper("booklets", "户口簿", basis))
    if kind == MARRY:
        found += [
            Paper("photos", "双方近期合影三张", "婚姻登记工作规范"),
            Paper("former", "离婚证、生效判决书或死亡证明（再婚的）", basis, needed=False),
        ]
    elif kind == DIVORCE:
        found += [
            Paper("certificate", "结婚证", basis),
            Paper("agreement", "离婚协议书（子女、财产、债务）", "民法典第1076条"),
            Paper("photos", "双方单人近期照片各两张", "婚姻登记工作规范"),
        ]
    else:
        found += [
            Paper("archive", "婚姻登记档案证明", basis),
            Paper("photos", "近期照片", "婚姻登记工作规范"),
        ]
    return found


# --- checks ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One thing looked at: it blocks, it warns, or it is in order; in the registrar's words, with its article."""

    code: str
    level: str
    text: str
    basis: str


@dataclass(frozen=True)
class Status:
    """What the register says of a person: the newest act and what follows from it. `spouse`: ID number of the other."""

    state: str
    since: date | None = None
    spouse: str = ""
    number: str = ""


@dataclass(frozen=True)
class Side:
    """A party as declared, with what the registry and the register say. `status` None: no act is registered here."""

    side: str
    name: str
    id_number: str
    birth: date
    sex: str
    nationality: str = HOME
    hukou_local: bool = False
    before: str = ""
    registry_name: str = ""
    dead_on: date | None = None
    status: Status | None = None

    @property
    def who(self) -> str:
        return f"{SIDES[self.side]}{self.name}"


@dataclass(frozen=True)
class Ages:
    man: int = 22
    woman: int = 20

    def of(self, side: str) -> int:
        return self.man if side == MAN else self.woman


@dataclass(frozen=True)
class Facts:
    """All that an act rests on."""

    kind: str
    on: date
    man: Side
    woman: Side
    both_present: bool = False
    voluntary: bool = False
    unrelated: bool = False
    capable: bool = False
    agreement: bool = False
    papers: frozenset[str] = frozenset()
    prior_number: str = ""
    ages: Ages = field(default_factory=Ages)

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.man, self.woman

    @property
    def joined(self) -> bool:
        """The register shows the two as married to each other."""
        return all(
            one.status is not None and one.status.state == MARRIED and one.status.spouse == other.id_number
            for one, other in ((self.man, self.woman), (self.woman, self.man))
        )


def old_law(day: date) -> bool:
    return day < CODE_IN_FORCE


def article(day: date, code: str, old: str) -> str:
    return f"婚姻法{old}" if old_law(day) else f"民法典{code}"


def checks(facts: Facts) -> list[Check]:
    """Everything that the act is checked for, as it stands; what blocks first."""
    found = [one for look in _LOOKS[facts.kind] for one in look(facts)]
    order = {BLOCK: 0, WARN: 1, OK: 2}
    return sorted(found, key=lambda one: order[one.level])


def blocks(found: list[Check]) -> list[Check]:
    return [one for one in found if one.level == BLOCK]


def _ages(facts: Facts) -> list[Check]:
    """男不得早于二十二周岁，女不得早于二十周岁, on the day of the registration."""
    basis = article(facts.on, "第1047条", "第6条")
    found = []
    for one in facts.sides:
        need, has = facts.ages.of(one.side), age_on(one.birth, facts.on)
        if has < need:
            reached = turns(one.birth, need)
            text = f"{one.who} {has} 周岁，未达法定婚龄 {need} 周岁，{reached:%Y-%m-%d} 起方可登记"
            found.append(Check(f"age_{one.side}", BLOCK, text, basis))
        else:
            found.append(Check(f"age_{one.side}", OK, f"{one.who} {has} 周岁，达到法定婚龄", basis))
    return found


def _unmarried(facts: Facts) -> list[Check]:
    basis = article(facts.on, "第1042、1051条", "第3、10条")
    found = []
    for one in facts.sides:
        if one.status is not None and one.status.state == MARRIED:
            since = f"{one.status.since:%Y-%m-%d} " if one.status.since else ""
            text = f"{one.who}在本处登记为已婚（{since}{one.status.number}），婚姻关系仍存续"
            found.append(Check(f"married_{one.side}", BLOCK, text, basis))
        elif one.before == MARRIED:
            found.append(Check(f"married_{one.side}", BLOCK, f"{one.who}申明为已婚", basis))
        else:
            found.append(Check(f"married_{one.side}", OK, f"{one.who}在本处没有存续的婚姻", basis))
            found += _status_differs(one)
    return found


def _status_differs(one: Side) -> list[Check]:
    if one.status and one.before and one.before != one.status.state:
        told, known = STATUS_WORDS[one.before], STATUS_WORDS[one.status.state]
        text = f"{one.who}申明“{told}”，本处登记簿为“{known}”"
        return [Check(f"status_{one.side}", WARN, text, "婚姻登记工作规范")]
    return []


def _recent_divorce(facts: Facts) -> list[Check]:
    return [
        Check(
            f"recent_{one.side}",
            WARN,
            f"{one.who} {one.status.since:%Y-%m-%d} 刚登记离婚，请核对离婚证原件",
            "婚姻登记工作规范",
        )
        for one in facts.sides
        if one.status
        and one.status.state == DIVORCED
        and one.status.since
        and 0 <= (facts.on - one.status.since).days <= RECENT_DIVORCE_DAYS
    ]


def _kinship(facts: Facts) -> list[Check]:
    basis = article(facts.on, "第1048条", "第7条")
    if facts.unrelated:
        return [Check("kinship", OK, "双方申明没有直系血亲和三代以内旁系血亲关系", basis)]
    return [Check("kinship", BLOCK, "双方没有申明无直系血亲和三代以内旁系血亲关系", basis)]


def _will(facts: Facts) -> list[Check]:
    basis = (
        article(facts.on, "第1046、1049条", "第5、8条")
        if facts.kind == MARRY
        else article(facts.on, "第1076条", "第31条")
    )
    found = [
        Check("present", OK, "双方亲自到场", basis)
        if facts.both_present
        else Check("present", BLOCK, "双方没有共同到场，须双方亲自到婚姻登记机关", basis),
        Check("voluntary", OK, "双方自愿", basis)
        if facts.voluntary
        else Check("voluntary", BLOCK, "没有确认双方完全自愿", basis),
    ]
    return found


def _capacity(facts: Facts) -> list[Check]:
    basis = basis_of(facts.on) + ("第6条" if facts.on < REVISED_RULES_FROM else "")
    if facts.capable:
        return [Check("capacity", OK, "双方具有完全民事行为能力", basis)]
    return [Check("capacity", BLOCK, "没有确认双方具有完全民事行为能力", basis)]


def _residence(facts: Facts) -> list[Check]:
    if not residence_needed(facts.on):
        return []
    basis = "婚姻登记条例（2003）第4、10条"
    if any(one.hukou_local for one in facts.sides):
        return [Check("residence", OK, "至少一方常住户口在本区", basis)]
    return [Check("residence", BLOCK, "双方常住户口都不在本区，应到一方常住户口所在地办理", basis)]


def _papers(facts: Facts) -> list[Check]:
    found = []
    for paper in papers_needed(facts.kind, facts.on):
        if paper.needed and paper.code not in facts.papers:
            found.append(Check(f"paper_{paper.code}", BLOCK, f"没有出示{paper.label}", paper.basis))
    again = facts.kind == MARRY and any(one.before in (DIVORCED, WIDOWED) for one in facts.sides)
    if again and "former" not in facts.papers:
        text = "有一方再婚，没有出示离婚证、生效判决书或死亡证明"
        found.append(Check("paper_former", BLOCK, text, basis_of(facts.on)))
    return found or [Check("papers", OK, "证件和材料齐全", basis_of(facts.on))]


def _registry(facts: Facts) -> list[Check]:
    found = []
    for one in facts.sides:
        if one.registry_name and one.registry_name != one.name:
            text = f"{one.who}与居民登记的姓名“{one.registry_name}”不同，请核对身份证"
            found.append(Check(f"name_{one.side}", WARN, text, "婚姻登记工作规范"))
        if one.dead_on:
            text = f"{one.who}在居民登记中已于 {one.dead_on:%Y-%m-%d} 死亡，请核对身份"
            found.append(Check(f"dead_{one.side}", WARN, text, "婚姻登记工作规范"))
        if one.nationality != HOME:
            text = f"{one.who}国籍为{one.nationality}，请核对是否由本处受理涉外登记"
            found.append(Check(f"nationality_{one.side}", WARN, text, basis_of(facts.on)))
    return found


def _joined(facts: Facts) -> list[Check]:
    """Divorce: the register shows the marriage, or a certificate of elsewhere is shown."""
    basis = article(facts.on, "第1076条", "第31条")
    if facts.joined:
        return [Check("joined", OK, "本处登记簿载有双方的婚姻", basis)]
    known = [one for one in facts.sides if one.status is not None]
    others = [
        one
        for one in known
        if one.status
        and one.status.state == MARRIED
        and one.status.spouse not in (facts.man.id_number, facts.woman.id_number)
    ]
    if others:
        return [Check("joined", BLOCK, f"{others[0].who}在本处登记的配偶不是对方", basis)]
    apart = [
        one for one in known if one.status and one.status.state in (DIVORCED, WIDOWED) and one.status.since
    ]
    if apart and not facts.prior_number:
        words = STATUS_WORDS[apart[0].status.state] if apart[0].status else ""
        return [Check("joined", BLOCK, f"{apart[0].who}在本处登记簿中为“{words}”，没有可以解除的婚姻", basis)]
    if facts.prior_number:
        return [
            Check(
                "joined", WARN, f"本处没有双方的结婚登记，按出示的结婚证（{facts.prior_number}）办理", basis
            )
        ]
    return [Check("joined", BLOCK, "本处没有双方的结婚登记，请填写结婚证字号", basis)]


def _agreed(facts: Facts) -> list[Check]:
    basis = article(facts.on, "第1076条", "第31条")
    if facts.agreement:
        return [Check("agreed", OK, "已就子女抚养、财产以及债务处理等事项协商一致", basis)]
    return [Check("agreed", BLOCK, "没有确认已就子女抚养、财产以及债务处理等事项协商一致", basis)]


def _reissued(facts: Facts) -> list[Check]:
    """Replacement: the act stands in the register, or the archive proves it, and it is still the couple's state."""
    basis = basis_of(facts.on)
    if facts.kind == REISSUE_MARRIAGE:
        if facts.joined:
            return [Check("act", OK, "本处登记簿载有双方的婚姻", basis)]
        apart = [one for one in facts.sides if one.status and one.status.state in (DIVORCED, WIDOWED)]
        if apart:
            return [Check("act", BLOCK, f"{apart[0].who}的婚姻已不存续，不能补发结婚证", basis)]
    else:
        if all(
            one.status and one.status.state == DIVORCED and one.status.spouse == other.id_number
            for one, other in ((facts.man, facts.woman), (facts.woman, facts.man))
        ):
            return [Check("act", OK, "本处登记簿载有双方的离婚登记", basis)]
        if facts.joined:
            return [Check("act", BLOCK, "本处登记簿中双方仍为夫妻，没有离婚登记可以补发", basis)]
    if facts.prior_number:
        return [Check("act", WARN, f"本处登记簿没有原登记，按档案证明（{facts.prior_number}）补发", basis)]
    return [Check("act", BLOCK, "本处登记簿没有原登记，请填写档案证明载明的原证字号", basis)]


def _asked(facts: Facts) -> list[Check]:
    basis = basis_of(facts.on)
    if facts.voluntary:
        return [Check("asked", OK, "申请人签署了补领声明", basis)]
    return [Check("asked", BLOCK, "没有确认申请人签署补领声明", basis)]


Look = Callable[[Facts], list[Check]]
_LOOKS: dict[str, tuple[Look, ...]] = {
    MARRY: (_ages, _unmarried, _kinship, _will, _capacity, _residence, _papers, _recent_divorce, _registry),
    DIVORCE: (_joined, _will, _capacity, _agreed, _residence, _papers, _registry),
    REISSUE_MARRIAGE: (_reissued, _asked, _papers, _registry),
    REISSUE_DIVORCE: (_reissued, _asked, _papers, _registry),
}


# --- acts and status ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """A registered act of a person. `ended_on`/`ended_by`: a court or a death ended the marriage, as annotated."""

    kind: str
    on: date
    order: int
    spouse: str
    number: str = ""
    annulled: bool = False
    ended_on: date | None = None
    ended_by: str = ""
    spouse_died_on: date | None = None


def status_from(acts: list[Act]) -> Status | None:
    """The marital status that follows from a person's acts.

    The newest marriage or divorce decides; an annulled marriage never was (民法典第1054条); a marriage
    that a court or a death ended ends with it. None without any act."""
    valid = [one for one in acts if one.kind in (MARRY, DIVORCE) and not one.annulled]
    if not valid:
        return Status(SINGLE) if acts else None
    newest = max(valid, key=lambda one: (one.on, one.order))
    if newest.kind == DIVORCE:
        return Status(DIVORCED, newest.on, newest.spouse, newest.number)
    if newest.ended_by == DIVORCED:
        return Status(DIVORCED, newest.ended_on, newest.spouse, newest.number)
    if newest.ended_by == WIDOWED:
        return Status(WIDOWED, newest.ended_on, newest.spouse, newest.number)
    if newest.spouse_died_on:
        return Status(WIDOWED, newest.spouse_died_on, newest.spouse, newest.number)
    return Status(MARRIED, newest.on, newest.spouse, newest.number)


# --- numbers -----------------------------------------------------------------------------------------------


def certificate_number(letter: str, office: str, year: int, serial: int) -> str:
    """`J430503-2020-000001`: kind, 6-digit office code, year, 6-digit serial."""
    return f"{letter}{office}-{year}-{serial:06d}"
