"""Batches of debits and their rows."""
