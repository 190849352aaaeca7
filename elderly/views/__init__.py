"""Pages of the line: lists, single cases, proofs of life, age bands."""
