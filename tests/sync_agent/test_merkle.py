"""Trees of hashes give the published roots, and a proof proves one thing only."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import chain
from sync_agent import merkle

# The vectors of the Certificate Transparency reference: eight leaves and the root of each beginning.
DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [chain.leaf(bytes.fromhex(text)) for text in DATA]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
MANY = [hashlib.sha256(bytes([number])).digest() for number in range(70)]


def test_the_published_roots_come_out() -> None:
    assert [merkle.root(LEAVES[:size]).hex() for size in range(9)] == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_published_audit_paths_come_out(index: int, size: int) -> None:
    assert [step.hex() for step in merkle.inclusion(LEAVES[:size], index)] == INCLUSION[index, size]


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_the_published_consistency_proofs_come_out(old: int, size: int) -> None:
    assert [step.hex() for step in merkle.consistency(LEAVES[:size], old)] == CONSISTENCY[old, size]


def test_every_leaf_of_every_tree_is_proven_and_at_no_other_place() -> None:
    for size in range(1, 34):
        root = merkle.root(MANY[:size])
        for index in range(size):
            path = merkle.inclusion(MANY[:size], index)
            proven = [at for at in range(-1, size + 1) if merkle.includes(MANY[index], at, size, path, root)]
            assert proven == [index]


def test_every_beginning_of_every_tree_is_proven_and_no_other_is() -> None:
    roots = [merkle.root(MANY[:size]) for size in range(34)]
    for size in range(1, 34):
        for old in range(size + 1):
            path = merkle.consistency(MANY[:size], old)
            proven = [
                n for n, root in enumerate(roots) if merkle.is_consistent(old, root, size, roots[size], path)
            ]
            assert proven == [old]


@given(st.integers(1, 70), st.data())
def test_no_bit_of_an_audit_path_may_change(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(MANY[:size], index)
    root = merkle.root(MANY[:size])
    # One step more or less proves as little as a changed one.
    wrong = [path[:-1], [*path, MANY[0]], path[1:]] if path else [[MANY[0]]]
    for step in range(len(path)):
        bit = data.draw(st.integers(0, 255))
        changed = bytearray(path[step])
        changed[bit // 8] ^= 1 << bit % 8
        wrong.append([*path[:step], bytes(changed), *path[step + 1 :]])
    assert not any(merkle.includes(MANY[index], index, size, each, root) for each in wrong)


@given(st.integers(2, 70), st.data())
def test_no_step_of_a_consistency_proof_may_be_missing_or_change(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    path = merkle.consistency(MANY[:size], old)
    olds, news = merkle.root(MANY[:old]), merkle.root(MANY[:size])
    wrong = [path[:-1], path[1:], [*path, MANY[0]]]
    wrong += [[*path[:step], MANY[69 - step], *path[step + 1 :]] for step in range(len(path))]
    # A tree of nearly one size may need just the leaf that was put in.
    assert not any(merkle.is_consistent(old, olds, size, news, each) for each in wrong if each != path)


def test_a_root_grows_leaf_by_leaf_as_if_made_at_once() -> None:
    growing = merkle.Root()
    for size, (_, leaf) in enumerate(pairwise([b"", *MANY]), 1):
        growing.add(leaf)
        assert (growing.size, growing.digest()) == (size, merkle.root(MANY[:size]))


def test_a_leaf_that_is_not_there_has_no_path() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion(LEAVES, 8)
    with pytest.raises(IndexError):
        merkle.consistency(LEAVES, 9)
    assert not merkle.includes(LEAVES[0], 0, 0, [], merkle.EMPTY)
    assert not merkle.is_consistent(9, merkle.root(LEAVES), 8, merkle.root(LEAVES), [])
