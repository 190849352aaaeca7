"""What each service line puts into the walked world: a module a room with `build(world) -> dict` of keys by word.

A module may name `OWN_NAMES`, people of the walked township who must not be seen elsewhere, and `SECRETS`, a function
`(user, world) -> tuple` of further texts that this account must never read (an office's files, another line's cases).
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def modules() -> Iterator[ModuleType]:
    for found in sorted(one.name for one in iter_modules(__path__)):
        yield import_module(f"{__name__}.{found}")
