"""Clients that nobody here wrote, against the sandbox: Stripe's and Plaid's for Node; `make foreign`: two loaders."""
