"""Notices: facts noted beside what they are about, and the outbox that tells them."""
