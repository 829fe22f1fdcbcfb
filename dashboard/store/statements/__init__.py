"""Tables of bank statements."""
