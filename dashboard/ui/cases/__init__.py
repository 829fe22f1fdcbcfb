"""Parts of pages about cases."""
