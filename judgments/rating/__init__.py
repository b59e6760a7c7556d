"""What a rater sees and does."""
