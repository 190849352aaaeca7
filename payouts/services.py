"""The verbs of this room, in one place. Each is one transaction; the modules beside hold them by subject."""

from payouts.actions import approve, close, hold_back, lock, review, send_back, why_not
from payouts.bank import bank_figures, bank_file, bank_files, load_bank_return
from payouts.building import build_run, continue_build, rebuild, run_figures, run_payments
from payouts.claims import decide_write_off, plan_instalments, propose_write_off, record_repayment
from payouts.reissuing import build_reissue, discard_reissue, ready_to_reissue
from payouts.sheets import all_sheets, payout_sheet, sheet_file, townships_of

__all__ = [
    "all_sheets",
    "approve",
    "bank_figures",
    "bank_file",
    "bank_files",
    "build_reissue",
    "build_run",
    "close",
    "continue_build",
    "decide_write_off",
    "discard_reissue",
    "hold_back",
    "load_bank_return",
    "lock",
    "payout_sheet",
    "plan_instalments",
    "propose_write_off",
    "ready_to_reissue",
    "rebuild",
    "record_repayment",
    "review",
    "run_figures",
    "run_payments",
    "send_back",
    "sheet_file",
    "townships_of",
    "why_not",
]
