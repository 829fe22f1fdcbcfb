"""Tables of mandates."""
