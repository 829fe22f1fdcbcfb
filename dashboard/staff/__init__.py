"""Who gets in and what they may do: roles, permissions, sign-in."""
