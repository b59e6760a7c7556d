"""What short texts mean: vectors by a model that comes as a package, and which statements say the same. No Django.

Only workers embed: the weights are loaded with the first text (``encoder``), never by a web process. Here stands what others
store beside what was decided; whoever decides imports the module that does it, which brings NumPy.
"""

# Name and the version of the package that carries it: stored wherever it decided anything.
EMBEDDER = "all-MiniLM-L6-v2 0.1.0"
# The cosine similarity from which two statements are the same, as in the paper; measured in docs/statistics.md.
THRESHOLD = 0.7
# Raise it when the rules beside the similarity join or keep apart other statements than before.
RULES = 1
