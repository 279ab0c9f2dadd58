"""The studio: where the people who write the bot see what it understood, and teach it."""
