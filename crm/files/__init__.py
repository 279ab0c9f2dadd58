"""Files customers send: recognised by their content, kept as bytes, erased with their customer."""
