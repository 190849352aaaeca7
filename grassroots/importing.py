"""`import_committees`: who sits and sat on the committees, from the old ledger (contract §8)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from core import cells, identity, uscc
from core.cells import as_text, is_blank
from core.errors import UserError
from core.importing import CREATED, REJECTED, UNCHANGED, UPDATED, Importer, Row
from core.sheets import Column
from district.models import Division
from grassroots.committees import code_kinds
from grassroots.models import CommitteeMember, EndedReason, Post, VillageCommittee
from grassroots.services import kind_of
from registry import rules
from registry.batches import ledger
from registry.models import Person

COLUMNS = (
    Column(
        "village",
        "村(社区)",
        ("村居", "村(居)委会", "社区", "村社区", "村/社区", "村(居)"),
        required=True,
        group="village",
    ),
    Column("village_code", "村居代码", ("区划代码",), required=True, group="village", identifier=True),
    Column("township", "乡镇(街道)", ("乡镇", "街道", "乡镇街道", "乡镇/街道")),
    Column("name", "姓名", required=True),
    Column("post", "职务", required=True),
    Column("since", "任期起", ("任职时间", "任期开始"), required=True),
    Column("until", "任期止", ("任期结束", "届满时间")),
    Column("id_number", "身份证号", ("身份证号码", "公民身份号码", "身份证"), identifier=True),
    Column("code", "统一社会信用代码", ("信用代码",), identifier=True),
)
_POSTS = {"主任": Post.CHAIR, "副主任": Post.VICE, "委员": Post.MEMBER, "成员": Post.MEMBER}


def read_post(value: Any) -> tuple[str, list[str]]:
    """主任, 副主任 or 委员, with what ledgers put before it (村委会主任, 支部书记兼主任)."""
    text = "".join(cells.narrow(as_text(value)).split())
    if text in _POSTS:
        return str(_POSTS[text]), []
    for word in ("副主任", "主任", "委员"):
        if text.endswith(word):
            return str(_POSTS[word]), [f"“{text}”按{word}"]
    raise UserError(f"职务“{text}”看不懂，应为主任、副主任或委员")


def overlap(first: date, last: date | None, other_first: date, other_last: date | None) -> bool:
    """Whether two terms share more than the day on which one ends and the other begins."""
    if first == other_first:
        return True
    return (last is None or other_first < last) and (other_last is None or first < other_last)


def span(since: date, until: date | None) -> str:
    return f"{since:%Y-%m-%d} 至 {until:%Y-%m-%d}" if until else f"{since:%Y-%m-%d} 起"


@ledger("committees")
class CommitteeImporter(Importer):
    """Members with post and term, and the committees' codes."""

    title = "村（居）委会成员台账"
    columns = COLUMNS
    line: ClassVar[str] = "grassroots"
    roles: ClassVar[frozenset[str]] = frozenset({"township_clerk", "bureau_officer"})
    unmasked: ClassVar[frozenset[str]] = frozenset({"village_code", "code"})

    def __init__(self, user: Any = None, today: date | None = None):
        super().__init__(user, today)
        in_force = Division.objects.exclude(until__lte=self.today)
        self.villages = rules.Villages(in_force.values_list("code", "name"))
        self.divisions = in_force.in_bulk()
        self.updates: list[tuple[Row, CommitteeMember]] = []
        self.endings: list[CommitteeMember] = []

    # --- one row ---

    def parse(self, row: Row) -> None:
        self.require(row, "name", "post", "since")
        data, read = row.data, self.read
        self._village(row)
        data["name"] = read(row, "name", cells.clean_text)
        data["post"] = read(row, "post", read_post)
        data["since"] = read(row, "since", cells.parse_day)
        data["until"] = read(row, "until", cells.parse_day)
        self._term(row)
        found = read(row, "id_number", identity.read_id, self.today)
        data["id_number"], data["sex"] = (found.number, found.sex) if found else ("", "")
        kinds = code_kinds(kind_of(self.divisions[data["division"]])) if data.get("division") else None
        data["code"] = read(row, "code", uscc.read_code, kinds) or ""

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
            row.refuse("村(社区)", f"{self.divisions[village]}不在您的辖区内")

    def _term(self, row: Row) -> None:
        since, until = row.data["since"], row.data["until"]
        if since and since > self.today:
            row.refuse("任期起", f"{since:%Y-%m-%d} 晚于今天")
        if since and until and until < since:
            row.refuse("任期止", f"{until:%Y-%m-%d} 早于任期起 {since:%Y-%m-%d}")

    # --- rows against each other: all involved are refused ---

    def check(self, rows: list[Row]) -> None:
        self._codes(rows)
        standing = self.standing(rows)
        self._one_name_a_number(standing)
        homes: dict[str, list[Row]] = defaultdict(list)
        for row in standing:
            same = [other for other in homes[row.data["division"]] if other.data == row.data]
            if same:
                row.action = UNCHANGED
                row.warnings.append(f"与{same[0].where}完全相同")
            else:
                homes[row.data["division"]].append(row)
        for mine in homes.values():
            for one, other in _pairs(mine):
                self._clash(one, other)

    def _codes(self, rows: list[Row]) -> None:
        """One code a village, one village a code; a wrong row's code counts too, so that the other is not taken."""
        by_village: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        by_code: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            division, code = row.data.get("division"), row.data.get("code")
            if division and code:
                by_village[division][code].append(row)
                by_code[code][division].append(row)
        for village, codes in by_village.items():
            if len(codes) > 1:
                for row in _all(codes):
                    row.refuse(
                        "统一社会信用代码", f"{self.divisions[village]}有两个代码：{'、'.join(sorted(codes))}"
                    )
        for code, villages in by_code.items():
            if len(villages) > 1:
                names = "、".join(str(self.divisions[one]) for one in sorted(villages))
                for row in _all(villages):
                    row.refuse("统一社会信用代码", f"代码 {code} 同时写给了{names}")

    def _one_name_a_number(self, rows: list[Row]) -> None:
        named: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            if row.data["id_number"]:
                named[row.data["id_number"]][row.data["name"]].append(row)
        for names in named.values():
            if len(names) > 1:
                for row in _all(names):
                    row.refuse("身份证号", f"同一身份证号有不同姓名：{'、'.join(sorted(names))}")

    def _clash(self, one: Row, other: Row) -> None:
        a, b = one.data, other.data
        if not overlap(a["since"], a["until"], b["since"], b["until"]):
            return
        same_number = not (a["id_number"] and b["id_number"]) or a["id_number"] == b["id_number"]
        if a["name"] == b["name"] and same_number:
            one.refuse("任期起", f"与{other.where}是同一人，任期重叠（{span(b['since'], b['until'])}）")
            other.refuse("任期起", f"与{one.where}是同一人，任期重叠（{span(a['since'], a['until'])}）")
        elif a["post"] == b["post"] == Post.CHAIR:
            one.refuse("职务", f"与{other.where}同时任主任（{b['name']}，{span(b['since'], b['until'])}）")
            other.refuse("职务", f"与{one.where}同时任主任（{a['name']}，{span(a['since'], a['until'])}）")

    # --- against what is registered ---

    def plan(self, rows: list[Row]) -> None:
        standing = [row for row in self.standing(rows) if not row.action]
        numbers = {row.data["id_number"] for row in standing if row.data["id_number"]}
        people = {one.id_number: one for one in Person.objects.filter(id_number__in=numbers)}
        held: dict[str, list[CommitteeMember]] = defaultdict(list)
        villages = {row.data["division"] for row in standing}
        found = CommitteeMember.objects.filter(committee__division__in=villages)
        for member in found.select_related("committee"):
            held[member.committee.division_id].append(member)
        committees = {one.division_id: one for one in VillageCommittee.objects.filter(division__in=villages)}
        taken = dict(
            VillageCommittee.objects.exclude(credit_code=None).values_list("credit_code", "division_id")
        )
        for row in standing:
            self._person(row, people)
            self._code(row, committees.get(row.data["division"]), taken)
            if row.action != REJECTED:
                self._against(row, held[row.data["division"]])
        for row in self.standing(rows):
            row.action = row.action or CREATED
            self._sees_new_code(row, committees.get(row.data["division"]))

    def _person(self, row: Row, people: dict[str, Person]) -> None:
        known = people.get(row.data["id_number"])
        if known and known.name != row.data["name"]:
            row.refuse("身份证号", f"登记册中这个号码是另一个姓名（{known.name[0]}＊）")
        elif known:
            row.data["person"] = known.pk

    def _code(self, row: Row, committee: VillageCommittee | None, taken: dict[str, str]) -> None:
        code = row.data["code"]
        if not code:
            return
        if committee and committee.credit_code and committee.credit_code != code:
            row.refuse("统一社会信用代码", f"已登记的代码是 {committee.credit_code}")
        elif taken.get(code, row.data["division"]) != row.data["division"]:
            row.refuse("统一社会信用代码", f"这个代码已是{self.divisions[taken[code]]}的")

    def _against(self, row: Row, mine: list[CommitteeMember]) -> None:
        data = row.data
        same = next(
            (
                one
                for one in mine
                if (one.name, one.post, one.since) == (data["name"], data["post"], data["since"])
            ),
            None,
        )
        if same:
            self._again(row, same)
            return
        for one in mine:
            one_person = one.name == data["name"] and (
                not (one.id_number and data["id_number"]) or one.id_number == data["id_number"]
            )
            if not overlap(data["since"], data["until"], one.since, one.until):
                if one.post == data["post"] == Post.CHAIR and not one.ended_reason and one.until:
                    self.endings.append(one)
                continue
            words = f"{one.name}（{one.get_post_display()}，{span(one.since, one.until)}）"
            if one_person:
                row.refuse("任期起", f"与已登记的{words}任期重叠")
            elif one.post == data["post"] == Post.CHAIR:
                row.refuse("职务", f"同时已登记主任{words}")

    def _again(self, row: Row, same: CommitteeMember) -> None:
        """A row taken over before: unchanged, or a fact that was missing."""
        data = row.data
        row.action = UNCHANGED
        if data["id_number"] and same.id_number and data["id_number"] != same.id_number:
            row.refuse("身份证号", "与已登记的身份证号不同，请核对")
            return
        if data["id_number"] and not same.id_number:
            row.changes.append(("身份证号", "", data["id_number"]))
            same.id_number, same.sex = data["id_number"], data["sex"]
            same.person_id = data.get("person")
        if data["until"] and data["until"] != same.until:
            if same.ended_reason:
                row.warnings.append("本系统已登记离任，任期止未改动")
            else:
                row.changes.append(("任期止", f"{same.until or ''}", f"{data['until']}"))
                same.until = data["until"]
                same.ended_reason = EndedReason.TERM if data["until"] <= self.today else ""
        if row.changes:
            row.action = UPDATED
            self.updates.append((row, same))

    def _sees_new_code(self, row: Row, committee: VillageCommittee | None) -> None:
        """A code that the committee did not have is a change, also where the member is known."""
        if row.data["code"] and committee is not None and not committee.credit_code:
            row.changes.append(("统一社会信用代码", "", row.data["code"]))
            if row.action == UNCHANGED:
                row.action = UPDATED

    def more_counts(self, rows: list[Row]) -> dict[str, int]:
        return {"warnings": sum(1 for row in rows if row.warnings and row.action != REJECTED)}

    # --- writing ---

    def write(self, rows: list[Row]) -> None:
        standing = self.standing(rows)
        committees = self._committees(standing)
        for one in {member.pk: member for member in self.endings}.values():
            one.ended_reason = EndedReason.TERM
            one.save(update_fields=["ended_reason"])
        for _, member in self.updates:
            member.save()
        CommitteeMember.objects.bulk_create(
            [
                self._member(row.data, committees[row.data["division"]])
                for row in standing
                if row.action == CREATED
            ],
            1000,
        )
        self._seats(committees)

    def _committees(self, rows: list[Row]) -> dict[str, VillageCommittee]:
        villages = {row.data["division"] for row in rows}
        known = {one.division_id: one for one in VillageCommittee.objects.filter(division__in=villages)}
        self.new = villages - known.keys()
        for village in sorted(self.new):
            known[village] = VillageCommittee.objects.create(
                division_id=village, kind=kind_of(self.divisions[village])
            )
        for row in rows:
            committee = known[row.data["division"]]
            if row.data["code"] and not committee.credit_code:
                committee.credit_code = row.data["code"]
                committee.save(update_fields=["credit_code"])
        return known

    def _member(self, data: dict[str, Any], committee: VillageCommittee) -> CommitteeMember:
        over = data["until"] is not None and data["until"] <= self.today
        return CommitteeMember(
            committee=committee,
            person_id=data.get("person"),
            name=data["name"],
            id_number=data["id_number"],
            sex=data["sex"],
            post=data["post"],
            since=data["since"],
            until=data["until"],
            ended_reason=EndedReason.TERM if over else "",
        )

    def _seats(self, committees: dict[str, VillageCommittee]) -> None:
        """A committee that nobody had registered has the seats that are held; none has fewer than that."""
        for village, committee in committees.items():
            posts = list(committee.members.filter(ended_reason="").values_list("post", flat=True))
            fresh = village in self.new and posts
            for post, field in (
                (Post.CHAIR, "chair_seats"),
                (Post.VICE, "vice_seats"),
                (Post.MEMBER, "member_seats"),
            ):
                least = 1 if post == Post.CHAIR else 0
                count = posts.count(post)
                setattr(committee, field, max(count, least if fresh else getattr(committee, field)))
            committee.save()


def _pairs(rows: list[Row]) -> Iterable[tuple[Row, Row]]:
    return ((one, other) for place, one in enumerate(rows) for other in rows[place + 1 :])


def _all(groups: dict[str, list[Row]]) -> list[Row]:
    return [row for rows in groups.values() for row in rows]
