"""Where splitting used to live; see channels.split."""

from channels.split import count_units, cut_units, split_text

__all__ = ["count_units", "cut_units", "split_text"]
