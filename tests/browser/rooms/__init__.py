"""What each service line adds to the working day of the browser tests: a module a room with `PLACES`, its pages, and
`build(staff) -> dict` of the objects that they show, by key."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def modules() -> Iterator[ModuleType]:
    for found in sorted(one.name for one in iter_modules(__path__)):
        yield import_module(f"{__name__}.{found}")
