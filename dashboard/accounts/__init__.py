"""Linked bank accounts: whether one can be debited, who holds it, its balance and transactions."""
