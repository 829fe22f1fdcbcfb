"""Tables of cases: what failed, came back or is disputed, and what was done about it."""
