"""ACH Desk."""
