"""The public help centre: server-rendered pages of the published public articles. No scripts."""

from gateway.help_centre.centre import HelpCentre
from gateway.help_centre.routes import build_help_centre

__all__ = ["HelpCentre", "build_help_centre"]
