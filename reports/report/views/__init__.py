"""Pages of the report, below the study."""
