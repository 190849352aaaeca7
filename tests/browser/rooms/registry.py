"""Care homes and the columns of the ledgers on a working day of the browser tests."""

from typing import Any

from registry.services import new_account
from tests.browser.places import Place
from tests.factories import account_number, institution

PLACES = [
    Place("relief1", "registry:institutions"),
    Place("relief1", "registry:institution", of="registry_home", shot="90-institution"),
    Place("relief1", "registry:institution_new"),
    Place("relief1", "registry:institution_correct", of="registry_home"),
    Place("relief1", "registry:institution_account", of="registry_home"),
    Place("relief1", "registry:import_new", query="?kind=dibao", shot="91-ledger-columns"),
    Place("relief1", "admin:registry_institution_changelist"),
    Place("relief1", "admin:registry_institution_change", of="registry_home"),
]


def build(staff: Any) -> dict[str, Any]:
    """A home that has just changed its account."""
    home = institution("罗市镇敬老院", address="罗市镇老街 8 号", contact="唐秋生", phone="0739-5360000")
    new_account(home, account_number(), "邵阳农村商业银行", staff["relief1"])
    return {"registry_home": home.pk}
