"""Divisions (行政区划), offices, and the accounts with role, area and lines."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from core.history import tracked
from district.scope import ScopedQuerySet


class AreaKind(models.TextChoices):
    URBAN = "urban", "城镇"
    RURAL = "rural", "农村"


class DivisionLevel(models.TextChoices):
    DISTRICT = "district", "区"
    TOWNSHIP = "township", "乡镇（街道）"
    VILLAGE = "village", "村（社区）"


@tracked()
class Division(models.Model):
    """An administrative division. Its code is the key, and codes are prefixes of one another: 6, 9, 12 digits."""

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=DivisionLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    area_kind = models.CharField("城乡", max_length=5, choices=AreaKind)
    until = models.DateField("撤销日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = ""

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="division_code_fits_level",
                condition=models.Q(level="district", code__regex=r"^\d{6}$")
                | models.Q(level="township", code__regex=r"^\d{9}$")
                | models.Q(level="village", code__regex=r"^\d{12}$"),
            )
        ]

    def __str__(self):
        return self.name


class Line(models.TextChoices):
    RELIEF = "relief", "社会救助"
    ELDERLY = "elderly", "老龄"
    WELFARE = "welfare", "儿童与残疾人福利"
    MARRIAGE = "marriage", "婚姻登记"
    ORGS = "orgs", "社会组织"
    GRASSROOTS = "grassroots", "基层政权"


class Role(models.TextChoices):
    TOWNSHIP_CLERK = "township_clerk", "乡镇（街道）经办人"
    TOWNSHIP_LEADER = "township_leader", "乡镇（街道）分管领导"
    BUREAU_OFFICER = "bureau_officer", "区局业务股室"
    FINANCE = "finance", "财务"
    LEADER = "leader", "区局分管领导"
    AUDITOR = "auditor", "审计（纪检）"
    SYSADMIN = "sysadmin", "系统管理员"
    REGISTRAR = "registrar", "婚姻登记员"


@tracked()
class Office(models.Model):
    """A section of the bureau, a township's civil-affairs office, a marriage registry."""

    code = models.CharField("代码", max_length=20, primary_key=True)
    name = models.CharField("名称", max_length=60)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="区划")

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    is_case_data = False

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        ordering = ["code"]

    def __str__(self):
        return self.name


# Roles of a township; all others work in the whole district.
TOWNSHIP_ROLES = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_LEADER)
# Roles whose daily work is partly in the admin; `is_staff` follows from the role.
ADMIN_ROLES = (Role.BUREAU_OFFICER, Role.FINANCE, Role.AUDITOR, Role.SYSADMIN)


@tracked(exclude=["password", "last_login"])
class User(AbstractUser):
    """An account: exactly one role, one area, the lines it works on (all when the role is not tied to a line).

    Nobody is a superuser, and whether someone enters the admin follows from the role; the database holds both.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("姓名", max_length=40)
    role = models.CharField("角色", max_length=20, choices=Role)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="辖区", related_name="+")
    lines = ArrayField(
        models.CharField(max_length=12, choices=Line), default=list, blank=True, verbose_name="业务线"
    )
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, verbose_name="机构")
    phone = models.CharField("电话", max_length=20, blank=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)

    REQUIRED_FIELDS = ["full_name", "role", "division"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(name="user_no_superuser", condition=models.Q(is_superuser=False)),
            models.CheckConstraint(
                name="user_staff_by_role",
                condition=models.Q(is_staff=True, role__in=ADMIN_ROLES)
                | (models.Q(is_staff=False) & ~models.Q(role__in=ADMIN_ROLES)),
            ),
            models.CheckConstraint(
                name="user_area_by_role",
                condition=~models.Q(role__in=TOWNSHIP_ROLES) | models.Q(Exact(Length("division"), 9)),
            ),
        ]

    def __str__(self):
        return self.full_name or self.username

    def save(self, *args, **kwargs):
        self.is_staff = self.role in ADMIN_ROLES
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name as the admin's frame asks for it."""
        return str(self)

    get_short_name = get_full_name

    @property
    def is_whole_district(self) -> bool:
        return len(self.division_id) == 6
