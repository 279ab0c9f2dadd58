"""Whoever types the title of a button instead of pressing it is understood, in every language."""

from datetime import UTC, datetime

import pytest

from actions.journeys.model import Facts, Heard, Option, Scene
from actions.journeys.readers import match_option
from actions.journeys.registry import JOURNEYS
from gateway.catalogue import TEXT, load_catalogues

SCENE = Scene(Heard(), Facts(datetime(2026, 11, 22, tzinfo=UTC)))
CHOICES = [
    (step.options(SCENE), option)
    for journey in JOURNEYS
    for step in journey.steps
    for option in step.options(SCENE)
    if option.key
]
CATALOGUES = load_catalogues()


@pytest.mark.parametrize("language", sorted(CATALOGUES))
@pytest.mark.parametrize(("options", "option"), CHOICES, ids=[each.key for _, each in CHOICES])
def test_a_typed_title_is_the_choice(language: str, options: tuple[Option, ...], option: Option):
    title = CATALOGUES[language][option.key].variants[TEXT]
    assert match_option(options, title) == option.value
