"""`make doubles`: one order, one movement of money, over seeded sequences of everything that can go wrong."""
