"""What short texts mean: vectors by a model that comes as a package, and which statements say the same. No Django.

Only workers embed: the weights are loaded with the first text (``encoder``), never by a web process.
"""

from conversations.meaning.duplicates import RULES, THRESHOLD, Statements, are_english
from conversations.meaning.encoder import EMBEDDER, Vectors, embed

__all__ = ["EMBEDDER", "RULES", "THRESHOLD", "Statements", "Vectors", "are_english", "embed"]
