"""Steps that several stories of 临时救助 share: an emergency of a family of the village, and a dear illness."""

from datetime import date, timedelta
from decimal import Decimal

from casework import papers
from casework.services import move
from relief.temporary import reserve, services
from relief.temporary.models import Reserve
from tests import factories

# A Monday in spring 2020: the 2019 policy in force (urban 500 yuan, cap 20 000).
DAY = date(2020, 3, 2)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 200


def allotted(officer=None, year=2020, on=date(2020, 1, 6)) -> Reserve:
    """The year's money has come; the reserve of the own township."""
    reserve.allot(year, officer or factories.user("bureau_officer"), f"祥民〔{year}〕1号", on=on)
    return Reserve.objects.get(township=factories.TOWNSHIP, year=year)


def emergency(home, clerk, on=DAY, severity="heavy", cause="fire", words="厨房起火，房屋烧毁", affected=None):
    """The clerk takes an emergency; everyone is hit unless told (`affected`: how many)."""
    count = len(home.people) if affected is None else affected
    facts = services.Facts(
        kind="emergency",
        cause=cause,
        cause_words=words,
        severity=severity,
        members=[services.MemberEntry(one, place < count) for place, one in enumerate(home.people)],
    )
    return services.apply(home, clerk, facts, on=on)


def expenditure(home, clerk, self_paid, on=DAY, cause="treatment"):
    facts = services.Facts(
        kind="expenditure",
        cause=cause,
        cause_words="住院手术，自付费用大",
        members=[services.MemberEntry(one, True, one.monthly_income or Decimal(0)) for one in home.people],
        expenses=[services.ExpenseEntry(on - timedelta(days=20), "住院", Decimal(self_paid), "发票 0012345")],
    )
    return services.apply(home, clerk, facts, on=on)


def papers_in(case, clerk, on):
    """Visited by two, the papers in the file."""
    papers.record_visit(
        case, clerk, visited_on=on, visitors=["周敏", "唐志强"], living="情况属实", signed_by=case.subject
    )
    papers.attach(case, "其他", "申请书.png", PNG, clerk)
    return case


def sent_in(case, clerk, on=DAY):
    """Accepted, looked at, everything there, sent to the leader."""
    case = move(case, "accept", clerk, on=on)
    papers_in(case, clerk, on)
    return move(case, "send_in", clerk, opinion="情况属实，建议救助", on=on)


def at_bureau(case, clerk, leader, on=DAY):
    """An emergency above what the township is entrusted with: the bureau decides."""
    case = sent_in(case, clerk, on)
    return move(case, "agree", leader, opinion="同意", on=on)


def granted(home, clerk, leader, officer, on=DAY, **facts):
    """An emergency from the counter to the decision."""
    case = at_bureau(emergency(home, clerk, on, **facts), clerk, leader, on)
    return move(case, "grant", officer, on=on)


def advanced(home, clerk, leader, amount=2000, on=DAY, **facts):
    """The township pays at once; the papers are still out."""
    case = move(emergency(home, clerk, on, **facts), "accept", clerk, on=on)
    case = move(case, "propose_advance", clerk, opinion="当夜无处可住", on=on, advance_amount=Decimal(amount))
    return move(case, "approve_advance", leader, on=on)
