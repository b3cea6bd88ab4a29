"""`guichet verify`: reads the databases and the provider's books, and says what is true of them."""
