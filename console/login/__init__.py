"""Who may see the console: login page, sessions, the dependency that guards API routes."""
