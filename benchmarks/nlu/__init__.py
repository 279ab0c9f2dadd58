"""Compares intent pipelines on the same splits: `python -m benchmarks.nlu`.

Everything in here runs in the engine's environment (Python 3.10), where Rasa is.
"""
