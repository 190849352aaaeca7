"""What the register says of people, and the facts of a file as the rules read them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch

from benefits.policy import parameter
from core.months import month_of
from marriage import rules
from marriage.models import (
    AnnotationKind,
    Certificate,
    CertificateState,
    Kind,
    Party,
    Registration,
    Side,
)
from registry.models import Person

_ENDS = {AnnotationKind.COURT_DIVORCE: rules.DIVORCED, AnnotationKind.DEATH: rules.WIDOWED}


def lock_persons(keys: Iterable[int]) -> None:
    """Hold the rows of these people until the transaction ends, always in the same order, so that two registrars who
    marry one person in the same moment come one after the other."""
    list(Person.objects.select_for_update().filter(pk__in=sorted(keys)).order_by("pk").values_list("pk"))


def acts_of(persons: Iterable[int]) -> dict[int, list[rules.Act]]:
    """The registered marriages and divorces of people, whichever office registered them."""
    rows = (
        Registration.objects.filter(
            parties__person__in=list(persons),
            registered_on__isnull=False,
            kind__in=[Kind.MARRIAGE, Kind.DIVORCE],
        )
        .distinct()
        .prefetch_related(
            Prefetch("parties", Party.objects.select_related("person")),
            "annotations",
            Prefetch("certificates", Certificate.objects.filter(state=CertificateState.ISSUED)),
        )
        .order_by("pk")
    )
    found: dict[int, list[rules.Act]] = defaultdict(list)
    for row in rows:
        both = list(row.parties.all())
        for mine, other in zip(both, reversed(both), strict=True):
            found[mine.person_id].append(_act(row, other))
    return found


def _act(row: Registration, other: Party) -> rules.Act:
    assert row.registered_on is not None
    notes = list(row.annotations.all())
    number = next((one.number for one in row.certificates.all()), "")
    ended = next((one for one in notes if one.kind in _ENDS), None)
    return rules.Act(
        kind=row.kind,
        on=row.registered_on,
        order=row.pk,
        spouse=other.id_number,
        number=number,
        annulled=any(one.kind == AnnotationKind.ANNULLED for one in notes),
        ended_on=ended.on if ended else None,
        ended_by=_ENDS[AnnotationKind(ended.kind)] if ended else "",
        spouse_died_on=other.person.death_date,
    )


def statuses(persons: Iterable[int]) -> dict[int, rules.Status | None]:
    """Marital status by person; None where no act is registered."""
    keys = list(persons)
    acts = acts_of(keys)
    return {key: rules.status_from(acts.get(key, [])) for key in keys}


def legal_ages(day: date) -> rules.Ages:
    """The ages of marriage in force on that day."""
    month = month_of(day)
    return rules.Ages(int(parameter("marriage.age_man", month)), int(parameter("marriage.age_woman", month)))


def facts_of(file: Registration, on: date) -> rules.Facts:
    """The file as the rules read it on that day."""
    both = {one.side: one for one in file.parties.select_related("person")}
    known = statuses([one.person_id for one in both.values()])
    return facts_from(file, both, known, on)


def facts_from(
    file: Registration, both: dict[str, Party], known: dict[int, rules.Status | None], on: date
) -> rules.Facts:
    """Pure: a file (saved or not), its parties with their persons, and what the register says of them."""
    sides = {
        side: rules.Side(
            side=side,
            name=party.name,
            id_number=party.id_number,
            birth=party.birth_date,
            sex=party.person.sex,
            nationality=party.nationality or rules.HOME,
            hukou_local=party.hukou_local,
            before=party.before,
            registry_name=party.person.name,
            dead_on=party.person.death_date,
            status=known.get(party.person_id),
        )
        for side, party in both.items()
    }
    return rules.Facts(
        kind=file.kind,
        on=on,
        man=sides[Side.MAN],
        woman=sides[Side.WOMAN],
        both_present=file.both_present,
        voluntary=file.voluntary,
        unrelated=file.unrelated,
        capable=file.capable,
        agreement=file.agreement,
        papers=frozenset(file.papers),
        prior_number=file.prior_number,
        ages=legal_ages(on) if file.kind == Kind.MARRIAGE else rules.Ages(),
    )
