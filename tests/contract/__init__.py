"""The official plaid-python and stripe clients work with the sandbox, and our gateways and whole flows do too."""
