"""What the bot understood, what it should have, and how it learns that. Used by console and cli."""
