"""Parts of the linked-accounts page."""
