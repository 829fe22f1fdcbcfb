"""Parts of the pages of the desk's own running."""
