"""Pages of 基层政权: the round, an election, committees and recalls."""
