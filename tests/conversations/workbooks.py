"""Workbooks of Excel, made for a test."""

import io
from typing import Any

import openpyxl


def workbook(**sheets: list[list[Any]]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(content)
    return content.getvalue()
