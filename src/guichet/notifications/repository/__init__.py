"""Every SQL statement of notifications, one file for each thing that is kept."""
