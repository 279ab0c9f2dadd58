"""Reads Word documents: headings, lists, tables, links. Called by formats."""

import io
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree
import mammoth

from knowledge_base.importers.archives import list_members, open_archive, unpack
from knowledge_base.importers.candidates import Candidate, Problem, Reading, UnreadableError
from knowledge_base.importers.html import read_html
from knowledge_base.importers.markdown import title_from_name

_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read_docx(data: bytes, name: str) -> Reading:
    """Return one candidate. Raises UnreadableError."""
    core = _check_parts(data)
    converted = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map=_STYLES,
        convert_image=mammoth.images.img_element(lambda _image: {}),
    )
    # The heading names the document; the title that Word keeps is often the template's.
    (found,) = read_html(f"<main>{converted.value}</main>", name).candidates
    if found.title != title_from_name(name):
        return Reading((found,))
    title = (core.findtext(_TITLE) or "").strip() if core is not None else ""
    return Reading((Candidate(name=name, title=title or found.title, body=found.body),))


def _check_parts(data: bytes) -> Element | None:
    """Refuse bombs and entities in any part before the converter sees one; return the core."""
    core = None
    with open_archive(io.BytesIO(data)) as archive:
        for member in list_members(archive):
            if isinstance(member, Problem):
                raise UnreadableError(f"{member.name} inside it: {member.reason}")
            if member.name.endswith((".xml", ".rels")):
                root = _parse(member.name, unpack(archive, member))
                core = root if member.name == "docProps/core.xml" else core
    return core


def _parse(name: str, data: bytes) -> Element:
    try:
        root: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (defusedxml.DefusedXmlException, ParseError, ValueError, LookupError) as cause:
        raise UnreadableError(f"{name} inside it is damaged or hostile XML.") from cause
    return root
