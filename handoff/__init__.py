"""Knowing when a person is needed, and giving that person the conversation."""
