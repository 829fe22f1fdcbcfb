"""Tables of the sync."""
