"""Every main page of every role, as its people meet it: nothing that axe calls serious, no script error, no sideways
scrolling at the desk or on a tablet; and pictures of it for the README (MINZHENG_SCREENS=1)."""

import pytest
from django.db import connections
from django.urls import reverse

from tests import databases
from tests.browser import DESK, TABLET, SiteThread, rooms, serious_faults
from tests.browser.places import Place
from tests.browser.world import build_world
from tests.conftest import DATABASE

WIDTHS = {"desk": DESK, "tablet": TABLET}


CLERK, LEADER, OFFICER = "zhongxinlu1", "zhongxinlu9", "relief1"
FINANCE, CHIEF, AUDITOR, ADMIN = "finance2", "leader1", "auditor1", "sysadmin1"
PLACES = [
    Place("", "login", shot="login"),
    Place(CLERK, "core:workbench", shot="workbench", tablet_shot="workbench-tablet"),
    Place(CLERK, "core:search", query="?q=tgp"),
    Place(CLERK, "core:search", query="?q=zzzzzz"),
    Place(CLERK, "registry:persons", shot="persons"),
    Place(CLERK, "registry:person", "long.person", shot="person"),
    Place(CLERK, "registry:person_correct", "grant.person"),
    Place(CLERK, "registry:account_new", "grant.person"),
    Place(CLERK, "registry:certificate_new", "grant.person"),
    Place(CLERK, "registry:death", "grant.person"),
    Place(CLERK, "registry:households"),
    Place(CLERK, "registry:household", "accept.household", shot="household"),
    Place(CLERK, "registry:household_new"),
    Place(CLERK, "registry:household_correct", "accept.household"),
    Place(CLERK, "registry:member_new", "accept.household"),
    Place(CLERK, "registry:imports"),
    Place(CLERK, "registry:import_new"),
    Place(CLERK, "registry:import", "import", shot="import"),
    Place(CLERK, "registry:import", "import", "?show=fixed"),
    Place(CLERK, "registry:import", "import", "?show=updated"),
    Place(CLERK, "casework:case-list", shot="cases"),
    Place(CLERK, "relief:find", query="?q=邓长庚"),
    Place(CLERK, "relief:apply", "grant.household"),
    Place(CLERK, "relief:application", "accept"),
    Place(CLERK, "relief:application", "posted", shot="case", tablet_shot="case-tablet"),
    Place(CLERK, "relief:economy", "report", shot="economy"),
    Place(CLERK, "relief:members", "report"),
    Place(CLERK, "casework:visit", "report", tablet_shot="visit-tablet"),
    Place(CLERK, "casework:materials", "report"),
    Place(CLERK, "relief:print", "grant"),
    Place(CLERK, "casework:notices"),
    Place(CLERK, "casework:notice-print", "posted.notice", shot="notice"),
    Place(CLERK, "relief:reviews"),
    Place(CLERK, "relief:change", "grant.entitlement"),
    Place(CLERK, "relief:review", "grant.entitlement"),
    Place(CLERK, "benefits:entitlements"),
    Place(CLERK, "payouts:payments"),
    Place(CLERK, "payouts:failures"),
    Place(CLERK, "account"),
    Place(CLERK, "password_change"),
    Place(CLERK, "registry:person", "claim.person", status=404),
    Place(CLERK, "payouts:runs", status=403),
    Place(LEADER, "core:workbench"),
    Place(LEADER, "relief:application", "propose"),
    Place(OFFICER, "core:workbench"),
    Place(OFFICER, "relief:application", "send_up"),
    Place(OFFICER, "casework:step", "send_up|grant"),
    Place(OFFICER, "benefits:entitlements", shot="entitlements"),
    Place(OFFICER, "benefits:entitlement", "long", shot="entitlement"),
    Place(OFFICER, "benefits:entitlement", "grant.entitlement"),
    Place(OFFICER, "benefits:entitlement", "held"),
    Place(OFFICER, "benefits:hold", "grant.entitlement"),
    Place(OFFICER, "benefits:holds"),
    Place(OFFICER, "benefits:standard_changes"),
    Place(OFFICER, "benefits:standard_change", "change", shot="standard-change"),
    Place(OFFICER, "benefits:propose"),
    Place("relief2", "benefits:approve_change", "change"),
    Place(OFFICER, "admin:index"),
    Place(OFFICER, "admin:benefits_standard_changelist", shot="admin"),
    Place(OFFICER, "admin:benefits_standard_add"),
    Place(OFFICER, "admin:benefits_standard_import"),
    Place(OFFICER, "admin:registry_person_changelist"),
    Place(FINANCE, "core:workbench", shot="workbench-finance"),
    Place(FINANCE, "payouts:runs", shot="runs"),
    Place(FINANCE, "payouts:run", "draft", shot="run"),
    Place(FINANCE, "payouts:run", "run"),
    Place(FINANCE, "payouts:run_verb", "draft|review"),
    Place(FINANCE, "payouts:left_out", "draft"),
    Place(FINANCE, "payouts:run_new"),
    Place(FINANCE, "payouts:payments", query="?run=", shot="payments"),
    Place(FINANCE, "payouts:payment", "failed", shot="payment"),
    Place(FINANCE, "payouts:failures", shot="failures"),
    Place(FINANCE, "payouts:reissue_new"),
    Place(FINANCE, "payouts:claims"),
    Place(FINANCE, "payouts:claim", "claim"),
    Place(FINANCE, "payouts:claim_plan", "claim"),
    Place(FINANCE, "payouts:differences"),
    Place(FINANCE, "payouts:files"),
    Place(FINANCE, "payouts:return", "return"),
    Place(FINANCE, "payouts:return_new"),
    Place(FINANCE, "payouts:months"),
    Place(FINANCE, "payouts:replay"),
    Place(CHIEF, "core:workbench"),
    Place(CHIEF, "reports:year", query="?year=2020", shot="figures"),
    Place(AUDITOR, "core:workbench"),
    Place(AUDITOR, "access_trail", shot="trail"),
    Place(AUDITOR, "change_history"),
    Place(ADMIN, "core:workbench"),
    Place(ADMIN, "admin:district_user_changelist"),
    Place(ADMIN, "admin:district_user_add", shot="admin-user"),
    Place(ADMIN, "admin:district_user_change", "staff"),
    *(place for room in rooms.modules() for place in room.PLACES),
]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """A working day in the district, made once for the pages of this file."""
    with django_db_blocker.unblock():
        yield databases.kept("world", DATABASE, build_world)
        connections.close_all()
        databases.clone(DATABASE)


@pytest.fixture(scope="module")
def site(world):
    """The site on the working day's database; the pages here are only looked at."""
    thread = SiteThread("127.0.0.1", None, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


def address(place: Place, world) -> str:
    """The page's address; `of` is a key of the world, an attribute of it (`grant.person`), and further arguments."""
    path, *more = place.of.split("|")
    key, _, attribute = path.partition(".")
    arguments = []
    if key == "staff":
        arguments = [world["staff"][CLERK].pk]
    elif attribute == "notice":
        arguments = [world[key].notices.get().pk]
    elif key:
        found = getattr(world[key], attribute) if attribute else world[key]
        arguments = [getattr(found, "pk", found)]
    query = place.query + (world["draft"].number if place.query == "?run=" else "")
    return reverse(place.name, args=[*arguments, *more]) + query


def sideways(page) -> int:
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def check(page, place: Place, width: str) -> None:
    assert sideways(page) <= 0, f"{page.url} scrolls sideways at {width} width by {sideways(page)} px"
    if width == "desk":
        assert serious_faults(page) == []


@pytest.mark.browser
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.words)
def test_a_page_can_be_read_by_everyone_at_the_desk_and_on_a_tablet(
    place, world, open_as, screenshot, django_db_blocker
):
    with django_db_blocker.unblock():
        user = world["staff"][place.user] if place.user else None
        page = open_as(user)
        answer = page.goto(address(place, world))
        assert answer.status == place.status
        for width, size in WIDTHS.items():
            page.set_viewport_size(size)
            check(page, place, width)
            name = place.shot if width == "desk" else place.tablet_shot
            if name:
                screenshot(page, name)
