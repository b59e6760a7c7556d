"""The file of an export as a response."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from reports.enums import ExportFormat
from reports.models import Export

CONTENT_TYPES = {
    ExportFormat.JSONL: "application/x-ndjson",
    ExportFormat.SHEET: "text/csv; charset=utf-8",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.JSON: "application/json",
    ExportFormat.ZIP: "application/zip",
}
BLOCK = 1 << 16
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")  # longer ones are no place in a file


def attachment(export: Export, request: HttpRequest | Request) -> HttpResponseBase:
    """Always a download, never shown in the browser: the rows hold texts of strangers.

    One range of bytes may be asked for (RFC 9110, section 14), so that a download that broke off goes on; the file's
    checksum is its ETag.
    """
    wanted = request.headers.get("Range", "")
    unchanged = request.headers.get("If-Range", _etag(export)) == _etag(export)
    response = _part(export, wanted) if wanted and unchanged else None
    if response is None:
        response = FileResponse(export.file.open("rb"), content_type=CONTENT_TYPES[ExportFormat(export.format)])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=export.filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _etag(export)
    return response


def _etag(export: Export) -> str:
    return f'"{export.sha256}"'


def _part(export: Export, wanted: str) -> HttpResponseBase | None:
    """None for a header that is not one range of bytes: then the whole file is the answer."""
    found = _ONE_RANGE.fullmatch(wanted)
    size = export.file.size
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = _bounds(found.group(1), found.group(2), size)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file = Path(export.file.path).open("rb")  # noqa: SIM115 - closed when the last block was sent
    file.seek(first)
    length = last - first + 1
    return StreamingHttpResponse(
        _blocks(file, length),
        status=206,
        content_type=CONTENT_TYPES[ExportFormat(export.format)],
        headers={"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(length)},
    )


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:  # the last so many bytes
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _blocks(file: BinaryIO, length: int) -> Iterator[bytes]:
    with file:
        while length and (block := file.read(min(BLOCK, length))):
            length -= len(block)
            yield block
