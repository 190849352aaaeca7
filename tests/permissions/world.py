"""What the walk meets: a household in one township and one in another, with everything that hangs on them."""

from typing import Any

from django.apps import apps

from core.models import Job
from tests import factories

# Names that occur nowhere else, so that a page that shows them where it must not is found by its text.
OWN_NAMES = ("欧阳甲木", "欧阳甲禾")
OTHER_NAMES = ("司徒乙石", "司徒乙竹")


def build() -> dict[str, Any]:
    """Keys of the objects in the walked township, by the word that the table uses for them."""
    homes = []
    for village, names in ((factories.VILLAGE, OWN_NAMES), (factories.OTHER_VILLAGE, OTHER_NAMES)):
        head = factories.person(village, name=names[0], monthly_income=300)
        home = factories.household(members=2, division=village, head=head)
        type(head).objects.filter(pk=home.people[1].pk).update(name=names[1])
        homes.append(home)
    own = homes[0]
    clerk = factories.user("township_clerk", full_name="何经手")
    return {
        "person": own.head.pk,
        "household": own.pk,
        "account": own.head.accounts.get().pk,
        "village": factories.VILLAGE,
        "user": clerk.pk,
        "job": Job.objects.create(
            kind="core.walk", title="核对", area=factories.TOWNSHIP, started_by=clerk
        ).pk,
    }


def value_of(word: str, world: dict[str, Any]) -> str:
    """What a word of the table's `with` column stands for: 'text', a model (`registry.person`), or a world's object."""
    if word.startswith("'"):
        return word.strip("'")
    if "." in word:
        return str(key_of(word, world))
    return str(world[word])


def people_of(user: Any) -> tuple[str, ...]:
    """The names that this account must never read."""
    if user is None or user.role == "sysadmin":
        return OWN_NAMES + OTHER_NAMES
    if user.division_id.startswith(factories.OTHER_TOWNSHIP):
        return OWN_NAMES
    if user.division_id.startswith(factories.TOWNSHIP):
        return OTHER_NAMES
    return ()


def key_of(label: str, world: dict[str, Any]) -> Any:
    """A key of the model for its admin pages: the world's, else any row's, else one that no row has."""
    model = apps.get_model(label)
    if model._meta.model_name in world:
        return world[model._meta.model_name]
    row = model._base_manager.order_by("pk").first()
    return row.pk if row is not None else 0
