"""What keeps a task from a rater, as a name and a condition on tasks that is true where it does."""

from django.db.models import Exists, Q

type Barrier = tuple[str, Q | Exists]  # the name is a field of TasksLeft
