"""Read-only figures: how the desk, the assistant and the content do. Nothing lives here yet."""
