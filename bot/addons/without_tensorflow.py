"""Keeps TensorFlow out of the process. Called by run.py and train.py before Rasa is imported.

Rasa imports it for components that config.yml does not use: half of the start-up time, half of the
memory and a library with open advisories. Whatever imports it gets a stand-in that can be named,
subclassed and decorated with, and that fails loudly as soon as it would have to compute.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

ABSENT = ("tensorflow", "tensorflow_hub", "tensorflow_text", "tensorflow_addons", "keras")


class TensorflowIsAbsentError(RuntimeError):
    """Something wanted to compute with TensorFlow: config.yml may not name such components."""


class _StandInType(type):
    """Makes `tf.keras.layers.Layer` a class, however deep, without knowing any of the names."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn

    def __getitem__(cls, _item: Any) -> Any:
        return cls


class StandIn(metaclass=_StandInType):
    """Stands for anything TensorFlow defines; as a decorator it leaves functions as they are."""

    def __new__(cls, *arguments: Any, **_options: Any) -> Any:
        if cls is StandIn and len(arguments) == 1 and callable(arguments[0]):
            return arguments[0]
        return super().__new__(cls)

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        """Accept whatever the real thing takes."""

    def __call__(self, *arguments: Any, **_options: Any) -> Any:
        if len(arguments) == 1 and callable(arguments[0]):
            return arguments[0]
        raise TensorflowIsAbsentError("TensorFlow is not loaded in this process")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise TensorflowIsAbsentError("TensorFlow is not loaded in this process")


class _StandInModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  the import system's signature
        target: ModuleType | None = None,  # noqa: ARG002  likewise
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in ABSENT:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the module answers every name."""


def stand_in_for_tensorflow() -> None:
    """Answer every import of TensorFlow with the stand-in from now on."""
    if any(name in sys.modules for name in ABSENT):
        raise RuntimeError("TensorFlow was imported before the stand-in was in place")
    sys.meta_path.insert(0, _Finder())
