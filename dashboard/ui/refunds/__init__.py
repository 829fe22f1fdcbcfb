"""Parts of pages on which a payment is given back."""
