"""Small files of every kind, made here so that each byte of them is known."""

import io
import zipfile

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>'
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

HTML = """<!doctype html><html lang="de-AT"><head><title>Lumen &amp; Loom: shade care</title>
<link rel="canonical" href="https://shop.example.org/care"></head><body>
<nav><a href="/">Home</a> Menu</nav>
<main><h1>Care for a shade</h1><p>Dust <strong>weekly</strong>, see
<a href="/tips">our tips</a> or <a href="javascript:alert(1)">this</a>.</p>
<h2>Steps</h2><ol><li>Unplug it.</li><li>Wipe it.</li></ol>
<ul><li>Linen<ul><li>dry only</li></ul></li></ul>
<table><tr><th>Cloth</th><th>Water</th></tr><tr><td>Silk</td><td>never</td></tr></table>
<img src="https://elsewhere.example/x.png" alt="A folded shade" onerror="alert(1)">
<script>alert(1)</script></main><footer>Imprint</footer></body></html>"""


def make_zip(files: dict[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def make_docx(more: dict[str, bytes | str] | None = None) -> bytes:
    """A Word file: a title, a heading, a list item, a table, a link."""

    def paragraph(text: str, style: str) -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'

    content = (
        paragraph("Hanging a lamp", "Title")
        + paragraph("Before you start", "Heading1")
        + "<w:p><w:r><w:t>Read </w:t></w:r>"
        '<w:hyperlink r:id="r1"><w:r><w:t>the guide</w:t></w:r></w:hyperlink></w:p>'
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr>"
        "<w:r><w:t>Switch off the fuse.</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Hook</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>5 kg</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in (("Title", "Title"), ("Heading1", "heading 1"))
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return make_zip(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="d" '
            f'Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}">'
            f'<Relationship Id="r1" Type="{R}/hyperlink" TargetMode="External" '
            'Target="https://shop.example.org/guide"/></Relationships>',
            "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
            "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{content}'
            "</w:body></w:document>",
            **(more or {}),
        }
    )


def make_pdf(lines: list[tuple[int, str]], *, extra: str = "") -> bytes:
    """A one-page PDF of lines with their size; `extra` goes into the page's object."""
    text, y = [], 760
    for size, line in lines:
        shown = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        text.append(f"BT /F1 {size} Tf 1 0 0 1 50 {y} Tm ({shown}) Tj ET")
        y -= size * 2
    stream = "\n".join(text)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> >> {extra} >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF"
    return (made + end).encode("latin-1")
