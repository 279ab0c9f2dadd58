"""The way in and the way out: intake, turns, deliveries, the HTTP app and all wiring."""
