"""What the company does for a customer beyond talking: requests, refunds, consents, loyalty."""
