"""Parts of the pages of payouts."""
