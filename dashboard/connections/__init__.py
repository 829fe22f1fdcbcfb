"""Plaid Items after they were made: health, removal, token rotation, webhooks."""
