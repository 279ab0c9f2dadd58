"""The corpus of hostile words, for tests of the renderer, the importers and the pages."""

from pathlib import Path

import yaml


def load_payloads() -> list[str]:
    """Every payload of xss_payloads.yml."""
    groups = yaml.safe_load((Path(__file__).parent / "xss_payloads.yml").read_text("utf-8"))
    return [payload for group in groups.values() for payload in group]
