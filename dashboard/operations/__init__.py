"""Running the desk: audit, backups, encryption keys."""
