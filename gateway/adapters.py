"""What actions read through: implements actions.ports on the CRM and the knowledge base."""
