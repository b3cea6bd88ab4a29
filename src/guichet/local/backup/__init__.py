"""Backups of all databases: take, keep, check, restore."""
