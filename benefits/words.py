"""What the rules of a breakdown are called on pages and paper. Service lines add the names of their own rules."""

from collections.abc import Iterable, Mapping
from typing import Any

_names = {
    "gap": "差额",
    "grace": "渐退（保持原额）",
    "basic": "基本生活",
    "care": "照料护理",
    "emergency": "急难型救助",
    "expenditure": "支出型救助",
    "cap": "封顶",
    "allowance": "补贴",
    "difference": "差额扣减",
    "funeral": "丧葬费",
    "uplift.severe_disability": "重度残疾",
    "uplift.serious_illness": "重病",
    "uplift.single_parent_minor": "单亲家庭未成年人",
    "uplift.elderly70": "70岁以上老年人",
    "uplift.minor": "未成年人",
}


def name_rules(names: Mapping[str, str]) -> None:
    """A service line's own rules in words."""
    _names.update(names)


def rule_name(rule: str) -> str:
    return _names.get(rule, rule)


def breakdown(lines: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lines of an assessment → rows of the breakdown component (`name formula basis amount`), with the member's name
    where the facts carry one."""
    names = {str(one.get("ref", "")): one.get("name", "") for one in facts.get("members", [])}
    return [
        {
            "name": f"{rule_name(line['rule'])} {names.get(line.get('member', ''), '')}".strip(),
            "formula": line.get("expr", ""),
            "basis": line.get("basis", ""),
            "amount": line["amount"],
        }
        for line in lines
    ]
