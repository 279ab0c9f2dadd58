"""What was promised to a waiting customer, in working time, and whether it is kept."""
