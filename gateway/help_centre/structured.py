"""Structured data for search engines: schema.org in JSON-LD, saying what the page shows. Pure."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import nh3

from gateway.help_centre.outline import Outline
from gateway.help_centre.topics import title_of
from gateway.help_centre.wording import Words
from knowledge_base.public import Card

_CONTEXT = "https://schema.org"
# What search engines show of an answer; the rest of the markup is left out, its words are not.
_ANSWER_TAGS = {"p", "br", "ol", "ul", "li", "strong", "em", "a", "h3", "h4"}


def describe_article(card: Card, page: Outline, *, site: str, words: Words) -> str:
    """Return the article, its place in the help centre, and its questions with their answers."""
    address = f"{site}/help/{card.slug}"
    article = {
        "@type": "Article",
        "@id": f"{address}#article",
        "headline": card.title[:110],
        "description": card.opening,
        "inLanguage": card.language,
        "datePublished": card.published_at.isoformat(),
        "dateModified": card.published_at.isoformat(),
        "version": card.version,
        "mainEntityOfPage": address,
        "author": _company(words, site),
        "publisher": _company(words, site),
    }
    return _as_script(
        [article, _describe_place(card, site, words), _describe_questions(card, page)]
    )


def describe_site(language: str, *, site: str, words: Words) -> str:
    """Return the help centre itself and how it is searched."""
    address = f"{site}/help?language={language}"
    found = {
        "@type": "WebSite",
        "name": words.say("site"),
        "url": address,
        "inLanguage": language,
        "publisher": _company(words, site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{address}&q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    return _as_script([found])


def _company(words: Words, site: str) -> dict[str, Any]:
    return {"@type": "Organization", "name": words.say("company"), "url": f"{site}/chat"}


def _describe_place(card: Card, site: str, words: Words) -> dict[str, Any]:
    steps = [(words.say("home"), f"{site}/help?language={card.language}")]
    if card.tags:
        about = urlencode({"language": card.language, "topic": card.tags[0]})
        steps.append((title_of(card.tags[0]), f"{site}/help?{about}"))
    steps.append((card.title, f"{site}/help/{card.slug}"))
    listed = [
        {"@type": "ListItem", "position": at, "name": name, "item": address}
        for at, (name, address) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": listed}


def _describe_questions(card: Card, page: Outline) -> dict[str, Any]:
    """Return the title as a question the opening answers, and every heading likewise."""
    asked = [(card.title, page.opening)]
    asked += [(_ask(card.title, each.heading), each.html) for each in page.sections]
    questions = [_question(name, html) for name, html in asked]
    return {
        "@type": "FAQPage",
        "inLanguage": card.language,
        "mainEntity": [question for question in questions if question is not None],
    }


def _ask(title: str, heading: str) -> str:
    return heading if heading.endswith("?") else f"{title}: {heading}"


def _question(name: str, html: str) -> dict[str, Any] | None:
    answer = nh3.clean(html, tags=_ANSWER_TAGS, attributes={"a": {"href"}}, link_rel=None).strip()
    if not answer:
        return None
    return {
        "@type": "Question",
        "name": name,
        "acceptedAnswer": {"@type": "Answer", "text": answer},
    }


def _as_script(graph: Sequence[dict[str, Any]]) -> str:
    """Return JSON that cannot end its script element nor begin another one."""
    data = {"@context": _CONTEXT, "@graph": list(graph)}
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written
