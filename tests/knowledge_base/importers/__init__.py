"""Tests of what imports content."""
