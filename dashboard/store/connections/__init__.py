"""Tables of Plaid Items."""
