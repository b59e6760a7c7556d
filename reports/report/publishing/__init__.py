"""The report as files that need nothing else."""
