"""The people at the desk: when they are there, how long things may take, who gets what."""
