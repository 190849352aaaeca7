"""The verbs of marriage registration. Each is one transaction; the rows that it decides on are locked."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone

from casework import services as casework
from casework.models import CaseState
from casework.services import Change, enter, today, write_event
from casework.workflow import flow_of
from core.errors import NotAllowed, UserError
from core.identity import parse_id
from core.workdays import Calendar
from district.models import Office, Role, User
from marriage import certificates, periods, rules, status, steps
from marriage.models import (
    Annotation,
    AnnotationKind,
    Certificate,
    CertificateState,
    FileState,
    Kind,
    LossReason,
    MarriageCase,
    Party,
    Registration,
    Side,
)
from marriage.workflow import FLOW_OF
from registry.models import Person
from registry.names import tidy_name
from registry.services import register_person


@dataclass(frozen=True)
class PartyEntry:
    """A party as typed at the counter."""

    name: str
    id_number: str
    nationality: str = rules.HOME
    ethnicity: str = ""
    hukou: str = ""
    hukou_local: bool = False
    before: str = ""


@dataclass(frozen=True)
class Entry:
    """An application as typed at the counter: both parties, what they showed and declared."""

    kind: str
    man: PartyEntry
    woman: PartyEntry
    papers: list[str] = field(default_factory=list)
    both_present: bool = False
    voluntary: bool = False
    unrelated: bool = False
    capable: bool = False
    agreement: bool = False
    prior_number: str = ""
    prior_on: date | None = None
    prior_office: str = ""
    loss: str = ""
    note: str = ""

    def facts(self) -> dict[str, Any]:
        """The fields of the file."""
        names = (
            *("both_present", "voluntary", "unrelated", "capable", "agreement"),
            *("prior_number", "prior_on", "prior_office", "loss", "note"),
        )
        return {**{name: getattr(self, name) for name in names}, "papers": sorted(self.papers)}


PREFIX = {Side.MAN: "man", Side.WOMAN: "woman"}


def office_of(actor: User) -> Office:
    """The registry where the account registers. NotAllowed for everybody else."""
    if actor.role != Role.REGISTRAR or actor.office is None:
        raise NotAllowed("只有婚姻登记员可以办理婚姻登记。")
    return actor.office


def read_party(side: str, entry: PartyEntry, day: date) -> tuple[PartyEntry, Any]:
    """The entry put right (full-width, spaces), and its ID number taken apart. UserError at the field that is wrong."""
    prefix = PREFIX[Side(side)]
    name = tidy_name(entry.name)[0]
    if not name:
        raise UserError("请填姓名。", f"{prefix}_name")
    try:
        found = parse_id(entry.id_number, day)
    except UserError as error:
        raise UserError(f"身份证号：{error.message}。", f"{prefix}_id_number") from error
    if found.sex != side:
        says = "男" if found.sex == rules.MAN else "女"
        label = Side(side).label
        raise UserError(f"这个号码的持有人是{says}性，不能填在{label}。", f"{prefix}_id_number")
    return replace(entry, name=name, id_number=found.number), found


def _both(entry: Entry, day: date) -> list[tuple[str, PartyEntry, Any]]:
    found = [(Side.MAN, *read_party(Side.MAN, entry.man, day))]
    return [*found, (Side.WOMAN, *read_party(Side.WOMAN, entry.woman, day))]


def person_for(entry: PartyEntry, office: Office) -> Person:
    """The registered person of that number, whatever name the registry has (a difference is a warning); who is not
    registered yet is added, as someone of the district without a village."""
    known = Person.objects.filter(id_number=entry.id_number).first()
    if known is not None:
        return known
    return register_person(
        entry.id_number,
        entry.name,
        office.division_id[:6],
        ethnicity=entry.ethnicity,
        address=entry.hukou,
    )


def check_entry(entry: Entry, actor: User, on: date | None = None) -> tuple[Registration, list[rules.Check]]:
    """What stands against an application and what to look at: an unsaved file and its checks. Nothing is written."""
    office, day = office_of(actor), on or today()
    both: dict[str, Party] = {}
    for side, one, found in _both(entry, day):
        known = Person.objects.filter(id_number=one.id_number).first()
        person = known or Person(name=one.name, id_number=one.id_number, sex=found.sex)
        both[side] = _party(side, one, found, person)
    file = Registration(office=office, kind=entry.kind, applied_on=day, **entry.facts())
    known_status = status.statuses([one.person.pk for one in both.values() if one.person.pk])
    return file, rules.checks(status.facts_from(file, both, known_status, day))


def _party(side: str, entry: PartyEntry, found: Any, person: Person) -> Party:
    return Party(
        side=side,
        person=person,
        name=entry.name,
        id_number=entry.id_number,
        birth_date=found.birth,
        nationality=entry.nationality.strip() or rules.HOME,
        ethnicity=entry.ethnicity.strip(),
        hukou=entry.hukou.strip(),
        hukou_local=entry.hukou_local,
        before=entry.before,
    )


@transaction.atomic
def apply(entry: Entry, actor: User, on: date | None = None, refusal: bool = False) -> MarriageCase:
    """Take an application: both parties found in or added to the registry and frozen, the case opened.

    What blocks refuses it, unless `refusal`: then the file is opened and ended as 不予登记, so that the parties get
    their notice. UserError with the field for what is typed wrong.
    """
    office, day = office_of(actor), on or today()
    if entry.kind not in Kind.values:
        raise UserError("请选择办理类别。")
    both = _both(entry, day)
    if entry.kind in (Kind.REISSUE_MARRIAGE, Kind.REISSUE_DIVORCE) and entry.loss not in LossReason.values:
        raise UserError("请选择补领原因。", "loss")
    with pghistory.context(user=actor.pk, reason="婚姻登记申请"):
        file = Registration.objects.create(
            office=office, office_name=office.name, kind=entry.kind, applied_on=day, **entry.facts()
        )
        parties = [_party(side, one, found, person_for(one, office)) for side, one, found in both]
        for party in parties:
            party.registration = file
            party.save()
        status.lock_persons([party.person_id for party in parties])
        _link_prior(file, parties)
        found_checks = rules.checks(status.facts_of(file, day))
        if not refusal:
            steps.refuse_blocks(found_checks)
        case = casework.open_case(
            FLOW_OF[entry.kind],
            division=office.division,
            actor=actor,
            office=office,
            subject="、".join(party.name for party in parties),
            on=on,
            registration=file,
        )
    if refusal:
        reasons = "；".join(f"{one.text}（{one.basis}）" for one in rules.blocks(found_checks))
        if not reasons:
            raise UserError("没有不予登记的情形，请直接登记申请。")
        case = casework.move(case, "refuse", actor, opinion=reasons, on=on)
    return case


def _link_prior(file: Registration, parties: list[Party]) -> None:
    """The act of this register that the file rests on: the newest one of its kind between the two."""
    if file.kind == Kind.MARRIAGE:
        return
    wanted = Kind.DIVORCE if file.kind == Kind.REISSUE_DIVORCE else Kind.MARRIAGE
    acts = Registration.objects.filter(kind=wanted, registered_on__isnull=False, office=file.office)
    for party in parties:
        acts = acts.filter(parties__person=party.person_id)
    found = acts.order_by("-registered_on", "-pk").first()
    if found is None:
        return
    live = certificates.live_certificate(found)
    file.prior, file.prior_on, file.prior_office = found, found.registered_on, found.office_name
    file.prior_number = file.prior_number or (live.number if live else "")
    file.save()


@transaction.atomic
def correct_entry(case: MarriageCase, entry: Entry, actor: User, version: int | None = None) -> MarriageCase:
    """Put an application right while it is being looked at; before and after are kept. The kind stays."""
    case = casework.locked(case, version)
    casework.check_editor(case, actor)
    file = steps.file_of(case)
    changes: list[Change] = []
    for name, value in entry.facts().items():
        before = getattr(file, name)
        if before != value:
            setattr(file, name, value)
            changes.append(
                (_title(Registration, name), _shown(file, name, before), _shown(file, name, value))
            )
    parties = {one.side: one for one in file.parties.select_related("person")}
    for side, one, found in _both(entry, case.opened_at.date()):
        fresh = _party(side, one, found, person_for(one, file.office))
        changes += _corrected(parties[side], fresh)
    if not changes:
        return case
    file.save()
    case.subject = "、".join(one.name for one in parties.values())
    _link_prior(file, list(parties.values()))
    return casework.record_change(case, actor, changes)


def _corrected(party: Party, fresh: Party) -> list[Change]:
    found: list[Change] = []
    for name in ("person_id", "name", "id_number", "birth_date", "nationality", "ethnicity", "hukou"):
        found += _set(party, name, getattr(fresh, name), shown=name not in ("person_id", "birth_date"))
    for name in ("hukou_local", "before"):
        found += _set(party, name, getattr(fresh, name))
    if found:
        party.save()
    return found


def _set(party: Party, name: str, value: Any, shown: bool = True) -> list[Change]:
    before = getattr(party, name)
    if before == value:
        return []
    setattr(party, name, value)
    title = f"{party.get_side_display()}{_title(Party, name)}" if shown else ""
    return [(title, _shown(party, name, before), _shown(party, name, value))] if shown else []


def _title(model: Any, name: str) -> str:
    return str(model._meta.get_field(name).verbose_name)


def _shown(row: Any, name: str, value: Any) -> str:
    if isinstance(value, list):
        labels = {
            one.code: one.label for kind in Kind.values for one in rules.papers_needed(kind, date(2020, 1, 1))
        }
        return "、".join(str(labels.get(one, one)) for one in value)
    return casework.shown(row, name, value)


# --- certificates ------------------------------------------------------------------------------------------


def issue(case: MarriageCase, actor: User, version: int | None = None, on: date | None = None) -> Certificate:
    """登记发证: the act is registered and its number taken, together or not at all."""
    case = casework.move(case, "issue", actor, version, on=on)
    found = certificates.live_certificate(case.registration)
    assert found is not None
    return found


@transaction.atomic
def mark_printed(certificate: Certificate, actor: User) -> Certificate:
    """The certificate is printed onto its sheet; the first time is kept."""
    _own(certificate.registration, actor)
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.state != CertificateState.ISSUED:
        raise UserError(f"{certificate.number} 已作废，不能打印。")
    if certificate.printed_at is None:
        certificate.printed_at = timezone.now()
        certificate.save(update_fields=["printed_at"])
    return certificate


@transaction.atomic
def spoil(certificate: Certificate, reason: str, actor: User, on: date | None = None) -> Certificate:
    """作废: the sheet is spoiled; the number stays accounted for and is never given again."""
    day, file = on or today(), certificate.registration
    _own(file, actor)
    if len(reason.strip()) < 2:
        raise UserError("请填写作废原因。", "reason")
    certificates.lock_day(file.office)
    certificates.check_open(file.office, day)
    certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if certificate.state == CertificateState.SPOILED:
        raise UserError(f"{certificate.number} 已经作废。")
    if certificate.taken_over:
        raise UserError("旧登记簿接收的证件不在本系统作废。")
    certificate.state, certificate.spoiled_on = CertificateState.SPOILED, day
    certificate.spoiled_by, certificate.spoiled_reason = actor, reason.strip()
    certificate.save()
    _tell(file, actor, "spoil", f"作废 {certificate.number}", reason, on)
    return certificate


@transaction.atomic
def reprint(file: Registration, actor: User, on: date | None = None) -> Certificate:
    """The next number for an act whose sheet was spoiled. The act and its day stay as they are."""
    day = on or today()
    _own(file, actor)
    file = Registration.objects.select_for_update(of=("self",)).select_related("office").get(pk=file.pk)
    if file.state != FileState.REGISTERED:
        raise UserError("还没有登记，不能重新打证。")
    live = certificates.live_certificate(file)
    if live is not None:
        raise UserError(f"{live.number} 没有作废，不能重新打证。")
    given = certificates.give(file, actor, day)
    _tell(file, actor, "reprint", f"重新打证 {given.number}", "", on)
    return given


def _own(file: Registration, actor: User) -> None:
    """NotAllowed unless the account registers at the file's office."""
    if not Registration.objects.visible_to(actor).filter(pk=file.pk).exists():
        raise NotAllowed("这份档案不在您的登记处。")
    office_of(actor)


def _tell(
    file: Registration, actor: User | None, action: str, label: str, words: str, on: date | None
) -> None:
    case = MarriageCase.objects.filter(registration=file).first()
    if case is not None:
        write_event(
            case, actor, action, label, on=on, opinion=words, from_stage=case.stage, to_stage=case.stage
        )


# --- annotations -------------------------------------------------------------------------------------------

BY_COURT = (AnnotationKind.ANNULLED, AnnotationKind.COURT_DIVORCE)


@transaction.atomic
def annotate(
    file: Registration,
    kind: str,
    on: date,
    text: str,
    actor: User,
    *,
    authority: str = "",
    document: str = "",
) -> Annotation:
    """Write beside a registered act what a court decided or what came after. The act's own row is never edited."""
    _own(file, actor)
    file = Registration.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.registered_on is None:
        raise UserError("还没有登记，不能附注；请更正申请内容。")
    if kind not in AnnotationKind.values:
        raise UserError("请选择附注种类。", "kind")
    if kind in BY_COURT and not (authority.strip() and document.strip()):
        missing = "document" if authority.strip() else "authority"
        raise UserError("法院作出的，请填写作出机关和文书字号。", missing)
    if kind in (*BY_COURT, AnnotationKind.DEATH) and file.kind != Kind.MARRIAGE:
        raise UserError("这种附注只记在结婚登记上。", "kind")
    if not file.registered_on <= on <= today():
        raise UserError(f"生效日期应在登记日 {file.registered_on:%Y-%m-%d} 与今天之间。", "on")
    if len(text.strip()) < 2:
        raise UserError("请填写附注内容。", "text")
    status.lock_persons(file.parties.values_list("person_id", flat=True))
    made = Annotation.objects.create(
        registration=file,
        kind=kind,
        on=on,
        authority=authority.strip(),
        document=document.strip(),
        text=text.strip(),
        written_by=actor,
    )
    _tell(file, actor, "annotate", f"附注：{made.get_kind_display()}", made.text, None)
    return made


# --- the days of a divorce ---------------------------------------------------------------------------------


@transaction.atomic
def correct_receipt(
    case: MarriageCase, receipt: date, reason: str, actor: User, version: int | None = None
) -> MarriageCase:
    """Another day of receipt, or the same one counted again after the calendar was put right; before and after are
    kept. It is the only way in which the days of a divorce change."""
    case = casework.locked(case, version)
    if not MarriageCase.objects.visible_to(actor).filter(pk=case.pk).exists():
        raise NotAllowed("这份档案不在您的登记处。")
    office_of(actor)
    file = steps.file_of(case)
    if case.state != CaseState.OPEN or file.receipt_on is None or file.applied_on is None:
        raise UserError("只有已受理、还没有办结的离婚登记可以更正受理日期。")
    if not file.applied_on <= receipt <= today():
        raise UserError(f"受理日期应在申请日 {file.applied_on:%Y-%m-%d} 与今天之间。", "receipt_on")
    if len(reason.strip()) < 2:
        raise UserError("请填写更正原因。", "reason")
    names = ("receipt_on", "cooling_off_ends", "window_from", "window_until")
    before = {name: getattr(file, name) for name in names}
    steps.set_days(file, receipt, steps.days_from(receipt))
    changes = [
        (_title(Registration, name), str(before[name] or "待定"), str(getattr(file, name) or "待定"))
        for name in names
        if before[name] != getattr(file, name)
    ]
    if not changes:
        raise UserError("重新计算后各日期没有变化。")
    file.save()
    if file.cooling_off_ends and file.cooling_off_ends >= today() and case.stage == "issue":
        enter(case, flow_of(case), "cooling", today())
    case.due_on = file.cooling_off_ends if case.stage == "cooling" else file.window_until
    casework.record_change(
        case, actor, changes, label="更正受理日期", action="correct_receipt", reason=reason
    )
    return pass_time(case, today())


def pass_time(case: MarriageCase, day: date) -> MarriageCase:
    """What the calendar does to a divorce: after the cooling-off its issuing window opens; after the window it counts
    as withdrawn. Asked for every day and whenever the file is opened; asking again changes nothing."""
    if case.state != CaseState.OPEN or case.stage not in ("cooling", "issue"):
        return case
    with transaction.atomic():
        case = casework.locked(case)
        file = steps.file_of(case)
        if case.state != CaseState.OPEN or file.cooling_off_ends is None or file.window_from is None:
            return case
        if case.stage == "cooling" and day > file.cooling_off_ends:
            _pass(case, "issue", "open_window", "冷静期届满，进入发证期", file.window_from)
        if case.stage == "issue" and file.window_until is None:
            file.window_until = periods.window_end(
                file.cooling_off_ends, Calendar(), steps.window_days(file.cooling_off_ends)
            )
            file.save(update_fields=["window_until"])
        if case.stage == "issue":
            case.due_on = file.window_until
            case.save(update_fields=["due_on"])
            if file.window_until and day > file.window_until:
                file.state = FileState.ENDED
                file.save(update_fields=["state"])
                _pass(case, "deemed", "deem_withdrawn", "发证期内双方未共同领证，视为撤回", file.window_until)
        return case


def _pass(case: MarriageCase, stage: str, action: str, label: str, on: date) -> None:
    """A step that nobody takes but the calendar."""
    source = case.stage
    enter(case, flow_of(case), stage, on)
    case.version += 1
    case.save()
    write_event(case, None, action, label, on=on, from_stage=source, to_stage=stage)


def pass_time_everywhere(day: date | None = None) -> dict[str, int]:
    """`pass_time` for every divorce whose day has come; how many windows opened, how many count as withdrawn.

    Each file is its own transaction, so that one that cannot be counted yet holds up no other."""
    day = day or today()
    counts = {"opened": 0, "withdrawn": 0}
    waiting = MarriageCase.objects.filter(state=CaseState.OPEN, stage__in=["cooling", "issue"])
    waiting = waiting.filter(registration__cooling_off_ends__lt=day)
    for case in waiting.select_related("registration").order_by("pk"):
        before = case.stage
        after = pass_time(case, day)
        counts["opened"] += before == "cooling" and after.stage != "cooling"
        counts["withdrawn"] += after.stage == "deemed"
    return counts
