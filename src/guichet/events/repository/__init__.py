"""Every SQL statement of the events service, one function a statement or a few."""
