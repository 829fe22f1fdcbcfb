"""Evidence packs, and requests of banks for them."""
