"""Stripe's objects and the payment table derived from them."""
