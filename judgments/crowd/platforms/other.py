"""Any other platform: its lists are downloaded, and uploaded there by hand."""

from judgments.crowd.platforms.base import CrowdPlatform, submission_or_amount
from raters.enums import Platform

PLATFORM = CrowdPlatform(name=Platform.OTHER, row=submission_or_amount)
