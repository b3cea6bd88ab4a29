"""Every statement that auth sends to its database."""
