"""What may be shown to whom: the one place that says so."""
