"""What a crowd platform is told."""
