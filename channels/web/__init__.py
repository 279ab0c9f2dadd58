"""The web chat: sessions, intake and live connection for the embeddable widget."""
