"""Test data that reads like the village: sensible defaults, only what matters is said."""

from itertools import count

from district.models import Division, Role, User

_numbers = count(1)
DISTRICT = "430503"


def division(code: str = DISTRICT) -> Division:
    """One of the district's real divisions (they come by migration)."""
    return Division.objects.get(code=code)


def user(role: str = "township_clerk", division: str | Division = DISTRICT, **fields) -> User:
    """An account with its role and area (a code or a Division); `lines`, `full_name`, `password` as needed."""
    number = next(_numbers)
    code = division.pk if isinstance(division, Division) else division
    password = fields.pop("password", None)
    account = User(
        **{"username": f"{role}{number}", "full_name": f"{Role(role).label}{number}", **fields},
        role=role,
        division_id=code,
    )
    account.set_password(password)
    account.save()
    return account
