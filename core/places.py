"""Places that upper rooms fill from `AppConfig.ready()`: menu, panels, to-do list, figures, search, masked numbers.

Pure Python without trade: roles are strings, users and requests are passed through to the callables untouched.
An empty `roles` means every signed-in account.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Counter = Callable[[Any], int | None]


def _allowed(roles: frozenset[str], user: Any) -> bool:
    return not roles or getattr(user, "role", None) in roles


@dataclass(frozen=True)
class MenuItem:
    """One line of the left menu. `count` is shown only when there is something; `urgent` turns it red."""

    group: str
    label: str
    url_name: str
    roles: frozenset[str] = frozenset()
    order: int = 100
    count: Counter | None = None
    urgent: Callable[[Any], bool] | None = None
    when: Callable[[Any], bool] | None = None
    kwargs: dict = field(default_factory=dict)


class Menu:
    """The left menu: items in groups, groups in the order of their first item."""

    def __init__(self) -> None:
        self._items: list[MenuItem] = []

    def add(
        self,
        group: str,
        label: str,
        url_name: str,
        roles: Iterable[str] = (),
        order: int = 100,
        count: Counter | None = None,
        urgent: Callable[[Any], bool] | None = None,
        when: Callable[[Any], bool] | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer a page. `kwargs` go to `reverse`; `when(user)` may hide it; the same label replaces."""
        self._items = [item for item in self._items if (item.group, item.label) != (group, label)]
        self._items.append(
            MenuItem(group, label, url_name, frozenset(roles), order, count, urgent, when, dict(kwargs))
        )

    def for_user(self, user: Any) -> list[tuple[str, list[MenuItem]]]:
        """The groups and items that this account's role has, in order."""
        groups: dict[str, list[MenuItem]] = {}
        for item in sorted(self._items, key=lambda item: item.order):
            if _allowed(item.roles, user) and (item.when is None or item.when(user)):
                groups.setdefault(item.group, []).append(item)
        return list(groups.items())


@dataclass(frozen=True)
class Panel:
    """A block that an upper room shows on a lower room's page, and as a tab with its count."""

    place: str
    key: str
    title: str
    order: int
    render: Callable[[Any, Any], Any]
    roles: frozenset[str]
    count: Callable[[Any, Any], int | None] | None
    side: bool


class Panels:
    """Panels by place (`person`, `household`, `case`, `workbench`, …)."""

    def __init__(self) -> None:
        self._panels: dict[str, list[Panel]] = {}

    def add(
        self,
        place: str,
        order: int,
        render: Callable[[Any, Any], Any],
        roles: Iterable[str] = (),
        title: str = "",
        count: Callable[[Any, Any], int | None] | None = None,
        key: str = "",
        side: bool = False,
    ) -> None:
        """`render(request, obj)` gives `(template, context)`, ready HTML, or None for nothing; `side`: right column."""
        key = key or f"panel-{order}"
        rest = [panel for panel in self._panels.get(place, []) if panel.key != key]
        rest.append(Panel(place, key, title, order, render, frozenset(roles), count, side))
        self._panels[place] = sorted(rest, key=lambda panel: panel.order)

    def at(self, place: str, user: Any) -> list[Panel]:
        return [panel for panel in self._panels.get(place, []) if _allowed(panel.roles, user)]


@dataclass(frozen=True)
class TodoItem:
    """One thing that waits for this user. `days` are working days left; negative when overdue, None without a limit."""

    subject: str
    business: str
    stage: str
    url: str
    next_label: str
    due_on: date | None = None
    days: int | None = None
    division: str = ""
    number: str = ""

    @property
    def overdue(self) -> bool:
        return self.days is not None and self.days < 0


class Todos:
    """The to-do list: every room tells what waits for a user."""

    def __init__(self) -> None:
        self._providers: list[Callable[[Any], Iterable[TodoItem]]] = []
        self._pressing: list[Callable[[Any], int]] = []

    def add(
        self,
        provider: Callable[[Any], Iterable[TodoItem]],
        pressing: Callable[[Any], int] | None = None,
    ) -> None:
        """`provider(user)` gives at most what a workbench shows (limit to ~200), in any order.

        `pressing(user)` counts cheaply what is overdue or due today: the red number at 工作台 in the menu.
        """
        if provider not in self._providers:
            self._providers.append(provider)
        if pressing is not None and pressing not in self._pressing:
            self._pressing.append(pressing)

    def pressing(self, user: Any) -> int:
        """How many things are overdue or due today."""
        return sum(count(user) for count in self._pressing)

    def for_user(self, user: Any) -> list[TodoItem]:
        """Everything that waits, most pressing first; what has no limit comes last."""
        items = [item for provider in self._providers for item in provider(user)]
        return sorted(items, key=lambda item: (item.due_on is None, item.due_on or date.max, item.number))


@dataclass(frozen=True)
class Stat:
    """A figure with its unit and one line of context; links to its rows. tone: "", ok, warn, bad."""

    label: str
    figure: Any
    unit: str = ""
    context: str = ""
    url: str = ""
    tone: str = ""
    on: bool = False


class Stats:
    """Figures of the workbench (≤ 6 are shown)."""

    def __init__(self) -> None:
        self._providers: list[tuple[int, frozenset[str], Callable[[Any], Iterable[Stat]]]] = []

    def add(
        self, provider: Callable[[Any], Iterable[Stat]], order: int = 100, roles: Iterable[str] = ()
    ) -> None:
        entry = (order, frozenset(roles), provider)
        if all(known != provider for _, _, known in self._providers):
            self._providers.append(entry)
            self._providers.sort(key=lambda known: known[0])

    def for_user(self, user: Any) -> list[Stat]:
        found = [
            stat for _, roles, provider in self._providers if _allowed(roles, user) for stat in provider(user)
        ]
        return found[:6]


@dataclass(frozen=True)
class Hit:
    """One search result: what it is called, one line of facts (already masked), where it leads."""

    title: str
    url: str
    facts: str = ""
    tag: str = ""
    tone: str = ""


@dataclass(frozen=True)
class HitGroup:
    """The hits of one kind, with a link to the full list."""

    title: str
    hits: list[Hit]
    more_url: str = ""


class Search:
    """The search box: rooms answer a text with groups of hits, already inside the user's area."""

    def __init__(self) -> None:
        self._providers: list[tuple[int, Callable[[Any, str], HitGroup | None]]] = []

    def add(self, provider: Callable[[Any, str], HitGroup | None], order: int = 100) -> None:
        """`provider(user, text)`; the group should hold about 20 hits at most."""
        if all(known != provider for _, known in self._providers):
            self._providers.append((order, provider))
            self._providers.sort(key=lambda known: known[0])

    def find(self, user: Any, text: str) -> list[HitGroup]:
        groups = (provider(user, text) for _, provider in self._providers)
        return [group for group in groups if group and group.hits]


@dataclass(frozen=True)
class Revealable:
    """A masked number that may be shown in full for a reason, with a trace."""

    key: str
    queryset: Callable[[Any], Any]
    value: Callable[[Any], str]
    target: Callable[[Any], str]
    roles: frozenset[str]


class Reveals:
    """Masked numbers by key (`person.id_number`): where to find them within a user's area, and what the trace says."""

    def __init__(self) -> None:
        self._known: dict[str, Revealable] = {}

    def add(
        self,
        key: str,
        queryset: Callable[[Any], Any],
        value: Callable[[Any], str],
        target: Callable[[Any], str],
        roles: Iterable[str] = (),
    ) -> None:
        """`queryset(user)` scoped rows, `value(obj)` the full number, `target(obj)` e.g. `张三 身份证号`."""
        self._known[key] = Revealable(key, queryset, value, target, frozenset(roles))

    def get(self, key: str, user: Any) -> Revealable | None:
        found = self._known.get(key)
        return found if found and _allowed(found.roles, user) else None


@dataclass(frozen=True)
class Figure:
    """One figure of the year under its key in the contract: a count, or yuan as text with two decimals."""

    key: str
    label: str
    value: int | str
    unit: str = ""
    url: str = ""


class Figures:
    """The year's figures: each room counts its own rows."""

    def __init__(self) -> None:
        self._providers: list[tuple[int, str, Callable[[int, Any], Iterable[Figure]]]] = []

    def add(self, title: str, provider: Callable[[int, Any], Iterable[Figure]], order: int = 100) -> None:
        """`provider(year, user)` counts what the account may see, everything without one."""
        if all(known != provider for _, _, known in self._providers):
            self._providers.append((order, title, provider))
            self._providers.sort(key=lambda known: known[0])

    def of_year(self, year: int, user: Any = None) -> list[tuple[str, list[Figure]]]:
        """The rooms that have something to tell, in their order."""
        found = [(title, list(provider(year, user))) for _, title, provider in self._providers]
        return [(title, figures) for title, figures in found if figures]


menu = Menu()
panels = Panels()
todos = Todos()
workbench = Stats()
search = Search()
reveals = Reveals()
figures = Figures()
