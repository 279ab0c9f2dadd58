"""The knowledge base: articles with versions, their vectors, hybrid search and calibrated answers."""
