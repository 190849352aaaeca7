"""Households for the 低保 examples, as facts of contract §5: `household(person(70), person(8), income=620)`."""

from itertools import count

_refs = count(1)
MONTH = "2020-12"
POLICY = {
    "standard": "500",
    "asset_months": 24,
    "max_houses": 1,
    "max_vehicles": 0,
    "max_shops": 0,
    "work_cost": "0",
    "edge_ratio": "1.5",
    "grace_months": 6,
    "round": "yuan_up",
    "uplift.severe_disability": "0.20",
    "uplift.serious_illness": "0.20",
    "uplift.single_parent_minor": "0.15",
    "uplift.elderly70": "0.10",
    "uplift.minor": "0.10",
    "counted_income": ["wages", "pension", "farming", "property", "support", "transfer"],
}


def person(age: int = 40, *, wages=0, pension=0, disability=None, holds=(), **facts) -> dict:
    """A member who is `age` in December 2020; `disability=("mental", 3)`."""
    return {
        "ref": f"m{next(_refs)}",
        "birth_date": f"{2020 - age}-06-15",
        "labour": "none",
        "disability": {"kind": disability[0], "grade": disability[1]} if disability else None,
        "income": {"wages": wages, "pension": pension},
        "holds": list(holds),
        **facts,
    }


def household(*members: dict, income=0, assets=0, houses=1, vehicles=0, shops=0, **item) -> dict:
    """An item; `income` is the household's own (property, transfers) in yuan a month."""
    home = {
        "income": {"transfer": income},
        "single_parent": item.pop("single_parent", False),
        "financial_assets": assets,
        "houses": houses,
        "vehicles": vehicles,
        "shops": shops,
    }
    return {
        "ref": "户",
        "programme": "dibao_urban",
        "month": MONTH,
        "members": list(members) or [person()],
        "household": home,
        **item,
    }
