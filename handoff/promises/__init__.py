"""What employees and the bot have committed to, with a date, so that it is kept or told in time."""
