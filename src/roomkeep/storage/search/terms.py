"""What the index lists messages under, and what a query looks up there.

A term is a word as `tokens` cuts it. Of scripts without spaces, whose words are single characters,
a term is a character with the one after it: a character alone is in too many messages. Of common
words it also lists which follow which, for phrases such as "to the".
"""

from collections.abc import Container, Sequence
from itertools import pairwise

from roomkeep.models import Record
from roomkeep.storage.search.query import Phrase, SearchQuery
from roomkeep.storage.search.tokens import is_unspaced

__all__ = ["SoughtTerm", "pairs_of", "sought_terms", "term_head", "terms_of"]


class SoughtTerm(Record, frozen=True, kw_only=True):
    """A term that a message has to have.

    Attributes:
        text: the term.
        is_prefix: any term that begins so will do.
        following: the word that comes after it, which is sought, too; empty where none is known.
    """

    text: str
    is_prefix: bool = False
    following: str = ""


def terms_of(words: Sequence[str]) -> set[str]:
    """Return the terms that a message of these words is listed under, but for pairs."""
    if not words or "".join(words).isascii():
        return set(words)
    terms = {_term(*both) for both in pairwise(words)}
    terms.add(words[-1])
    return terms


def pairs_of(words: Sequence[str], common: Container[str]) -> set[tuple[str, str]]:
    """Return the pairs of common words, side by side, that a message of these words has."""
    return {both for both in pairwise(words) if both[0] in common and both[1] in common}


def sought_terms(query: SearchQuery) -> list[SoughtTerm]:
    """Return terms that every match of a query has; others than matches may have them, too.

    None where the query names no word, or nothing but the first letter of one.
    """
    sought = [term for phrase in query.phrases for term in _terms_of_phrase(phrase)]
    return list(dict.fromkeys(sought))


def term_head(term: str) -> str:
    """Return the beginning of a term that all have which begin with a sought one."""
    return term[:1] if is_unspaced(term) else term[:2]


def _terms_of_phrase(phrase: Phrase) -> list[SoughtTerm]:
    found = []
    last = len(phrase.words) - 1
    for place, word in enumerate(phrase.words):
        is_prefix = phrase.is_prefix and place == last
        if not is_unspaced(word):
            if not is_prefix or len(word) > 1:
                following = _whole_word(phrase, place + 1)
                found.append(SoughtTerm(text=word, is_prefix=is_prefix, following=following))
        elif place < last:
            following = phrase.words[place + 1]
            is_begun = phrase.is_prefix and place + 1 == last and is_unspaced(following)
            found.append(SoughtTerm(text=_term(word, following), is_prefix=is_begun))
        elif place == 0 or not is_unspaced(phrase.words[place - 1]):
            # What comes after it in a message, if anything, is not known.
            found.append(SoughtTerm(text=word, is_prefix=True))
    return found


def _whole_word(phrase: Phrase, place: int) -> str:
    """Return a word of a phrase that is a term; empty where it is none, or only begun."""
    is_whole = place < len(phrase.words) - phrase.is_prefix
    return phrase.words[place] if is_whole and not is_unspaced(phrase.words[place]) else ""


def _term(word: str, following: str) -> str:
    return word + following if is_unspaced(word) and is_unspaced(following) else word
