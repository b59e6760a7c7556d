"""How large the parts of an upload may be. ``docs/upload-formats.md`` states them to uploaders."""

MAX_LINE_BYTES = 8 * 1024 * 1024  # one line, one CSV field, or one element of a JSON array
MAX_BRACKETS = 250_000  # in one such piece, { and [ together
MAX_DEPTH = 200  # of objects and lists in each other
MAX_FIELD_NAME_CHARACTERS = 1_000
MAX_TURNS = 5_000
MAX_TURN_CHARACTERS = 500_000
MAX_CONVERSATION_CHARACTERS = 8 * 1024 * 1024
MAX_TEXT_CHARACTERS = 500_000  # prompts, responses, reasons, quotes and notes
MAX_ATTRIBUTE_CHARACTERS = 10_000
MAX_ID_CHARACTERS = 200
MAX_NAME_CHARACTERS = 120  # systems, models, topics
MAX_LANGUAGE_CHARACTERS = 40
MAX_TYPE_CHARACTERS = 60
MAX_FIELD_PATH_CHARACTERS = 200
MAX_INTEGER = 2**31 - 1
# Ends a text that is longer than any may be and was cut while it was read (``cutting``).
CUT_OFF = "\ufdd1"
