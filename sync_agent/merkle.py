"""Published: trees of hashes as RFC 6962 and RFC 9162 describe them, with their proofs."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final

EMPTY: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""


class Root:
    """The root of leaves given one by one, in memory that grows with the logarithm of their number."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        # The complete subtrees so far, the largest first: one for each bit set in `size`.
        self._peaks: list[bytes] = []
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        node, height = leaf, self.size
        while height & 1:
            node = _node(self._peaks.pop(), node)
            height >>= 1
        self._peaks.append(node)
        self.size += 1

    def digest(self) -> bytes:
        """Return the root of everything added so far."""
        if not self._peaks:
            return EMPTY
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = _node(peak, node)
        return node


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over the hashes of leaves, in their order (RFC 9162, 2.1.1)."""
    return Root(leaves).digest()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of the leaf at `index`, from the leaf upwards (RFC 9162, 2.1.3.1).

    Raises IndexError for a leaf that is not there.
    """
    if not 0 <= index < len(leaves):
        msg = f"there is no leaf {index} among {len(leaves)}"
        raise IndexError(msg)
    path: list[bytes] = []
    first, end = 0, len(leaves)
    while end - first > 1:
        split = first + _largest_power_below(end - first)
        if index < split:
            path.append(root(leaves[split:end]))
            end = split
        else:
            path.append(root(leaves[first:split]))
            first = split
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], of_root: bytes) -> bool:
    """Tell whether `path` proves `leaf` at `index` in the tree of that size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, place, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(sibling, node)
            # A node without a right neighbour rises unhashed until it has a left one.
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and hmac.compare_digest(node, of_root)


def consistency(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Return the proof that the first `size` leaves are still the first ones (RFC 9162, 2.1.4.1).

    Raises IndexError for more leaves than there are.
    """
    if not 0 <= size <= len(leaves):
        msg = f"{len(leaves)} leaves never were {size}"
        raise IndexError(msg)
    path: list[bytes] = []
    first, end, is_whole = 0, len(leaves), True
    # Of an empty tree and of the whole one there is nothing to prove.
    while 0 < size < len(leaves):
        if size == end - first:
            if not is_whole:
                path.append(root(leaves[first:end]))
            break
        split = _largest_power_below(end - first)
        if size <= split:
            path.append(root(leaves[first + split : end]))
            end = first + split
        else:
            path.append(root(leaves[first : first + split]))
            first, size, is_whole = first + split, size - split, False
    return path[::-1]


def is_consistent(old_size: int, old_root: bytes, size: int, of_root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether `path` proves that the newer tree begins with the older one (RFC 9162, 2.1.4.2).

    Every tree begins with the empty one, and with itself.
    """
    if not 0 <= old_size <= size:
        return False
    if old_size in {0, size}:
        expected = EMPTY if old_size == 0 else of_root
        return not path and hmac.compare_digest(old_root, expected)
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    # A complete older tree is a node of the newer one, and is not said again.
    steps = [old_root, *path] if place == 0 else list(path)
    if not steps:
        return False
    old_node = node = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_node, node = _node(sibling, old_node), _node(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and hmac.compare_digest(old_node, old_root) and hmac.compare_digest(node, of_root)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _largest_power_below(size: int) -> int:
    """Return the largest power of two smaller than `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
