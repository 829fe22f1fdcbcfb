"""Tables of debits."""
