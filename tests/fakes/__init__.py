"""Strict stand-ins for the platforms we talk to; they speak real HTTP to the real libraries."""
