"""Sentences: what a provider's code means, what to tell the customer, the customer's screens."""
