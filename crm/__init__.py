"""Customers, their accounts on every channel, conversations, messages and orders."""
