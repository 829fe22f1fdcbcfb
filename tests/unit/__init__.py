"""Each module by itself, with fakes for Plaid and Stripe: rules, money, permissions, audit trail, documents, layers."""
