"""Plaid, Stripe and the sandbox's controls over HTTP; nothing else speaks HTTP to a provider."""
