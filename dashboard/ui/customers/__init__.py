"""Parts of the customers page."""
