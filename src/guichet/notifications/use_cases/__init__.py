"""What notifications does, one function for each occasion or intention."""
