"""The models of the line: one module a trade."""

from relief.dibao.models import (
    ApplicationMember,
    AssetItem,
    DibaoApplication,
    IncomeItem,
    Review,
)

__all__ = ["ApplicationMember", "AssetItem", "DibaoApplication", "IncomeItem", "Review"]
