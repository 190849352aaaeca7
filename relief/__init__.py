"""Social relief: 低保 (特困 and 临时救助 come beside it)."""
