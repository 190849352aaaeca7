"""Acts of registration as the two officers of the office carry them out."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from casework.services import move
from core import uscc
from district.models import Line
from orgs import services
from orgs.models import Organisation
from orgs.rules import CODE_PREFIX
from tests import factories


def officer(name: str = "") -> Any:
    """An officer of 社会组织."""
    more = {"full_name": name} if name else {}
    return factories.user("bureau_officer", lines=[Line.ORGS], **more)


def facts(**more: Any) -> dict[str, Any]:
    """An association that meets every condition; what matters is said."""
    return {
        "kind": "association",
        "name_area": "大祥区",
        "name_style": "",
        "name_field": "太极拳",
        "name_form": "协会",
        "supervisor": "大祥区文化旅游广电体育局",
        "representative_name": "欧阳立",
        "representative_id": factories.id_number(),
        "address": "中心路街道红旗路18号",
        "phone": "13800731234",
        "capital": Decimal(30_000),
        "scope": "太极拳推广、培训、展演",
        "individuals": 50,
        "staff": 2,
        "term_years": 5,
        **more,
    }


def unit(**more: Any) -> dict[str, Any]:
    """A private non-enterprise unit."""
    return facts(
        **{
            "kind": "private_unit",
            "name_style": "晨光",
            "name_field": "养老服务",
            "name_form": "中心",
            "supervisor": "大祥区民政局",
            "individuals": 0,
            "term_years": 4,
            **more,
        }
    )


def accepted(maker: Any, on: date | None = None, **more: Any) -> Any:
    """An application from the name to complete papers."""
    case = services.open_establish(maker, facts(**more), on=on)
    case = move(case, "approve_name", maker, on=on)
    case = services.save_papers(case, [one.code for one in services.wanted_papers(case)], maker, on=on)
    return move(case, "accept", maker, on=on)


def at_decision(maker: Any, on: date | None = None, **more: Any) -> Any:
    return move(accepted(maker, on, **more), "send_up", maker, opinion="符合登记条件", on=on)


def established(maker: Any, checker: Any, on: date | None = None, **more: Any) -> Organisation:
    """A body registered by two officers."""
    case = move(at_decision(maker, on, **more), "grant", checker, opinion="同意", on=on)
    return case.organisation


def changed(
    organisation: Organisation, maker: Any, checker: Any, on: date | None = None, **wished: Any
) -> Any:
    """A change decided by two officers."""
    case = services.open_change(organisation, maker, wished, "理事会决议", on=on)
    case = services.save_papers(case, [one.code for one in services.wanted_papers(case)], maker, on=on)
    case = move(case, "accept", maker, on=on)
    case = move(case, "send_up", maker, opinion="材料属实", on=on)
    return move(case, "grant", checker, on=on)


def liquidated(organisation: Organisation, maker: Any, on: date, noticed: date) -> Any:
    """A cancellation with everything done; `noticed`: the day of the creditors' notice."""
    case = services.open_cancel(organisation, maker, "业务活动终止", on=noticed - timedelta(days=2))
    case = services.save_papers(
        case, [one.code for one in services.wanted_papers(case)], maker, on=noticed - timedelta(days=2)
    )
    case = move(case, "accept", maker, on=noticed - timedelta(days=1))
    return services.save_facts(
        case,
        {
            "liquidators": "欧阳立、何清",
            "liquidation_from": noticed - timedelta(days=1),
            "creditors_noticed_on": noticed,
            "creditors_notice_in": "邵阳日报",
            "audited_on": on,
            "liquidation_reported_on": on,
            "auditor": "邵阳公信会计师事务所",
            "remaining": Decimal(0),
            "seal_returned_on": on,
            "certificate_returned_on": on,
        },
        maker,
    )


def cancelled(organisation: Organisation, maker: Any, checker: Any, on: date) -> Organisation:
    """A body cancelled on that day."""
    case = liquidated(organisation, maker, on, on - timedelta(days=60))
    case = move(case, "send_up", maker, opinion="清算完毕", on=on)
    return move(case, "grant", checker, on=on).organisation


_serial = count(1)


def body(name: str, founded_on: date = date(2015, 6, 1), **more: Any) -> Organisation:
    """A registered body as the old register knew it, by its name without 大祥区."""
    values: dict[str, Any] = {
        "kind": "association",
        "supervisor": "大祥区文化旅游广电体育局",
        "representative_name": factories.name(),
        "representative_id": factories.id_number(),
        "address": "城北路街道西湖路6号",
        "phone": "13907390000",
        "capital": Decimal(50_000),
        "founded_on": founded_on,
        **more,
    }
    stem = uscc.body_code(f"MJB{next(_serial):05d}")
    code = uscc.make(CODE_PREFIX[values["kind"]], factories.DISTRICT, stem)
    return Organisation.objects.create(
        division_id=factories.DISTRICT, name=f"大祥区{name}", credit_code=code, **values
    )
