"""Pages of 临时救助: `cases` from the list to the corrected facts, `reserves` the townships' ledgers."""
