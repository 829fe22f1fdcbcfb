"""What one database engine says differently from another, each difference behind a name that says what is meant."""
