"""Parts of the page on which a second person decides."""
