"""Threads where others read along: cases begun in public, private links, what must not be said."""
