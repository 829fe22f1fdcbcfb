"""The inbox: a way to draw each kind of line, and what the team makes of it."""
