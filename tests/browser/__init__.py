"""The main jobs in a real Chromium: linking, handover, debit, sign-in, accessibility."""
