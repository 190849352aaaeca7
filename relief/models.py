"""The models of the line: one module a trade."""

from relief.dibao.models import (
    ApplicationMember,
    AssetItem,
    DibaoApplication,
    IncomeItem,
    Review,
)
from relief.tekun.models import (
    CareAssessment,
    Supporter,
    TekunApplication,
    TekunAsset,
    TekunHolding,
    TekunIncome,
    TekunPlacement,
)
from relief.temporary.models import (
    Advance,
    Expense,
    Reserve,
    ReserveEntry,
    TemporaryApplication,
    TemporaryMember,
)

__all__ = [
    "Advance",
    "ApplicationMember",
    "AssetItem",
    "CareAssessment",
    "DibaoApplication",
    "Expense",
    "IncomeItem",
    "Reserve",
    "ReserveEntry",
    "Review",
    "Supporter",
    "TekunApplication",
    "TekunAsset",
    "TekunHolding",
    "TekunIncome",
    "TekunPlacement",
    "TemporaryApplication",
    "TemporaryMember",
]
