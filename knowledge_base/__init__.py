"""Articles with versions, their vectors, hybrid search and calibrated, cited answers."""
