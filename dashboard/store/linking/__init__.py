"""Tables of link attempts."""
