"""村（居）民委员会: what it is, its seats, its credit code."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.history import tracked
from district.models import Division, Line
from district.scope import ALL_LINES, ScopedQuerySet


class LineQuerySet(ScopedQuerySet):
    """Rows of this service line that hang on no case: an officer of another line and a registrar see none of them."""

    def visible_to(self, user: Any) -> Any:
        shown: Any = super().visible_to(user)
        if user.is_authenticated and user.role not in ALL_LINES and Line.GRASSROOTS not in user.lines:
            return shown.none()
        return shown


class CommitteeKind(models.TextChoices):
    VILLAGE = "village", "村民委员会"
    RESIDENTS = "residents", "居民委员会"


class Post(models.TextChoices):
    CHAIR = "chair", "主任"
    VICE = "vice", "副主任"
    MEMBER = "member", "委员"


# Posts in their official order, for `.order_by(POST_RANK, …)`.
POST_RANK = models.Case(
    models.When(post=Post.CHAIR, then=0),
    models.When(post=Post.VICE, then=1),
    default=2,
    output_field=models.IntegerField(),
)


class Seats(models.Model):
    """How many seats of each post (应选名额)."""

    chair_seats = models.PositiveSmallIntegerField("主任名额", default=1)
    vice_seats = models.PositiveSmallIntegerField("副主任名额", default=1)
    member_seats = models.PositiveSmallIntegerField("委员名额", default=3)

    class Meta:
        abstract = True

    @property
    def seats(self) -> dict[str, int]:
        """Seats by post, in official order."""
        return {
            Post.CHAIR.value: self.chair_seats,
            Post.VICE.value: self.vice_seats,
            Post.MEMBER.value: self.member_seats,
        }

    @property
    def seat_words(self) -> list[tuple[str, int]]:
        """The posts that have seats, with their labels."""
        return [(str(Post(post).label), count) for post, count in self.seats.items() if count]

    @property
    def seats_total(self) -> int:
        return sum(self.seats.values())


@tracked()
class VillageCommittee(Seats):
    """The committee of a village or community: its seats, credit code and certificate."""

    division = models.OneToOneField(
        Division, models.PROTECT, related_name="committee", verbose_name="村（社区）"
    )
    kind = models.CharField("类型", max_length=10, choices=CommitteeKind)
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    certificate_from = models.DateField("证书有效期起", null=True, blank=True)
    certificate_until = models.DateField("证书有效期止", null=True, blank=True)

    objects = LineQuerySet.as_manager()
    division_path = "division"

    class Meta:
        verbose_name = verbose_name_plural = "村（居）民委员会"
        ordering = ["division"]
        constraints = [
            models.CheckConstraint(
                name="committee_code_shape",
                condition=Q(credit_code__isnull=True)
                | Q(kind="village", credit_code__regex="^54[0-9A-Z]{16}$")
                | Q(kind="residents", credit_code__regex="^55[0-9A-Z]{16}$"),
            )
        ]

    def __str__(self):
        name = self.division.name.removesuffix("委员会")
        for tail in ("社区居民", "村民", "居民"):
            name = name.removesuffix(tail)
        return f"{name}{self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("grassroots:committee", args=[self.pk])

    @property
    def supervision_name(self) -> str:
        """What its 监督委员会 is called."""
        return "村务监督委员会" if self.kind == CommitteeKind.VILLAGE else "居务监督委员会"


class EndedReason(models.TextChoices):
    TERM = "term", "届满"
    RESIGNED = "resigned", "辞职"
    DEATH = "death", "死亡"
    SENTENCE = "sentence", "被判处刑罚"
    UNFIT = "unfit", "丧失行为能力"
    REVIEWS = "reviews", "连续两次评议不称职"
    RECALL = "recall", "罢免"


def post_label(post: Any) -> str:
    return str(Post(post).label)
