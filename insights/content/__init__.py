"""What content is missing, what it earned, and what to offer next. Used by the studio and desk."""
