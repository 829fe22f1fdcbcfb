"""Parts of the page on which a file of debits is checked, submitted, followed and stopped."""
