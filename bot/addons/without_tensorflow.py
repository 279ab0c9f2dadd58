"""Keeps TensorFlow out of the engine's process. Called by run.py.

Placeholder: replaced below once measured.
"""


def stand_in_for_tensorflow() -> None:
    return None
