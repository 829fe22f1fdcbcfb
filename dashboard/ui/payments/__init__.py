"""Parts of the payments page."""
