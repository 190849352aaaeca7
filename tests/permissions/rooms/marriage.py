"""The registry's objects in the walked world: a divorce in its cooling-off and a marriage with its certificate."""

from datetime import date
from typing import Any

from tests.marriage.makers import divorcing, married, party, registrar

NAMES = ("诸葛甲山", "诸葛甲水", "诸葛甲云", "诸葛甲月")
# People of the district, whom the registry adds without a village; the files themselves are for registrars alone.
REGISTRY_READERS = ("bureau_officer", "finance", "leader", "auditor")
DAY = date(2020, 6, 1)


def build(world: dict[str, Any]) -> dict[str, Any]:
    clerk = registrar(full_name="何登记")
    done = married(clerk, on=DAY, man=party("M", name=NAMES[0]), woman=party("F", name=NAMES[1]))
    older = married(
        clerk, on=date(2015, 3, 2), man=party("M", name=NAMES[2]), woman=party("F", name=NAMES[3])
    )
    cooling = divorcing(clerk, date(2021, 1, 4), couple=older)
    certificate = done.registration.certificates.get()
    return {
        "marriage": done.registration_id,
        "marriage_case": cooling.pk,
        "cooling": cooling.registration_id,
        "marriage_certificate": certificate.pk,
        "marriage_secrets": (done.number, older.number, cooling.number, certificate.number),
    }


def SECRETS(user: Any, world: dict[str, Any]) -> tuple[str, ...]:
    """Numbers of files and certificates are read by registrars of the office alone; names also by whoever reads the
    district's residents."""
    if user is not None and user.role == "registrar" and user.office_id:
        return ()
    names = () if user is not None and user.role in REGISTRY_READERS else NAMES
    return (*world["marriage_secrets"], *names)
