"""Builds spreadsheet files by hand, so that they can be wrong in exactly one way."""

import struct
import zipfile
from pathlib import Path

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
ROOT_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="花名册" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BOOK_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>'
    "</Relationships>"
)
SHEET_HEAD = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def text_cell(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def row_xml(number: int, values: list[str], extra: str = "") -> str:
    cells = "".join(text_cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(values))
    return f'<row r="{number}"{extra}>{cells}</row>'


def raw_xlsx(path: Path, body, *, before: str = "", after: str = "", shared=None, parts: dict | None = None) -> Path:
    """A minimal workbook; ``body`` is the inside of sheetData: text, or an iterable of blocks written one after the other."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("_rels/.rels", ROOT_RELS)
        package.writestr("xl/workbook.xml", BOOK)
        package.writestr("xl/_rels/workbook.xml.rels", BOOK_RELS)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f"{SHEET_HEAD}{before}<sheetData>".encode())
            for block in [body] if isinstance(body, str) else body:
                part.write(block.encode())
            part.write(f"</sheetData>{after}</worksheet>".encode())
        with package.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            for block in shared or ['<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>']:
                part.write(block.encode())
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return path


def compound_file(path: Path, streams: dict[str, bytes]) -> Path:
    """A minimal OLE compound file (512-byte sectors, no mini stream: every stream is padded to 4096 bytes)."""
    size = 512
    bodies = {name: body.ljust(max(4096, -(-len(body) // size) * size), b"\0") for name, body in streams.items()}
    chains, data, used = [], b"", 2  # sector 0 holds the FAT, sector 1 the directory
    for name, body in bodies.items():
        count = len(body) // size
        chains.append((name, used, len(body), count))
        data += body
        used += count
    fat = [0xFFFFFFFD, 0xFFFFFFFE]
    for _name, first, _length, count in chains:
        fat += [*range(first + 1, first + count), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (size // 4 - len(fat))
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1 if chains else 0xFFFFFFFF)]
    for at, (name, first, length, _count) in enumerate(chains):
        right = at + 2 if at + 1 < len(chains) else 0xFFFFFFFF
        entries.append(_entry(name, 2, first, length, right=right))
    directory = b"".join(entries).ljust(size, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * 4 * 108
    path.write_bytes(header + struct.pack(f"<{size // 4}I", *fat) + directory + data)
    return path


def _entry(name: str, kind: int, first: int, length: int, *, child=0xFFFFFFFF, right=0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
    head += struct.pack("<III", 0xFFFFFFFF, right, child) + bytes(36)
    return head + struct.pack("<III", first, length, 0)
