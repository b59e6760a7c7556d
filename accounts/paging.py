"""Pages of the API's lists: newest first, by cursor, so that a page never skips or repeats."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    ordering = "-id"
    page_size = 50


class OldestFirst(CursorPagination):
    ordering = "id"
    page_size = 200
