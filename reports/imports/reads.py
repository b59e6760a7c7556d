"""Reads of uploaded datasets."""

from django.db.models import QuerySet

from accounts.models import User
from reports.models import DatasetImport


def imports_of(user: User) -> QuerySet[DatasetImport]:
    """Datasets this user uploaded: nobody else sees them before they are studies."""
    return DatasetImport.objects.filter(uploaded_by=user).select_related("study").order_by("-id")
