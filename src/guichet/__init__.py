"""Guichet: event ticketing from a village concert to an international on-sale."""
