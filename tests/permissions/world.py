"""What the walk meets: three households in one township and one in another, with everything that hangs on them."""

import base64
from typing import Any

from django.apps import apps

from benefits import services as benefits
from benefits.models import ChangeState, StandardChange
from casework import papers
from casework.models import Case
from casework.services import move
from core.files import TEXT, XLSX, store
from core.models import Job, JobState
from payouts import services as payouts
from payouts.models import BankReturn, Claim
from registry.models import ImportBatch, ImportState, PayeeAccount, Person
from tests import factories
from tests.payouts.makers import Hands, answer
from tests.permissions import rooms
from tests.relief import stories

# Names that occur nowhere else, so that a page that shows them where it must not is found by its text.
OWN_NAMES = ("欧阳甲木", "欧阳甲禾", "欧阳甲田", "欧阳甲米")
OTHER_NAMES = ("司徒乙石", "司徒乙竹")
# A picture of one white point (png).
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
APRIL = stories.date(2020, 4, 1)


def _spine() -> dict[str, Any]:
    """Keys of the objects in the walked township, by the word that the table uses for them."""
    clerk, leader = factories.user("township_clerk", full_name="何经手"), factories.user("township_leader")
    officer = factories.user("bureau_officer")
    applied, noticed, granted = (home(name) for name in OWN_NAMES[:3])
    home(OTHER_NAMES[0], factories.OTHER_VILLAGE, OTHER_NAMES[1])
    wife = factories.person(name=OWN_NAMES[3], sex="F")
    member = applied.memberships.create(person=wife, relation="spouse", since=factories.LONG_AGO)
    applied.people.append(wife)
    return {
        "user": clerk.pk,
        "village": factories.VILLAGE,
        "person": applied.head.pk,
        "household": applied.pk,
        "account": applied.head.accounts.get().pk,
        "membership": member.pk,
        **_jobs(clerk),
        **_cases(applied, noticed, clerk, leader),
        **_paid(granted, clerk, leader, officer),
        "bare": (
            *Person.objects.values_list("id_number", flat=True),
            *PayeeAccount.objects.values_list("number", flat=True),
        ),
        "numbers": tuple(Case.objects.values_list("number", flat=True)),
    }


def build() -> dict[str, Any]:
    """The spine's objects, then those of each service line."""
    world = _spine()
    for room in rooms.modules():
        world |= room.build(world)
    world["own_names"] = (
        *OWN_NAMES,
        *(one for room in rooms.modules() for one in getattr(room, "OWN_NAMES", ())),
    )
    return world


def home(name: str, village: str = factories.VILLAGE, second: str = "") -> Any:
    found = factories.household(
        division=village, head=factories.person(village, name=name, monthly_income=200)
    )
    if second:
        found.memberships.create(
            person=factories.person(village, name=second), relation="son", since="2015-01-01"
        )
    return found


def _jobs(clerk: Any) -> dict[str, Any]:
    file = store("清单.xlsx", b"rows", XLSX, clerk)
    done = {
        "kind": "core.export",
        "title": "导出",
        "state": JobState.DONE,
        "result": {"file": file.pk, "rows": 1},
    }
    batch = ImportBatch.objects.create(
        kind="registry",
        file=store(f"{OWN_NAMES[0]}.csv", b"text", TEXT, clerk),
        state=ImportState.CHECKED,
        division_id=factories.TOWNSHIP,
        created_by=clerk,
        errors_file=file,
    )
    return {
        "job": Job.objects.create(area=factories.TOWNSHIP, started_by=clerk, **done).pk,
        "import": batch.pk,
    }


def _cases(applied: Any, noticed: Any, clerk: Any, leader: Any) -> dict[str, Any]:
    """An application just taken, with a paper; another one whose notice hangs."""
    case = stories.apply(applied, clerk)
    paper = papers.attach(case, "id_card", "身份证.png", base64.b64decode(DOT), clerk)
    public = stories.investigated(stories.apply(noticed, clerk), clerk)
    public = stories.published(public, clerk, leader)
    return {
        "case": case.pk,
        "attachment": paper.pk,
        "noticed": public.pk,
        "notice": papers.current_notice(public).pk,
    }


def _paid(granted: Any, clerk: Any, leader: Any, officer: Any) -> dict[str, Any]:
    """A household that was granted, paid by a locked run, and whose account the bank refused."""
    case = stories.at_bureau(stories.apply(granted, clerk), clerk, leader)
    case = move(case, "grant", officer, on=stories.date(2020, 3, 20), care_class="A")
    hands = Hands()
    run = hands.locked(hands.made(APRIL))
    payouts.load_bank_return(answer(run, fail=[granted]), "回盘.csv", hands.maker)
    hold = benefits.place_hold(case.entitlement, stories.date(2031, 1, 1), None, "核实中", hands.maker)
    standard = run.programme.standards.get(effective_from__lte=APRIL, division_id=factories.DISTRICT)
    change = StandardChange.objects.create(
        programme=run.programme,
        standard=standard,
        from_month=APRIL,
        state=ChangeState.PROPOSED,
        made_by=officer,
    )
    line = change.lines.create(entitlement=case.entitlement, before=100, after=120)
    claim = Claim.objects.create(
        programme=run.programme,
        beneficiary_id=granted.pk,
        household=granted,
        person=granted.head,
        division_id=granted.division_id,
        amount=100,
    )
    return {
        "hold": hold.pk,
        "standardchange": change.pk,
        "line": line.pk,
        "claim": claim.pk,
        "return": BankReturn.objects.get().pk,
        "granted": case.pk,
        "entitlement": case.entitlement.pk,
        "run": run.pk,
        "payment": run.payments.get().pk,
        "transfer": run.transfers.get().pk,
    }


def secrets_from(user: Any, world: dict[str, Any]) -> tuple[str, ...]:
    """What this account must never read: names of people outside its area, numbers of cases outside its line."""
    lines = (room.SECRETS(user, world) for room in rooms.modules() if hasattr(room, "SECRETS"))
    return (*_of_the_area(user, world), *(text for found in lines for text in found))


def _of_the_area(user: Any, world: dict[str, Any]) -> tuple[str, ...]:
    if user is None or user.role in ("sysadmin", "registrar"):
        return (*world["own_names"], *OTHER_NAMES, *world["numbers"])
    if user.division_id.startswith(factories.OTHER_TOWNSHIP):
        return (*world["own_names"], *world["numbers"])
    if user.division_id.startswith(factories.TOWNSHIP):
        return OTHER_NAMES
    if user.role == "bureau_officer" and "relief" not in user.lines:
        return world["numbers"]
    return ()


def value_of(word: str, world: dict[str, Any]) -> str:
    """What a word of the table's `with` column stands for: 'text', a model (`registry.person`), or a world's object."""
    if word.startswith("'"):
        return word.strip("'")
    if "." in word:
        return str(key_of(word, world))
    return str(world[word])


def key_of(label: str, world: dict[str, Any]) -> Any:
    """A key of the model for its admin pages: the world's, else any row's, else one that no row has."""
    model = apps.get_model(label)
    if model._meta.model_name in world:
        return world[model._meta.model_name]
    row = model._base_manager.order_by("pk").first()
    return row.pk if row is not None else 0
