"""Which colour a state has. Registered once, where the state is declared; pages only say the state."""

from django.db.models import TextChoices

TONES = ("ok", "go", "warn", "bad", "end")
_known: dict[tuple[str, str], str] = {}


def register(tones: dict[TextChoices, str]) -> None:
    """`register({State.DRAFT: "go", …})`: ok 正常 · go 进行 · warn 注意 · bad 异常 · end ended."""
    for state, tone in tones.items():
        if tone not in TONES:
            raise ValueError(f"unknown tone {tone}")
        _known[(str(state.value), str(state.label))] = tone


def tone_of(value: str, label: str) -> str:
    """The tone of a state; what nobody registered is shown as ended (neutral grey)."""
    return _known.get((str(value), str(label)), "end")
