"""Bank accounts that need a mandate: the table, and one account with the ways to collect it."""
