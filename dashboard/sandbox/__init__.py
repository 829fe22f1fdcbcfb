"""A stand-in for Plaid, Link and Stripe; only tests, benchmarks and the command line start it."""
