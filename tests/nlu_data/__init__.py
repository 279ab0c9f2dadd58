"""Tests of the training data and the wording."""
