"""What every package stands on: settings, database, errors, clock, log. Imports nothing of ours."""
