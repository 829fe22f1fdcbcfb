"""Encryption of columns and personal facts."""
