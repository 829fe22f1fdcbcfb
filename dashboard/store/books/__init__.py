"""The books of a month, worked out from balance transactions, payouts and bank lines."""
