"""Tables of erasure and retention."""
