"""Runs, payments, what went to the bank and came back, differences with the past, and claims."""

from payouts.models.bank import BankReturn, FileKind, RunFile, Transfer, TransferState
from payouts.models.claims import Claim, ClaimState, Repayment
from payouts.models.payments import Difference, Payment, PaymentKind
from payouts.models.runs import FINAL_STATES, OPEN_STATES, Run, RunEvent, RunKind, RunState

__all__ = [
    "FINAL_STATES",
    "OPEN_STATES",
    "BankReturn",
    "Claim",
    "ClaimState",
    "Difference",
    "FileKind",
    "Payment",
    "PaymentKind",
    "Repayment",
    "Run",
    "RunEvent",
    "RunFile",
    "RunKind",
    "RunState",
    "Transfer",
    "TransferState",
]
