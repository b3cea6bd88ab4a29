"""What people and other services do with events; one function an intention."""
