"""Every SQL statement of users."""
