"""Kill the desk at its n-th write or call, for n = 1, 2, 3 … until a flow passes; resume; look at what is left.

The method is SQLite's own for power cuts. A new flow joins by one line in `flows.py`.
"""
