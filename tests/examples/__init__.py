"""Operations that the product does not have, written down to see what a new one costs."""
