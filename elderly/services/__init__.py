"""The verbs of the line, in one place. Each is one transaction; the modules beside hold them by subject."""

from elderly.services.applying import apply, open_ending
from elderly.services.crossing import apply_crossings, upcoming_crossings
from elderly.services.deciding import approve_rows, confirm_rows, send_back_rows, take_out_rows
from elderly.services.proofs import hold_unproven, next_due, record_proof, record_proofs
from elderly.services.proposing import catch_up, propose, propose_all, propose_endings

__all__ = [
    "apply",
    "apply_crossings",
    "approve_rows",
    "catch_up",
    "confirm_rows",
    "hold_unproven",
    "next_due",
    "open_ending",
    "propose",
    "propose_all",
    "propose_endings",
    "record_proof",
    "record_proofs",
    "send_back_rows",
    "take_out_rows",
    "upcoming_crossings",
]
