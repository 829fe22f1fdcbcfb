"""Parts of the debit page and of the lists that show debits."""
