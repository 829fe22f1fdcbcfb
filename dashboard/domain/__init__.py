"""Rules without side effects: models, errors, money, dates, status."""
