"""Parts of pages about scheduled debits."""
