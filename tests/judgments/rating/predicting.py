"""What the words of pages give away, learned from some of them and tried on the others."""


def hits_of_a_predictor(pages: list[tuple[set[str], bool]]) -> int:
    """Of every second page: how often the words of the others tell what is true of it (the second of each pair).

    A word's weight is its share among the pages where it is true, less that among the others; words of fewer than a
    quarter of the pages are names of single pages and say nothing.
    """
    learn, test = pages[::2], pages[1::2]
    sides = {left: [tokens for tokens, side in learn if side is left] for left in (True, False)}
    common = {
        token
        for token in set().union(*(tokens for tokens, _side in learn))
        if 4 * sum(token in tokens for tokens, _side in learn) >= len(learn)
    }
    # Words that stand on the very same pages (those of one link) say one thing, once.
    common = set({tuple(token in tokens for tokens, _side in learn): token for token in sorted(common)}.values())

    def share(token: str, left: bool) -> float:
        return sum(token in tokens for tokens in sides[left]) / len(sides[left])

    weights = {token: share(token, True) - share(token, False) for token in common}
    return sum((sum(weights[token] for token in tokens & common) > 0) is left for tokens, left in test)
