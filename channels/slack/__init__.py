"""Slack for customers: our own intake and sender, with slack_sdk's types, checks and client."""
