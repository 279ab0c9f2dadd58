"""What employees may give customers on the spot, what they gave, and who decided beyond that."""
