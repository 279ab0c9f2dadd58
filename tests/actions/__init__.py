"""Tests of the actions with fakes of what they read through."""
