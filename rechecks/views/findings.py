"""Pages of the findings: the list, one finding with its evidence and consequence, verifying and deciding."""

from dataclasses import replace
from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from core.errors import UserError
from core.files import download
from core.filters import AnyChoiceFilter, FilterSet, MonthFilter, mask
from core.lists import ListPage
from core.pages import Action, BulkAction, DetailPage, Page, VerbView
from core.tables import DayColumn, MaskedColumn, MonthColumn, NameColumn, Table, TagColumn, TextColumn
from core.templatetags.ui import money_text, tag
from core.workdays import Calendar
from rechecks import deciding, hearing, kinds
from rechecks.forms import DecideForm, ReportForm
from rechecks.kinds import KINDS
from rechecks.models import CLEARED, DECIDED, Finding, FindingState, Outcome, Verification
from rechecks.views import CHANGED, CLEARED_ONES, CLERK, FINDINGS, HOME, OFFICER, SEEING

# How the list's person is this one: by number with the same name, with another, or only alike.
IDENTITIES = [("0", "号码和姓名一致"), ("1", "姓名不符"), ("alike", "疑似同一人")]
GROUPS = [(CHANGED, "已停发或变更"), (CLEARED_ONES, "保留或名单有误")]
STATES = {CHANGED: (FindingState.ENDED, FindingState.REDUCED), CLEARED_ONES: CLEARED}


class Findings(FilterSet):
    more = ("month", "division", "recheck")
    state = AnyChoiceFilter(label="状态", choices=[*FindingState.choices, *GROUPS], method="in_state")
    kind = AnyChoiceFilter(label="名单", choices=kinds.CHOICES)
    name_mismatch = AnyChoiceFilter(label="身份", choices=IDENTITIES, method="of_identity")
    due = AnyChoiceFilter(label="时限", choices=[("late", "已逾期")], method="late")
    q = django_filters.CharFilter(label="姓名或户编号", method="text")
    month = MonthFilter(label="首次发现", field_name="first_month")
    division = django_filters.CharFilter(
        label="区划代码", field_name="division__code", lookup_expr="startswith"
    )
    recheck = django_filters.NumberFilter(label="回头看编号", field_name="recheck_id")

    def in_state(self, queryset, name, value):
        return queryset.filter(state__in=STATES.get(value, (value,)))

    def of_identity(self, queryset, name, value):
        return (
            queryset.filter(score=None, name_mismatch=value == "1")
            if value in "01"
            else queryset.exclude(score=None)
        )

    def late(self, queryset, name, value):
        return queryset.filter(state=FindingState.OPEN, due_on__lt=timezone.localdate())

    def text(self, queryset, name, value):
        value = value.strip()
        by_name = queryset.filter(person__name__startswith=value)
        return by_name | queryset.filter(household__number=value)


class IdentityColumn(TextColumn):
    """Whether the list's person is this one: by the number, by the number under another name, or how much alike."""

    def value(self, value, record):
        return f"疑似 {value} 分" if value is not None else "姓名不符" if record.name_mismatch else "一致"

    def render(self, value, record):
        words = self.value(value, record)
        return words if words == "一致" else tag(words, tone="warn")


class FindingTable(Table):
    person = NameColumn(verbose_name="居民", accessor="person__name")
    id_number = MaskedColumn(verbose_name="身份证号", accessor="person__id_number", drop=True)
    household = TextColumn(verbose_name="户编号", accessor="household__number", drop=True)
    division = TextColumn(verbose_name="村（社区）", accessor="division__name")
    programme = TextColumn(verbose_name="项目", accessor="programme__name")
    kind = TextColumn(verbose_name="名单", accessor="get_kind_display", order_by="kind")
    identity = IdentityColumn(verbose_name="身份", accessor="score")
    first_month = MonthColumn(verbose_name="首次发现", drop=True)
    due_on = DayColumn(verbose_name="核查期限", accessor="waits_until", order_by="due_on")
    state = TagColumn(verbose_name="状态", plain={"kept"})


class FindingList(ListPage):
    title, unit, crumbs = "疑点", "条", [HOME, ("疑点", "")]
    roles = SEEING
    filterset_class, table_class = Findings, FindingTable
    defaults = {"state": "open"}
    bulk_actions = [
        BulkAction(
            "deaths",
            "报送死亡停发",
            roles=frozenset(CLERK),
            confirm="只报送号码和姓名一致、只保障一人的死亡疑点（疑似同一人的不报送），末月为死亡当月；由区局逐件批准后停发；批准前区局可以退回，批准后多发的由财务追缴。",
        )
    ]

    def queryset(self, request: HttpRequest) -> Any:
        joined = ("person", "household", "division", "programme", "entitlement")
        return Finding.objects.visible_to(request.user).select_related(*joined).order_by("due_on", "-id")

    def bulk_deaths(self, request: HttpRequest, queryset: Any) -> str:
        taken, left = deciding.report_deaths(queryset, request.user)
        rest = f"没有报送 {len(left)} 条：{'；'.join(left[:5])}。" if left else ""
        if not taken:
            raise UserError(rest or "没有可以报送的疑点。")
        return f"已报送 {taken} 条死亡停发，待区局批准。{rest}"


class OfFinding:
    def queryset(self, request: HttpRequest) -> Any:
        joined = (
            "person",
            "household__division__parent",
            "person__division__parent",
            "division__parent",
            "programme",
            "entitlement__assessment",
            "hold",
            "case",
        )
        return Finding.objects.visible_to(request.user).select_related(*joined)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        one = self.object  # type: ignore[attr-defined]
        return [HOME, FINDINGS, *([(str(one), one.get_absolute_url())] if one else [])]


class FindingPage(OfFinding, DetailPage):
    """Evidence beside what was declared, what would follow, the record; who must act and by when."""

    template_name, roles, place = "rechecks/finding.html", SEEING, "finding"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, FINDINGS]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [
            mask(obj.person.id_number),
            obj.division.name,
            str(obj.programme),
            f"{obj.entitlement.persons} 人",
        ]

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        role = request.user.role
        told = hearing.current(obj)
        paper = [Action("陈述申辩告知书", reverse("rechecks:hearing_paper", args=[told.pk]))] if told else []
        if role in CLERK and obj.state == FindingState.OPEN:
            return [*paper, *self.of_clerk(obj, told)]
        if role in OFFICER and obj.state == FindingState.REPORTED:
            why = "您核查过这条疑点，须由另一人审定。" if obj.proposed_by_id == request.user.pk else ""
            address = "" if why else reverse("rechecks:decide", args=[obj.pk])
            return [*paper, Action("审定疑点", address, primary=not why, why=why)]
        return paper

    def of_clerk(self, obj: Any, told: Any) -> list[Action]:
        """The verbs in the order of the work; what comes next is the primary one."""
        report = Action("登记核查", reverse("rechecks:report", args=[obj.pk]))
        again = Action("重新告知" if told else "告知陈述申辩", reverse("rechecks:hearing_new", args=[obj.pk]))
        if told is None:
            return [again, replace(report, primary=True)]
        deliver = Action("登记送达", reverse("rechecks:hearing_deliver", args=[told.pk]), primary=True)
        if told.given_on is None:
            return [again, report, deliver]
        waits = told.waits_on(timezone.localdate())
        say = Action("登记陈述申辩", reverse("rechecks:hearing_answer", args=[told.pk]), primary=waits)
        return [again, report, say] if waits else [again, say, replace(report, primary=True)]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        kind = KINDS[obj.kind]
        days = Calendar().left(timezone.localdate(), obj.due_on) if obj.state == FindingState.OPEN else None
        others = Finding.objects.visible_to(request.user).exclude(pk=obj.pk).select_related("person")
        verifications = Verification.objects.visible_to(request.user).filter(finding=obj)
        return {
            **told_of(obj),
            "kind": kind,
            "rows": rows_of(obj),
            "days": days,
            "alike": alike(obj),
            "declared": declared_of(obj),
            "others": others.filter(programme=obj.programme_id, beneficiary_id=obj.beneficiary_id)[:20],
            "verifications": verifications.select_related("recorded_by").prefetch_related("files"),
            "timeline": [
                {
                    "at": event.at,
                    "who": event.actor.full_name if event.actor else "系统",
                    "role": event.actor.get_role_display() if event.actor else "",
                    "act": event.label,
                    "words": event.words,
                    "changes": [],
                }
                for event in obj.events.select_related("actor")
            ],
            "decided": obj.state in DECIDED,
            "moved_to": obj.household.division if obj.household else obj.person.division,
            "suggested": deciding.suggested_month(obj),
            "reason": KINDS[obj.kind].reason,
        }


def rows_of(finding: Finding) -> list[dict[str, Any]]:
    """The evidence with its cells in the order of the kind's columns."""
    columns = KINDS[finding.kind].columns
    return [
        {**row, "cells": [row["data"].get(column.key, "") for column in columns]} for row in finding.evidence
    ]


def told_of(finding: Finding) -> dict[str, Any]:
    """What the family was told and what it answered, as cards show it."""
    told = finding.hearings.order_by("-pk").prefetch_related("files").first()
    if told is None:
        return {"told": None}
    today = timezone.localdate()
    outdated = told.evidence_hash != finding.evidence_hash
    return {
        "told": told,
        "told_state": "名单有变化，须重新告知" if outdated else told.state_on(today),
        "told_intent": hearing.intent_of(told),
        "told_left": Calendar().left(today, told.due_on) if told.waits_on(today) and not outdated else None,
    }


def brief(finding: Finding) -> list[str]:
    """The finding in the line under a verb's title."""
    held = finding.entitlement
    return [
        str(finding),
        finding.division.name,
        f"{finding.programme} 每月 {money_text(held.monthly_amount)} 元",
        *([alike(finding)] if finding.score is not None else []),
    ]


def by_numbers(form: Any, finding: Finding) -> Any:
    """Whose number is the list's needs no words about who he or she is."""
    if finding.score is None:
        del form.fields["same_person"]
    return form


def alike(finding: Finding) -> str:
    return f"疑似同一人 {finding.score} 分"


def uploaded(request: HttpRequest) -> list[tuple[str, bytes, str]]:
    """The files of the form's `documents`."""
    return [
        (one.name or "", one.read(), one.content_type or "application/octet-stream")
        for one in request.FILES.getlist("documents")
    ]


INCOMES = {"pension": "养老金", "wages": "工资性收入", "farming": "经营净收入", "property": "财产净收入"}


def declared_of(finding: Finding) -> list[tuple[str, str]]:
    """What the household declared, as the decision in force keeps it; empty where an old ledger decided."""
    assessment = finding.entitlement.assessment
    if assessment is None:
        return []
    facts = assessment.facts
    mine: dict[str, Any] = next(
        (one for one in facts.get("members", []) if str(one.get("ref")) == str(finding.person_id)), {}
    )
    found = [
        (f"{INCOMES[key]}（元/月）", str(value))
        for key, value in (mine.get("income") or {}).items()
        if key in INCOMES
    ]
    home = facts.get("household") or {}
    for key, label in (("houses", "住房（套）"), ("vehicles", "机动车（辆）"), ("shops", "商业门面（处）")):
        if home.get(key) is not None:
            found.append((label, str(home[key])))
    return found


class ReportFinding(OfFinding, VerbView):
    """登记核查: what was seen, what the family says, what is proposed. Nothing typed is lost by a refusal."""

    title, button, form_class, roles = "登记核查", "报送核查结果", ReportForm, CLERK
    template_name = "rechecks/report.html"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        told = hearing.current(obj)
        return {
            "version": obj.version,
            "verified_on": timezone.localdate(),
            "visitors": request.user.full_name,
            "outcome": told.outcome if told else "",
            "end_reason": (told and told.end_reason) or deciding.suggested_reason(obj),
            "from_month": told.from_month if told else deciding.suggested_month(obj),
            "same_person": told.same_person if told else "",
        }

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return by_numbers(super().get_form(request, obj, data, files), obj)

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"kind": KINDS[obj.kind], "rows": rows_of(obj), "facts": brief(obj), **told_of(obj)}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        entry = deciding.Report(
            outcome=data["outcome"],
            words=data["words"],
            visitors=data["visitors"],
            verified_on=data["verified_on"],
            end_reason=data["end_reason"] if data["outcome"] == Outcome.END else "",
            from_month=data["from_month"],
            same_person=data.get("same_person", ""),
            files=uploaded(request),
        )
        row = deciding.report(obj, request.user, entry, data["version"])
        return (
            f"已报送 {obj.person} 的核查结果：{Outcome(data['outcome']).label}（{row.get_state_display()}）。"
        )


class DecideFinding(OfFinding, VerbView):
    title, button, form_class, roles = "审定疑点", "审定疑点", DecideForm, OFFICER
    template_name = "rechecks/decide.html"

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        made = Verification.objects.visible_to(request.user).filter(finding=obj).first()
        return {"verification": made, "facts": brief(obj), **told_of(obj)}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        row = deciding.decide(obj, request.user, data["agree"] == "1", data["opinion"], data["version"])
        return f"{obj.person} 的疑点：{row.get_state_display()}。"


class VerificationFile(Page):
    """A paper of a verification, with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        made = get_object_or_404(Verification.objects.visible_to(request.user), pk=pk)
        return download(
            request, get_object_or_404(made.files, pk=file), f"{made.finding} 核查材料", inline=True
        )
