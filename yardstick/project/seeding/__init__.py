"""What the demo starts with, made by the same services as everything else."""
