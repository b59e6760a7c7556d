"""What those who run a study see of the raters' work, and do about it."""
