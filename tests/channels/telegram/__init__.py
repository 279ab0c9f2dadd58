"""Tests of channels.telegram, most of them through the fake Bot API and the real library."""
