"""Tables of refunds that the desk ordered."""
