"""What relief's ledgers share with those of other lines stands in `benefits.takeover`."""

from benefits.takeover import REASON_WORDS, TakeOver, overlap, read_month, read_reason, span

__all__ = ["REASON_WORDS", "TakeOver", "overlap", "read_month", "read_reason", "span"]
