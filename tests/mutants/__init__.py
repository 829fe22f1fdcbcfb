"""Change the product in one place at a time: a test must fail."""
