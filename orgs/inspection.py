"""The yearly inspection as a campaign: who must report, who has, who is late, what was concluded; measures that follow.

A conclusion is proposed by one officer and confirmed by another; nothing follows from lateness by itself: the program
proposes, a person decides, another one confirms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from casework.services import today
from core.errors import Conflict, NotAllowed, UserError
from district.models import User
from district.services import district
from orgs import rules, services
from orgs.models import (
    LIVE,
    Conclusion,
    InspectionCampaign,
    InspectionReport,
    Measure,
    MeasureKind,
    MeasureState,
    Organisation,
    OrgState,
    ReportState,
)
from orgs.policy import policy_on

KEY_FIGURES = ("income", "expenses", "net_assets", "staff", "activities")
PAPER_TITLES = dict(rules.INSPECTION_PAPERS)
OPEN_STATES = (ReportState.DUE, ReportState.SUBMITTED, ReportState.RETURNED)


def may_act(actor: User) -> bool:
    """Officers of 社会组织 carry the inspection out."""
    return actor.role == "bureau_officer" and "orgs" in actor.lines


def _check_actor(actor: User) -> None:
    if not may_act(actor):
        raise NotAllowed("年度检查由社会组织业务股室办理。")


# -- the campaign ----------------------------------------------------------------------


@transaction.atomic
def open_campaign(year: int, actor: User, on: date | None = None, note: str = "") -> InspectionCampaign:
    """Start the inspection of the reports on `year`: everyone who must report gets a line with its last days."""
    _check_actor(actor)
    day, area = on or today(), district()
    if year >= day.year:
        raise UserError(f"{year} 年还没有过完，不能启动该年度的检查。", field="year")
    if year < 1998:
        raise UserError("年度看不懂，请填四位年份，例如 2020。", field="year")
    services.lock_register()
    if InspectionCampaign.objects.filter(division=area, year=year).exists():
        raise UserError(f"{year} 年度检查已经启动。", field="year")
    policy = policy_on(day)
    campaign = InspectionCampaign.objects.create(
        division=area, year=year, opened_on=day, opened_by=actor, note=note.strip()
    )
    dues = {kind: rules.inspection_dues(year, kind, policy) for kind in rules.KIND_NAMES}
    InspectionReport.objects.bulk_create(
        InspectionReport(
            campaign=campaign,
            organisation=one,
            supervisor_due_on=dues[one.kind][0] if one.supervisor else None,
            due_on=dues[one.kind][1],
        )
        for one in Organisation.objects.filter(division=area).order_by("founded_on", "pk")
        if rules.must_submit(one.kind, one.founded_on, one.ended_on, year)
    )
    return campaign


@dataclass(frozen=True)
class Progress:
    """Of so many: handed in, complete, concluded, late."""

    total: int
    submitted: int
    complete: int
    concluded: int
    late: int
    supervisor_late: int
    proposed: int
    by_conclusion: dict[str, int]


def late_ones(reports: QuerySet, day: date) -> QuerySet:
    """Not handed in after the last day, by bodies that still exist."""
    return reports.filter(submitted_on__isnull=True, due_on__lt=day, organisation__state__in=LIVE)


def progress(campaign: InspectionCampaign, day: date) -> Progress:
    """One query over the campaign's lines; ended bodies that never handed in are left out of all counts."""
    counted = Q(organisation__state__in=LIVE) | Q(submitted_on__isnull=False)
    rows = InspectionReport.objects.filter(counted, campaign=campaign)
    done = (ReportState.COMPLETE, ReportState.PROPOSED, ReportState.CONCLUDED)
    found = rows.aggregate(
        total=Count("pk"),
        submitted=Count("pk", filter=Q(submitted_on__isnull=False)),
        complete=Count("pk", filter=Q(state__in=done)),
        concluded=Count("pk", filter=Q(state=ReportState.CONCLUDED)),
        late=Count("pk", filter=Q(submitted_on__isnull=True, due_on__lt=day)),
        supervisor_late=Count(
            "pk",
            filter=Q(supervisor_on__isnull=True, supervisor_due_on__lt=day, submitted_on__isnull=True),
        ),
        proposed=Count("pk", filter=Q(state=ReportState.PROPOSED)),
        **{f"is_{code}": Count("pk", filter=Q(conclusion=code)) for code in Conclusion.values},
    )
    conclusions = {code: found.pop(f"is_{code}") for code in Conclusion.values}
    return Progress(**found, by_conclusion=conclusions)


# -- one report ----------------------------------------------------------------------


def _locked(report: InspectionReport, actor: User, version: int | None) -> InspectionReport:
    _check_actor(actor)
    fresh = (
        InspectionReport.objects.select_for_update(of=("self",))
        .select_related("organisation", "campaign")
        .get(pk=report.pk)
    )
    if version is not None and version != fresh.version:
        raise Conflict("这份报告刚刚被别人改动过，您的内容还没有保存。")
    return fresh


def _save(report: InspectionReport) -> InspectionReport:
    report.version += 1
    report.save()
    return report


@transaction.atomic
def take_report(
    report: InspectionReport,
    actor: User,
    facts: Mapping[str, Any],
    version: int | None = None,
    on: date | None = None,
) -> InspectionReport:
    """收到报告: which papers, key figures, the supervisor's first opinion. `facts`: fields of the report by name.

    With all papers, figures and (where there is a supervisor) its opinion, the report is complete.
    """
    report = _locked(report, actor, version)
    if report.state in (ReportState.PROPOSED, ReportState.CONCLUDED):
        raise UserError(f"{report}的报告{report.get_state_display()}，不再改动；需要改动的先退回。")
    day = facts.get("submitted_on") or on or today()
    if day > (on or today()):
        raise UserError("报送日期不能晚于今天。", field="submitted_on")
    if day <= date(report.campaign.year, 12, 31):
        raise UserError(f"{report.campaign.year} 年度的报告应在次年报送。", field="submitted_on")
    opinion_day = facts.get("supervisor_on")
    if opinion_day and opinion_day > (on or today()):
        raise UserError("初审日期不能晚于今天。", field="supervisor_on")
    if bool(opinion_day) != bool((facts.get("supervisor_opinion") or "").strip()):
        raise UserError("初审日期和初审意见要一起填写。", field="supervisor_opinion")
    report.submitted_on = day
    report.papers = sorted(set(facts.get("papers", ())) & set(PAPER_TITLES))
    if not report.papers:
        raise UserError("请勾选收到的材料；一份材料也没有的不算报送。", field="papers")
    for name in (*KEY_FIGURES, "supervisor_on"):
        if name in facts:
            setattr(report, name, facts[name])
    report.supervisor_opinion = (facts.get("supervisor_opinion") or "").strip()
    report.state = ReportState.COMPLETE if not lacking(report) else ReportState.SUBMITTED
    return _save(report)


def lacking(report: InspectionReport) -> list[str]:
    """What a complete report still needs, in words."""
    found = [title for code, title in rules.INSPECTION_PAPERS if code not in report.papers]
    for name in KEY_FIGURES:
        if getattr(report, name) is None:
            field: Any = InspectionReport._meta.get_field(name)
            found.append(str(field.verbose_name))
    if report.supervisor_due_on and report.supervisor_on is None:
        found.append("业务主管单位初审意见")
    return found


@transaction.atomic
def return_report(
    report: InspectionReport, actor: User, words: str, version: int | None = None, on: date | None = None
) -> InspectionReport:
    """退回补正: what is missing, told once; a conclusion that was only proposed falls away."""
    report = _locked(report, actor, version)
    if not report.handed_in:
        raise UserError(f"{report}还没有报送，不能退回。")
    if report.state == ReportState.CONCLUDED:
        raise UserError(f"{report}已作结论，不能退回。")
    needed = lacking(report)
    text = "；".join([*needed, words.strip()] if words.strip() else needed)
    if not text:
        raise UserError("材料已齐；仍要退回的，请写明补正内容。", field="words")
    report.missing, report.returned_on = text[:500], on or today()
    report.state = ReportState.RETURNED
    report.proposed, report.proposed_by, report.proposed_on, report.ground = "", None, None, ""
    return _save(report)


@transaction.atomic
def propose_conclusion(
    report: InspectionReport,
    actor: User,
    conclusion: str,
    ground: str = "",
    version: int | None = None,
    on: date | None = None,
) -> InspectionReport:
    """拟定结论 by one officer. 基本合格 and 不合格 need their ground; who never reported can only be 不合格."""
    report, day = _locked(report, actor, version), on or today()
    if report.state == ReportState.CONCLUDED:
        raise UserError(f"{report}已作结论。")
    if conclusion not in Conclusion.values:
        raise UserError("请选择结论。", field="conclusion")
    if conclusion != Conclusion.PASS and len(ground.strip()) < 2:
        raise UserError(f"结论为“{rules.CONCLUSIONS[conclusion]}”的，请写明依据。", field="ground")
    late = not report.handed_in and day > report.due_on
    if report.state not in (ReportState.COMPLETE, ReportState.PROPOSED) and not (
        late and conclusion == Conclusion.FAIL
    ):
        words = "逾期未报送的只能拟定不合格" if late else "材料齐全后才能拟定结论"
        raise UserError(f"{report}：{report.get_state_display()}，{words}。", field="conclusion")
    report.proposed, report.proposed_by, report.proposed_on = conclusion, actor, day
    report.ground, report.state = ground.strip(), ReportState.PROPOSED
    return _save(report)


@transaction.atomic
def conclude(
    report: InspectionReport, actor: User, version: int | None = None, on: date | None = None
) -> InspectionReport:
    """复核结论 by another officer: now it counts, and the public register shows it."""
    report = _locked(report, actor, version)
    if report.state != ReportState.PROPOSED:
        raise UserError(f"{report}还没有拟定结论。")
    if report.proposed_by_id == actor.pk:
        raise NotAllowed("您是拟定人，结论须由另一人复核。")
    report.conclusion, report.concluded_by = report.proposed, actor
    report.concluded_on, report.state = on or today(), ReportState.CONCLUDED
    return _save(report)


# -- many at once ----------------------------------------------------------------------


@transaction.atomic
def remind(reports: QuerySet, actor: User, on: date | None = None) -> int:
    """催报: note that everyone who has not handed in was reminded; gives how many."""
    _check_actor(actor)
    waiting = reports.filter(
        Q(submitted_on__isnull=True) | Q(state=ReportState.RETURNED), organisation__state__in=LIVE
    ).exclude(state=ReportState.CONCLUDED)
    keys = list(waiting.values_list("pk", flat=True))
    return InspectionReport.objects.filter(pk__in=keys).update(
        reminded_on=on or today(), reminders=F("reminders") + 1, version=F("version") + 1
    )


def propose_pass(reports: QuerySet, actor: User, on: date | None = None) -> int:
    """拟定合格 for those that are complete; the others are left as they are."""
    with transaction.atomic():
        chosen = list(reports.filter(state=ReportState.COMPLETE).order_by("pk"))
        for one in chosen:
            propose_conclusion(one, actor, Conclusion.PASS, on=on)
    return len(chosen)


def conclude_all(reports: QuerySet, actor: User, on: date | None = None) -> int:
    """复核 those that another officer proposed as 合格; what needs a ground is looked at one by one."""
    with transaction.atomic():
        chosen = reports.filter(state=ReportState.PROPOSED, proposed=Conclusion.PASS)
        mine = list(chosen.exclude(proposed_by=actor).order_by("pk"))
        for one in mine:
            conclude(one, actor, on=on)
    return len(mine)


# -- what follows ----------------------------------------------------------------------


def years_missed(organisation: Organisation, day: date) -> int:
    """How many inspected years in a row, up to the last one whose time is up, nothing was handed in."""
    rows = InspectionReport.objects.filter(organisation=organisation, due_on__lt=day)
    return rules.years_missed((one.campaign.year, one.handed_in) for one in rows.select_related("campaign"))


def exception_candidates(user: Any, day: date) -> list[tuple[Organisation, int]]:
    """Active bodies that have missed so many years in a row, and for which nothing is proposed yet."""
    least = int(policy_on(day)["inspection.missed_years"])
    late = late_ones(InspectionReport.objects.visible_to(user), day)
    bodies = (
        Organisation.objects.visible_to(user)
        .filter(state=OrgState.ACTIVE, inspections__in=late)
        .exclude(measures__state=MeasureState.PROPOSED)
        .distinct()
    )
    counted = [(one, years_missed(one, day)) for one in bodies]
    return [(one, years) for one, years in counted if years >= least]


@transaction.atomic
def propose_measure(
    organisation: Organisation, kind: str, ground: str, actor: User, on: date | None = None
) -> Measure:
    """提出: exception list for an active body; lifting or revocation for one on the list."""
    _check_actor(actor)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if kind not in MeasureKind.values:
        raise UserError("请选择措施。", field="kind")
    if len(ground.strip()) < 2:
        raise UserError("请写明事实和依据。", field="ground")
    wanted = OrgState.ACTIVE if kind == MeasureKind.EXCEPTION else OrgState.EXCEPTION
    if organisation.state != wanted:
        label = MeasureKind(kind).label
        raise UserError(
            f"{organisation}状态为{organisation.get_state_display()}，不能提出“{label}”。", "kind"
        )
    if organisation.measures.filter(state=MeasureState.PROPOSED).exists():
        raise UserError(f"{organisation}已有待决定的措施，请先决定。")
    return Measure.objects.create(
        organisation=organisation,
        kind=kind,
        ground=ground.strip(),
        proposed_by=actor,
        proposed_on=on or today(),
    )


@transaction.atomic
def decide_measure(
    measure: Measure, actor: User, agree: bool, opinion: str, on: date | None = None
) -> Measure:
    """决定 by another officer than the one who proposed; only then the body's state changes."""
    _check_actor(actor)
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if measure.state != MeasureState.PROPOSED:
        raise Conflict(f"这项措施{measure.get_state_display()}。")
    if measure.proposed_by_id == actor.pk:
        raise NotAllowed("您是提出人，须由另一人决定。")
    if len(opinion.strip()) < 2:
        raise UserError("请填写决定意见。", field="opinion")
    day = on or today()
    measure.state = MeasureState.DECIDED if agree else MeasureState.REJECTED
    measure.decided_by, measure.decided_on, measure.opinion = actor, day, opinion.strip()
    measure.save()
    if agree:
        _carry_out(measure, day)
    return measure


def _carry_out(measure: Measure, day: date) -> None:
    if measure.kind == MeasureKind.REVOKE:
        services.end_organisation(measure.organisation, OrgState.REVOKED, day)
        return
    states = {MeasureKind.EXCEPTION: OrgState.EXCEPTION, MeasureKind.LIFT: OrgState.ACTIVE}
    organisation = Organisation.objects.select_for_update().get(pk=measure.organisation_id)
    organisation.state = states[MeasureKind(measure.kind)]
    organisation.save()
