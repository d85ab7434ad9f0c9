"""Finds, among token lists, those that share enough tokens to be alike: an exact prefix filter, built as rows come.

After Chaudhuri et al. 2006 and Xiao et al. 2008 (PPJoin): two sets that share at least k elements share one within
the first m - k + 1 and n - k + 1 elements, m and n being their sizes, when both are sorted alike. Sorted by rarity,
these prefixes hit few rows. A token list is made a set by counting: the second "the" is another element.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

_REBUILD_FROM = 512


class PrefixIndex:
    """Lists of elements, each set under a number, searched for those with enough in common.

    Rarity is known only as rows come in, and the order must be one for all: it is fixed anew, and the index built
    again, each time the number of rows has doubled. The order decides how long a search takes, never what it finds.
    """

    def __init__(self, least_common: Callable[[int, int], int]) -> None:
        """Take the function (size, size) -> number of elements two lists must share.

        It must not fall as either size grows, and be at most n for (n, n).
        """
        self._least_common = least_common
        self._numbers: dict[str | tuple[str, int], int] = {}
        self._frequency = array("Q")
        self._ranks = array("q")
        self._rows: list[array[int]] = []
        # element -> size of the row -> position in the sorted row -> numbers of rows
        self._postings: dict[int, dict[int, dict[int, list[int]]]] = {}
        self._next_rebuild = _REBUILD_FROM
        self._limits: dict[int, tuple[int, dict[int, int]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def elements(self, tokens: Sequence[str]) -> array[int]:
        """Number the tokens of a new row, the k-th occurrence of a token apart from the others, rarest first."""
        seen: dict[str, int] = {}
        numbers = array("L")
        for token in tokens:
            count = seen.get(token, 0)
            seen[token] = count + 1
            key = (token, count) if count else token
            number = self._numbers.setdefault(key, len(self._ranks))
            if number == len(self._ranks):
                self._ranks.append(-number)  # not seen before: rarer than all others
                self._frequency.append(0)
            self._frequency[number] += 1
            numbers.append(number)
        return self._sorted(numbers)

    def number(self, token: str) -> int:
        """The number of a token that `elements` has seen."""
        return self._numbers[token]

    def candidates(self, elements: Sequence[int]) -> set[int]:
        """The rows that may share enough elements with this one; none that does is missing."""
        size = len(elements)
        longest, least = self._limits_of(size)
        found: list[int] = []
        for position in range(longest):
            by_size = self._postings.get(elements[position])
            if by_size is None:
                continue
            for other_size, by_position in by_size.items():
                shared = least.get(other_size)
                if shared is None:
                    shared = least[other_size] = self._shared(size, other_size)
                if not shared or position > size - shared:
                    continue
                last = other_size - shared
                for other_position, rows in by_position.items():
                    if other_position <= last:
                        found.extend(rows)
        return set(found)

    def add(self, elements: array[int]) -> int:
        """Put a row into the index and return its number: 0, 1, 2 ..."""
        row = len(self._rows)
        self._rows.append(elements)
        self._post(row, elements)
        if len(self._rows) >= self._next_rebuild:
            self._rebuild()
        return row

    def remove_last(self) -> None:
        """Take the row added last out again."""
        row = len(self._rows) - 1
        elements = self._rows.pop()
        for position in range(self._limits_of(len(elements))[0]):
            self._postings[elements[position]][len(elements)][position].remove(row)

    def _post(self, row: int, elements: Sequence[int]) -> None:
        size = len(elements)
        for position in range(self._limits_of(size)[0]):
            by_size = self._postings.setdefault(elements[position], {})
            by_size.setdefault(size, {}).setdefault(position, []).append(row)

    def _sorted(self, numbers: Sequence[int]) -> array[int]:
        ranks = self._ranks
        return array("L", sorted(numbers, key=lambda number: (ranks[number], number)))

    def _rebuild(self) -> None:
        self._next_rebuild = 2 * len(self._rows)
        self._ranks = array("q", self._frequency)
        self._postings = {}
        for row, elements in enumerate(self._rows):
            self._rows[row] = self._sorted(elements)
            self._post(row, self._rows[row])

    def _limits_of(self, size: int) -> tuple[int, dict[int, int]]:
        """Longest prefix a row of this size can need, and size of another row -> elements the two must share.

        The second fills as sizes are met; 0 stands for sizes that cannot share enough.
        """
        limits = self._limits.get(size)
        if limits is None:
            smallest = size
            while smallest > 1 and self._least_common(size, smallest - 1) < smallest:
                smallest -= 1
            limits = self._limits[size] = (size - self._least_common(size, smallest) + 1, {})
        return limits

    def _shared(self, size: int, other: int) -> int:
        shared = self._least_common(size, other)
        return shared if shared <= min(size, other) else 0
