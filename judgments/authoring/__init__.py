"""Gold, practice and attention tasks, and the questions of the comprehension check."""
