"""Parts of the linking screens."""
