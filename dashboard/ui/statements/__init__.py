"""Bank statements on their page."""
