"""The desk: where employees see what waits, talk to customers and give conversations back."""
