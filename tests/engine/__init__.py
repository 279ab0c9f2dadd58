"""Tests of the dialogue engine: its data, and the running process over HTTP."""
