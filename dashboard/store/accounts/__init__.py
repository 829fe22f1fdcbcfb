"""Tables of linked bank accounts."""
