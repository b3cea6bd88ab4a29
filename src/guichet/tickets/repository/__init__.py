"""Every SQL statement of tickets: hot ones straight on asyncpg, the others with Core."""
