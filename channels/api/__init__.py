"""The API channel: any other platform, through signed HTTP in both directions."""
