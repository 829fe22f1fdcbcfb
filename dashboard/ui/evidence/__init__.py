"""Evidence for a bank: beside a payment and its case, and of a month."""
