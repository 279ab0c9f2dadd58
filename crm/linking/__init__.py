"""One customer with accounts on several channels: codes, proofs, merges and their undoing."""
