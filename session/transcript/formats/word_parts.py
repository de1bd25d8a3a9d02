"""Parts that every Word document has: package, styles, frame of a table. Pure."""

from __future__ import annotations

from collections.abc import Iterable

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OPEN_PACKAGE = "application/vnd.openxmlformats-package"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"

_TYPES = f"""{_HEAD}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="{_OPEN_PACKAGE}.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{_KIND}.styles+xml"/>
<Override PartName="/docProps/core.xml" ContentType="{_OPEN_PACKAGE}.core-properties+xml"/>
</Types>"""
_RELATIONS = f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>
<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>
</Relationships>"""
_DOCUMENT_RELATIONS = f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>
</Relationships>"""
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1304" w:bottom="1134" w:left="1304" '
    'w:header="567" w:footer="567" w:gutter="0"/>'
    "</w:sectPr>"
)
"""A4 with margins of 20 and 23 mm; lengths are in twentieths of a point."""
_CELL_WIDTHS = 2200, 7000

_CARD = (
    '<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="0B5A94"/></w:pBdr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="F1F2EF"/>'
)
_SMALL = '<w:color w:val="59626B"/><w:sz w:val="19"/><w:szCs w:val="19"/>'
_MONO = (
    '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/><w:sz w:val="19"/><w:szCs w:val="19"/>'
)


def _spacing(before: int, after: int) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _tabs(*positions: int) -> str:
    stops = "".join(f'<w:tab w:val="left" w:pos="{position}"/>' for position in positions)
    return f"<w:tabs>{stops}</w:tabs>"


_PARAGRAPHS = {
    "Title": (_spacing(0, 160), f"<w:b/>{_size(38)}"),
    "Heading1": (f'<w:keepNext/>{_spacing(360, 100)}<w:outlineLvl w:val="0"/>', f"<w:b/>{_size(27)}"),
    "Heading2": (f'<w:keepNext/>{_spacing(200, 60)}<w:outlineLvl w:val="1"/>', f"<w:b/>{_size(23)}"),
    "Speaker": (f"<w:keepNext/>{_spacing(180, 0)}", ""),
    "Note": (_spacing(0, 20), _SMALL),
    "Fact": (_spacing(0, 20), ""),
    "List": (f'{_tabs(340)}{_spacing(0, 40)}<w:ind w:left="340" w:hanging="340"/>', ""),
    "CardHead": (f'<w:keepNext/>{_CARD}{_spacing(200, 0)}<w:ind w:left="284"/>', _SMALL),
    "CardQuestion": (f'<w:keepNext/>{_CARD}{_spacing(0, 0)}<w:ind w:left="284"/>', f"<w:b/>{_size(25)}"),
    "Card": (f'{_CARD}{_spacing(80, 0)}<w:ind w:left="284"/>', ""),
    "CardList": (f'{_CARD}{_tabs(624, 964, 1304)}{_spacing(40, 0)}<w:ind w:left="624" w:hanging="340"/>', ""),
    "CardCode": (f'{_CARD}{_spacing(80, 0)}<w:ind w:left="284"/>', _MONO),
    "CardNote": (f'{_CARD}{_spacing(80, 0)}<w:ind w:left="284"/>', _SMALL),
    "CardEnd": (_spacing(0, 60), _size(8)),
}
"""Styles of paragraphs, with what they set for the paragraph and for its text."""
_CHARACTERS = {
    "Faint": _SMALL,
    "Code": _MONO,
    "Speaker1": '<w:color w:val="0B5A94"/>',
    "Speaker2": '<w:color w:val="26683A"/>',
    "Speaker3": '<w:color w:val="6F3AA0"/>',
    "Speaker4": '<w:color w:val="8A4B08"/>',
}
"""Styles of text."""


def parts(body: str, *, title: str, language: str) -> dict[str, str]:
    """Return the parts of a package by name.

    Args:
        body: The paragraphs and tables, as XML.
        title: The document's title, escaped.
        language: Of its texts: "en".
    """
    document = f"{_HEAD}<w:document {_WORD}><w:body>{body}{_PAGE}</w:body></w:document>"
    core = (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp:coreProperties>'
    )
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "docProps/core.xml": core,
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
        "word/document.xml": document,
        "word/styles.xml": _styles(language),
    }


def table(rows: Iterable[tuple[str, str]]) -> str:
    """Return a table without lines.

    Args:
        rows: The paragraphs of its two cells, as XML.
    """
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _CELL_WIDTHS)
    written = "".join(f"<w:tr>{_cells(row)}</w:tr>" for row in rows)
    about = '<w:tblW w:w="0" w:type="auto"/><w:tblLayout w:type="fixed"/>'
    return (
        f"<w:tbl><w:tblPr>{about}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{written}</w:tbl>" if written else ""
    )


def _cells(row: tuple[str, str]) -> str:
    return "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
        for width, content in zip(_CELL_WIDTHS, row, strict=True)
    )


def _styles(language: str) -> str:
    default = (
        f'<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Arial"/>{_size(22)}<w:lang w:val="{language}"/>'
    )
    normal = '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    paragraphs = (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{_style_name(name)}"/>'
        f'<w:basedOn w:val="Normal"/><w:pPr>{paragraph}</w:pPr><w:rPr>{text}</w:rPr></w:style>'
        for name, (paragraph, text) in _PARAGRAPHS.items()
    )
    characters = (
        f'<w:style w:type="character" w:styleId="{name}"><w:name w:val="{name}"/>'
        f"<w:rPr>{look}</w:rPr></w:style>"
        for name, look in _CHARACTERS.items()
    )
    return (
        f"{_HEAD}<w:styles {_WORD}><w:docDefaults><w:rPrDefault><w:rPr>{default}</w:rPr></w:rPrDefault>"
        f"<w:pPrDefault><w:pPr>{_spacing(0, 100)}</w:pPr></w:pPrDefault></w:docDefaults>"
        f"{normal}{''.join(paragraphs)}{''.join(characters)}</w:styles>"
    )


def _style_name(style: str) -> str:
    """Return the name that Word knows its own styles by."""
    return style.replace("Heading", "heading ")
