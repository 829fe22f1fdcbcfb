"""The providers' own published types, and what holds requests and answers against them."""
