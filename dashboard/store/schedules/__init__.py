"""Tables of schedules."""
