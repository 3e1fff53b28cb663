"""What the vetoes of rules are worth: how many posts of the corpus each keeps from its rule.

``python -m nlp.veto_worth`` counts the vetoes of English rules of P0 and P1 by that number, ``-v`` also
names those that keep one post or none. A veto is written from a post that then joins the corpus; one that
keeps no second post tells of that post alone, and may hide real danger as well as a joke.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nlp.corpus import LabelledPost, load
from nlp.folding import fold
from nlp.rulebook import Rulebook
from nlp.rulefile import Rule, bounded, read_book

_Veto = tuple[str, str]  # a rule's id, and the pattern


def posts_kept(rules: Iterable[Rule], posts: Sequence[LabelledPost]) -> dict[_Veto, int]:
    """Of each veto of these rules, how many posts it (maybe with others) keeps from its rule."""
    concepts = read_book()[1]
    given = tuple(rules)
    free = tuple(replace(rule, vetoes=(), vetoes_anywhere=()) for rule in given)
    whole, without = Rulebook(given, concepts), Rulebook(free, concepts)
    patterns = {
        rule.id: [(veto, re.compile(bounded(veto))) for veto in (*rule.vetoes, *rule.vetoes_anywhere)]
        for rule in given
    }
    kept: Counter[_Veto] = Counter(
        {(rule, veto): 0 for rule, vetoes in patterns.items() for veto, _ in vetoes}
    )
    for post in posts:
        folded = fold(post.text)
        fired = {hit.rule.id for hit in whole.hits(folded, post.lang)}
        for hit in without.hits(folded, post.lang):
            if hit.rule.id not in fired:
                kept.update((hit.rule.id, v) for v, p in patterns[hit.rule.id] if p.search(folded.text))
    return dict(kept)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints how many posts the vetoes keep."""
    parser = argparse.ArgumentParser(prog="python -m nlp.veto_worth", description=__doc__.split("\n")[0])
    parser.add_argument("-v", "--verbose", action="store_true", help="name those that keep one post or none")
    options = parser.parse_args(arguments)
    kept = posts_kept([r for r in read_book()[0] if r.floor and r.lang == "en"], load())
    for name, least, most in (
        ("no post", 0, 0),
        ("one", 1, 1),
        ("2 to 4", 2, 4),
        ("5 or more", 5, sys.maxsize),
    ):
        count = sum(least <= number <= most for number in kept.values())
        sys.stdout.write(f"{count:5} of {len(kept)} vetoes keep {name} from a rule of P0 or P1\n")
    if options.verbose:
        for (rule, veto), number in sorted(kept.items()):
            if number <= 1:
                sys.stdout.write(f"{number}  {rule}  {veto}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
