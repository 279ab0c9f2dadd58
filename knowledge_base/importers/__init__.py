"""Files and web pages of many kinds become drafts of articles; nothing hostile gets further."""
