"""The workflow mechanism: a service line declares its stages and transitions as data; nothing here knows a trade.

A flow is a table: from which stage, by which action, to which stage, by which role, on what condition, with what
effect.
`casework.services.move` is the one verb that walks it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.errors import UserError

# guard(case, context) raises UserError when the step may not be taken; effect(case, context) does what belongs to it,
# in the same transaction, after the stage has changed. `context` is casework.services.Step.
Guard = Callable[[Any, Any], None]
Effect = Callable[[Any, Any], None]


@dataclass(frozen=True)
class Limit:
    """How long: `days` working or calendar days after the stage was entered. StageLimit rows override it by date."""

    days: int
    counted: str = "working"
    source: str = ""


@dataclass(frozen=True)
class Stage:
    """A stage (环节): who must act, until when, and what the to-do list calls the next step.

    `closes` is the case's state once it stands here; such a stage has no actor. `in_line=False` keeps a stage that
    only some cases pass (民主评议) out of the stage line until a case is in it.
    """

    code: str
    label: str
    role: str = ""
    limit: Limit | None = None
    next_label: str = ""
    closes: str = ""
    editable: bool = False
    in_line: bool = True
    # The step that the limit is for, where it isn't leaving the stage (发起核对).
    meets: str = ""


@dataclass(frozen=True)
class Transition:
    """A step (流转). `sources` are the stages it may be taken from; an empty `target` stays where the case is.

    `checker`: whoever opened the case or pushed it forward before may not take this step (受理 ≠ 审核确认).
    `kind`: forward, back (退回), end (撤回、不予批准) or note (stays).
    """

    action: str
    label: str
    sources: tuple[str, ...]
    target: str = ""
    roles: tuple[str, ...] = ()
    guard: Guard | None = None
    effect: Effect | None = None
    needs_opinion: bool = False
    checker: bool = False
    # Whoever took one of these steps may not take this one, where maker and checker have the same role.
    apart_from: tuple[str, ...] = ()
    kind: str = "forward"
    question: str = ""
    # Whether the step makes sense now (a notice that hangs need not be put up); the guard is what refuses.
    when: Callable[[Any], bool] | None = None
    # What the confirmation page says: who, how much, from when.
    confirm: Callable[[Any], str] | None = None
    # What can be undone afterwards, in the words of the confirmation page.
    undo: str = ""
    # Extra facts that the step takes; the service line's page knows how to ask for them.
    asks: tuple[str, ...] = ()

    def offered(self, case: Any, role: str) -> bool:
        """Whether this step is offered to that role as the case stands."""
        return case.stage in self.sources and role in self.roles and (self.when is None or self.when(case))


@dataclass(frozen=True)
class Flow:
    """A kind of case (事项) with its number prefix, stages in order, steps, whole time limit and page."""

    code: str
    name: str
    line: str
    prefix: str
    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]
    url_name: str
    model: Callable[[], Any]
    whole: Limit | None = None
    hard: Limit | None = None
    openers: tuple[str, ...] = ("township_clerk",)
    # Handled list by list (名单), not case by case: the service line puts one line a list on the to-do list.
    by_list: bool = False
    # What the last stage of the line means to the family, e.g. 发放.
    after: str = ""
    # What papers call the application, where pages use a short name (低保申请).
    formal: str = ""
    _by_code: dict[str, Stage] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self._by_code.update({stage.code: stage for stage in self.stages})
        for step in self.transitions:
            for code in (*step.sources, *([step.target] if step.target else [])):
                if code not in self._by_code:
                    raise ValueError(f"{self.code}: {step.action} names the unknown stage {code}")

    def stage(self, code: str) -> Stage:
        return self._by_code[code]

    def step(self, action: str) -> Transition:
        """The step with that name. UserError for one that does not exist."""
        for one in self.transitions:
            if one.action == action:
                return one
        raise UserError("没有这项操作，请刷新页面后再办。")

    def offered(self, case: Any, role: str) -> list[Transition]:
        """The steps that the role is offered as the case stands, in the flow's order."""
        return [one for one in self.transitions if one.offered(case, role)]


_flows: dict[str, Flow] = {}


def register(flow: Flow) -> Flow:
    """Declare a flow; done by a service line when the program starts."""
    _flows[flow.code] = flow
    return flow


def flow_of(case: Any) -> Flow:
    """The flow that a case (or a flow code) follows. UserError for one that nobody declared."""
    code = case if isinstance(case, str) else case.flow
    try:
        return _flows[code]
    except KeyError:
        raise UserError(f"没有“{code}”这种事项。") from None


def flows() -> list[Flow]:
    """All declared flows."""
    return list(_flows.values())
