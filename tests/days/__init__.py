"""The tests at other instants than now."""
