"""The visual difference: nothing is lost, and small changes look small."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.difference import Change, Run, compare, compare_texts
from knowledge_base.drafts import Draft

BEFORE = Draft(slug="cats", title="Cats", body="A cat eats twice a day.", owner="Ada")
_TEXTS = st.text(alphabet="ab \n.*é", max_size=60)


def _without(runs, change):
    return "".join(run.text for run in runs if run.change is not change)


@given(_TEXTS, _TEXTS)
def test_both_texts_can_be_read_out_of_the_runs(before, after):
    runs = compare_texts(before, after)
    assert _without(runs, Change.ADDED) == before
    assert _without(runs, Change.REMOVED) == after


@given(_TEXTS)
def test_equal_texts_have_nothing_added_or_removed(text):
    assert {run.change for run in compare_texts(text, text)} <= {Change.SAME}


def test_one_changed_word_is_shown_as_one_word():
    assert compare_texts(BEFORE.body, "A cat eats thrice a day.") == (
        Run(Change.SAME, "A cat eats "),
        Run(Change.REMOVED, "twice"),
        Run(Change.ADDED, "thrice"),
        Run(Change.SAME, " a day."),
    )


def test_changed_fields_are_named_with_both_values():
    found = compare(BEFORE, replace(BEFORE, tags=("pets", "food"), note="not shown"))
    assert [(each.field, each.before, each.after) for each in found.fields] == [
        ("tags", "", "pets\nfood")
    ]
    assert not found.is_empty
    assert compare(BEFORE, replace(BEFORE, note="other")).is_empty
