"""Parts of the month close page."""
