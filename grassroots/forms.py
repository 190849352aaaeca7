"""Forms of elections, committees and recall; the rules that refuse stand in the services."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms

from casework.forms import ASKS
from casework.services import today
from core.errors import UserError
from core.filters import DayInput
from core.identity import read_id
from district.models import Division
from grassroots.models import (
    POST_RANK,
    BallotKind,
    Candidate,
    Election,
    EndedReason,
    Mode,
    Post,
    RecallBy,
    Review,
)
from registry.models import Sex
from registry.names import tidy_name

LABELS = {
    "commission": "推选产生日期",
    "register": "名单公布日期",
    "nominate": "提名结束日期",
    "review": "候选人公布日期",
    "handover": "移交完成日期",
    "vote": "表决日期",
}


def _done_on(case: Any) -> forms.Field:
    return forms.DateField(label=LABELS.get(case.stage, "日期"), widget=DayInput, initial=today())


def _voters(case: Any) -> forms.Field:
    """The number on the roll; a named roll counts itself."""
    named = getattr(case, "named_roll", False)
    return forms.IntegerField(
        label="登记选民（代表）数" if isinstance(case, Election) else "登记选民",
        min_value=1,
        max_value=200_000,
        required=not named,
        initial=case.voters,
        disabled=named,
    )


def _number(label: str) -> Any:
    return lambda case: forms.IntegerField(label=label, min_value=0, max_value=200_000)


def register_asks() -> None:
    """What the steps of elections and recalls ask for."""
    ASKS["done_on"] = _done_on
    ASKS["voters"] = _voters
    ASKS["vacancy_note"] = lambda case: forms.CharField(
        label="缺额说明", max_length=200, required=False, help_text="另行选举后仍没有选满的填写。"
    )
    ASKS["polling_day"] = lambda case: forms.DateField(
        label="新的投票日", widget=DayInput, initial=case.polling_day
    )
    ASKS["credit_code"] = lambda case: forms.CharField(
        label="统一社会信用代码", max_length=30, initial=case.committee.credit_code
    )
    ASKS["valid_from"] = lambda case: forms.DateField(label="有效期起", widget=DayInput, initial=today())
    ASKS["valid_until"] = lambda case: forms.DateField(
        label="有效期止", widget=DayInput, initial=_term_end(case)
    )
    ASKS["cast"] = _number("参加投票（收回票）")
    ASKS["favour"] = _number("同意罢免")
    ASKS["against"] = _number("不同意罢免")


def _term_end(case: Any) -> Any:
    """Certificates run as long as the term."""
    last = case.committee.members.filter(ended_reason="").order_by("-until").first()
    return last.until if last else None


class LaunchForm(forms.Form):
    """启动换届: the year, and for each township that is chosen its polling day."""

    year = forms.IntegerField(label="换届年度", min_value=2000, max_value=2100)
    polling_day = forms.DateField(
        label="投票日", widget=DayInput, help_text="各乡镇（街道）不同的，在下面分别填写。"
    )
    townships = forms.MultipleChoiceField(
        label="乡镇（街道）",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个乡镇（街道）。"},
    )

    def __init__(self, *args: Any, townships: list[Division], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.known = {one.pk: one for one in townships}
        choices: list[tuple[str, str]] = [(one.pk, one.name) for one in townships]
        self.fields["townships"].choices = choices  # type: ignore[attr-defined]
        for one in townships:
            self.fields[f"day_{one.pk}"] = forms.DateField(
                label=f"{one.name}投票日", widget=DayInput, required=False
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """The tick boxes with the day field beside each."""
        boxes = {str(box.data["value"]): box for box in self["townships"]}
        return [(boxes[pk], self[f"day_{pk}"]) for pk in self.known]

    def chosen(self) -> list[tuple[Division, Any]]:
        data = self.cleaned_data
        return [(self.known[pk], data.get(f"day_{pk}") or data["polling_day"]) for pk in data["townships"]]


class PlanForm(forms.Form):
    """选举方案."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    chair_seats = forms.IntegerField(label="主任名额", min_value=0, max_value=1)
    vice_seats = forms.IntegerField(label="副主任名额", min_value=0, max_value=9)
    member_seats = forms.IntegerField(label="委员名额", min_value=0, max_value=9)
    mode = forms.ChoiceField(
        label="选举方式",
        choices=Mode.choices,
        help_text="村民委员会由全体登记选民选举；居民委员会可由每户或每组代表选举，半数按名单人数计算。",
    )
    ballot_kind = forms.ChoiceField(label="选票", choices=BallotKind.choices)

    def seats(self) -> dict[str, int]:
        return {str(post): self.cleaned_data[f"{post}_seats"] for post in Post.values}


class CommissionForm(forms.Form):
    """选举委员会."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    head = forms.CharField(label="主任", max_length=60)
    members = forms.CharField(
        label="委员", widget=forms.Textarea({"rows": 3}), max_length=600, help_text="姓名用顿号或换行隔开。"
    )

    def names(self) -> list[str]:
        text = self.cleaned_data["members"]
        for mark in ("，", ",", "\n", "\r", " ", "　"):
            text = text.replace(mark, "、")
        return [one.strip() for one in text.split("、") if one.strip()]


class VoterForm(forms.Form):
    """登记选民."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label="姓名", max_length=60)
    id_number = forms.CharField(label="身份证号", max_length=30)
    group = forms.CharField(label="户编号或居民小组", max_length=40, required=False)
    deprived = forms.BooleanField(label="被剥夺政治权利", required=False)


class SupervisorsForm(forms.Form):
    """推选监督委员会: the head in the first row, the others below; rows left empty are nobody. Who serves already needs
    no number: it stands nowhere in full."""

    ROWS = 5
    on = forms.DateField(label="推选日期", widget=DayInput)
    is_apart = forms.BooleanField(label="已核对：与村（居）民委员会成员没有近亲属关系", required=False)

    def __init__(self, *args: Any, serving: Mapping[str, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.serving = serving
        for row in range(self.ROWS):
            label = "主任" if row == 0 else f"委员{row}"
            self.fields[f"name_{row}"] = forms.CharField(
                label=f"{label}姓名",
                max_length=60,
                required=row == 0,
                error_messages={"required": "请填主任。"},
            )
            self.fields[f"number_{row}"] = forms.CharField(
                label=f"{label}身份证号", max_length=30, required=False
            )

    def rows(self) -> list[tuple[str, Any, Any]]:
        """(post, name, number) of each row, for the template."""
        return [
            ("主任" if row == 0 else "委员", self[f"name_{row}"], self[f"number_{row}"])
            for row in range(self.ROWS)
        ]

    def clean(self) -> None:
        found = []
        for row in range(self.ROWS):
            name = (self.cleaned_data.get(f"name_{row}") or "").strip()
            text = (self.cleaned_data.get(f"number_{row}") or "").strip() or self.serving.get(name, "")
            if not name and not text:
                continue
            if not name or not text:
                self.add_error(f"{'number' if name else 'name'}_{row}", "姓名和身份证号都要填。")
                continue
            try:
                found.append((tidy_name(name)[0], read_id(text, today())[0].number))
            except UserError as error:
                self.add_error(f"number_{row}", error.message)
        self.cleaned_data["people"] = found


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=100)


class AgentForm(forms.Form):
    """委托投票: the agent by name, by ID number where there are several of that name; blank takes it back."""

    agent = forms.CharField(
        label="受托人",
        max_length=60,
        required=False,
        help_text="名单上的姓名；同名的填身份证号。留空为撤销委托。",
    )
    relation = forms.CharField(
        label="与委托人关系", max_length=20, required=False, help_text="近亲属，如夫妻。"
    )


class ObjectionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    raised_on = forms.DateField(label="提出日期", widget=DayInput)
    by = forms.CharField(label="申诉人", max_length=60)
    content = forms.CharField(label="申诉内容", max_length=500, widget=forms.Textarea({"rows": 3}))


class DecisionForm(forms.Form):
    decided_on = forms.DateField(label="处理日期", widget=DayInput)
    outcome = forms.CharField(label="处理决定", max_length=500, widget=forms.Textarea({"rows": 3}))
    voters_change = forms.IntegerField(
        label="名单增减（人）",
        required=False,
        min_value=-1000,
        max_value=1000,
        help_text="只登记人数的名单，增加填正数，减少填负数。",
    )


class CandidateForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    post = forms.ChoiceField(label="职务")
    name = forms.CharField(label="姓名", max_length=60)
    sex = forms.ChoiceField(label="性别", choices=[("", "请选择"), *Sex.choices])
    id_number = forms.CharField(label="身份证号", max_length=30, required=False)
    party_member = forms.BooleanField(label="中共党员", required=False)

    def __init__(self, *args: Any, election: Election, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offered = [(post, Post(post).label) for post, seats in election.seats.items() if seats]
        self.fields["post"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]


class CandidateReviewForm(forms.Form):
    """资格联审: one outcome a candidate, with the reason where it failed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reviewed_on = forms.DateField(label="联审日期", widget=DayInput)

    def __init__(self, *args: Any, election: Election, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.candidates: list[Candidate] = list(
            election.candidates.filter(withdrawn_on=None).order_by(POST_RANK, "id")
        )
        for one in self.candidates:
            passed = Review.PASSED if one.review == Review.PENDING else one.review
            self.fields[f"review_{one.pk}"] = forms.ChoiceField(
                label=f"{one.name} 联审结果", choices=Review.choices, initial=passed
            )
            self.fields[f"note_{one.pk}"] = forms.CharField(
                label=f"{one.name} 说明", max_length=200, required=False, initial=one.review_note
            )

    def rows(self) -> list[tuple[Candidate, Any, Any]]:
        return [(one, self[f"review_{one.pk}"], self[f"note_{one.pk}"]) for one in self.candidates]

    def outcomes(self) -> dict[int, tuple[str, str]]:
        data = self.cleaned_data
        return {one.pk: (data[f"review_{one.pk}"], data[f"note_{one.pk}"]) for one in self.candidates}


class CountForm(forms.Form):
    """计票: the ballots and each candidate's votes. No field is filled in beforehand."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    held_on = forms.DateField(label="投票日期", widget=DayInput)
    handed_out = forms.IntegerField(label="发出选票", min_value=0, max_value=200_000)
    returned = forms.IntegerField(label="收回选票", min_value=0, max_value=200_000)
    valid = forms.IntegerField(label="有效票", min_value=0, max_value=200_000)
    void = forms.IntegerField(
        label="无效票",
        min_value=0,
        max_value=200_000,
        help_text="选人数超过应选名额的、无法辨认的，整张无效。",
    )
    blank = forms.IntegerField(label="弃权票", min_value=0, max_value=200_000)

    def __init__(self, *args: Any, candidates: list[Candidate], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        for one in candidates:
            words = f"{one.name}得票" + ("（另选他人）" if one.write_in else "")
            self.fields[f"votes_{one.pk}"] = forms.IntegerField(
                label=words, min_value=0, max_value=200_000, help_text="" if one.sex == "M" else "女"
            )
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField):
                field.error_messages["required"] = "没有请填 0。"

    def numbers(self) -> dict[str, int]:
        names = ("handed_out", "returned", "valid", "void", "blank")
        return {name: self.cleaned_data[name] for name in names}

    def votes(self) -> dict[int, int]:
        return {one.pk: self.cleaned_data[f"votes_{one.pk}"] for one in self.candidates}


class EndMemberForm(forms.Form):
    reason = forms.ChoiceField(
        label="离任原因",
        choices=[
            ("", "请选择"),
            *(one for one in EndedReason.choices if one[0] not in (EndedReason.TERM, EndedReason.RECALL)),
        ],
    )
    on = forms.DateField(label="离任日期", widget=DayInput)
    note = forms.CharField(label="说明", max_length=200, required=False)


class ByElectionForm(forms.Form):
    polling_day = forms.DateField(label="投票日", widget=DayInput)
    chair_seats = forms.IntegerField(label="补选主任", min_value=0, max_value=1)
    vice_seats = forms.IntegerField(label="补选副主任", min_value=0, max_value=9)
    member_seats = forms.IntegerField(label="补选委员", min_value=0, max_value=9)
    mode = forms.ChoiceField(label="选举方式", choices=Mode.choices)

    def seats(self) -> dict[str, int]:
        return {str(post): self.cleaned_data[f"{post}_seats"] for post in Post.values}


class RecallForm(forms.Form):
    by = forms.ChoiceField(label="提出方式", choices=RecallBy.choices)
    proposers = forms.IntegerField(label="联名人数", min_value=1, max_value=200_000)
    base = forms.IntegerField(
        label="总人数",
        min_value=1,
        max_value=200_000,
        help_text="有选举权的村（居）民，或村（居）民代表的总数。",
    )
    reason = forms.CharField(label="罢免理由", max_length=500, widget=forms.Textarea({"rows": 3}))
    defence = forms.CharField(
        label="申辩意见",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="被提出罢免的人有权提出申辩意见。",
    )


class CertificateForm(forms.Form):
    credit_code = forms.CharField(label="统一社会信用代码", max_length=30)
    valid_from = forms.DateField(label="有效期起", widget=DayInput)
    valid_until = forms.DateField(label="有效期止", widget=DayInput)


def suggested_polling_day() -> Any:
    """Far enough for every legal date, on the day after a full month."""
    return today() + timedelta(days=45)
