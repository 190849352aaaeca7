"""Codes and certificates: each number of a series is given once and is accounted for, also when a blank is spoiled."""

from datetime import date

from django.db import transaction
from django.db.models.functions import Substr
from django.utils import timezone

from casework.services import today
from core import uscc
from core.errors import NotAllowed, UserError
from core.series import take_number
from district.models import User
from orgs import rules
from orgs.models import CertificateState, Organisation, OrgApplication, OrgCertificate
from orgs.policy import policy_on


def give_code(kind: str, area: str, day: date) -> str:
    """A unified social credit code with a body code that nobody here has. In the transaction that writes it."""
    prefix = str(policy_on(day)["code.prefix"])
    while True:
        body = uscc.body_code(f"{prefix}{take_number(f'orgs.body-{prefix}'):05d}")
        known = Organisation.objects.annotate(body=Substr("credit_code", 9, 9)).filter(body=body)
        if not known.exists():
            return uscc.make(rules.CODE_PREFIX[kind], area, body)


def issue_certificate(
    organisation: Organisation, actor: User, on: date, application: OrgApplication | None = None
) -> OrgCertificate:
    """A certificate with the next number of the year; the one before is taken back. In the caller's transaction."""
    organisation.certificates.filter(state=CertificateState.VALID).update(
        state=CertificateState.REPLACED, closed_on=on
    )
    years = int(policy_on(on)["certificate.years"])
    return OrgCertificate.objects.create(
        organisation=organisation,
        application=application,
        number=_certificate_number(organisation, on),
        issued_on=on,
        valid_from=on,
        valid_until=rules.years_after(on, years),
        content=certificate_content(organisation),
        issued_by=actor,
    )


def _certificate_number(organisation: Organisation, on: date) -> str:
    area = organisation.division_id
    return f"{area}-{on.year}-{take_number(f'orgs.certificate-{area}-{on.year}'):04d}"


def certificate_content(organisation: Organisation) -> dict[str, str]:
    """What is printed on the certificate."""
    return {
        "name": organisation.name,
        "kind": organisation.get_kind_display(),
        "credit_code": organisation.credit_code,
        "representative": organisation.representative_name,
        "address": organisation.address,
        "capital": str(organisation.capital if organisation.capital is not None else ""),
        "supervisor": organisation.supervisor
        or (f"直接登记（{organisation.get_direct_kind_display()}）" if organisation.direct_kind else ""),
        "scope": organisation.scope,
    }


def spoil_certificate(
    certificate: OrgCertificate, reason: str, actor: User, on: date | None = None
) -> OrgCertificate:
    """作废 of a misprinted blank: its number stays with the reason, the content gets the next number."""
    _check_actor(actor)
    if len(reason.strip()) < 2:
        raise UserError("请填写作废原因。", field="reason")
    day = on or today()
    with transaction.atomic():
        certificate = OrgCertificate.objects.select_for_update().get(pk=certificate.pk)
        if certificate.state != CertificateState.VALID:
            raise UserError(f"证书 {certificate.number} {certificate.get_state_display()}，不能作废。")
        certificate.state, certificate.closed_on = CertificateState.SPOILED, day
        certificate.reason = reason.strip()
        certificate.save()
        return OrgCertificate.objects.create(
            organisation_id=certificate.organisation_id,
            application_id=certificate.application_id,
            number=_certificate_number(certificate.organisation, day),
            issued_on=day,
            valid_from=certificate.valid_from,
            valid_until=certificate.valid_until,
            content=certificate.content,
            issued_by=actor,
        )


def renew_certificate(organisation: Organisation, actor: User, on: date | None = None) -> OrgCertificate:
    """换发: the period has run out, or a body taken over from the old ledger has none yet."""
    _check_actor(actor)
    day = on or today()
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if not organisation.is_live:
            raise UserError(f"{organisation}{organisation.get_state_display()}，不能换发证书。")
        return issue_certificate(organisation, actor, day)


def mark_printed(certificate: OrgCertificate) -> None:
    OrgCertificate.objects.filter(pk=certificate.pk).update(printed_at=timezone.now())


def _check_actor(actor: User) -> None:
    if actor.role != "bureau_officer" or "orgs" not in actor.lines:
        raise NotAllowed("登记证书由社会组织业务股室管理。")
