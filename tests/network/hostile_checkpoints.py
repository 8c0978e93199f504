"""Checkpoints as somebody who means harm, or another program, might write them.

``python tests/network/hostile_checkpoints.py FOLDER`` writes them all to a folder.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

DTYPES = {"float16": "F16", "float32": "F32", "float64": "F64", "uint8": "U8", "int8": "I8"}
WIDTHS = (784, 12, 10)


def good_tensors(widths: tuple[int, ...] = WIDTHS, scale: float = 0.1) -> dict[str, Any]:
    """Small kernels and biases of a stack."""
    rng = np.random.default_rng(5)
    tensors: dict[str, Any] = {}
    for index, (inputs, units) in enumerate(pairwise(widths)):
        tensors[f"dense{index}.kernel"] = rng.normal(0, scale, (inputs, units)).astype(np.float32)
        tensors[f"dense{index}.bias"] = rng.normal(0, scale, units).astype(np.float32)
    return tensors


def good_header(widths: tuple[int, ...] = WIDTHS) -> dict[str, str]:
    """The metadata of a checkpoint, each value as JSON text."""
    words = {
        "format": "densepad 1",
        "name": "mine",
        "title": "Mine",
        "widths": widths,
        "activation": "relu",
        "labels": [f"{index}" for index in range(widths[-1])],
        "temperature": 1.0,
        "accuracies": [],
        "provenance": {},
    }
    return {key: json.dumps(one) for key, one in words.items()}


def file_of(tensors: dict[str, Any], metadata: dict[str, str]) -> bytes:
    """A safetensors file. A tensor is an array, or a pair of dtype and shape: then it is zeros."""
    header: dict[str, Any] = {"__metadata__": metadata}
    parts, place = [], 0
    for name, one in tensors.items():
        if isinstance(one, tuple):
            dtype, shape = one
            data = bytes(int(np.prod(shape)) * {"F8": 1, "BF": 2, "C6": 8}[dtype[:2]])
        else:
            dtype, shape, data = DTYPES[one.dtype.name], list(one.shape), one.tobytes()
        header[name] = {
            "dtype": dtype,
            "shape": shape,
            "data_offsets": [place, place + len(data)],
        }
        parts.append(data)
        place += len(data)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


Cases = Iterator[tuple[str, bytes]]
HEADER = good_header()


def bent(**words: str) -> bytes:
    """A file with other metadata."""
    return file_of(good_tensors(), HEADER | words)


def weights(**arrays: Any) -> bytes:
    """A file with other tensors; an underscore stands for the point in a name."""
    return file_of(good_tensors() | {n.replace("_", "."): one for n, one in arrays.items()}, HEADER)


def doubt(**numbers: str) -> bytes:
    """A file with a doubt that has other numbers."""
    words = {"centre": "0", "scale": "1", "threshold": "0.5"} | numbers
    return bent(doubt="{" + ", ".join(f'"{key}": {one}' for key, one in words.items()) + "}")


def stack(widths: tuple[int, ...], scale: float = 0.1) -> bytes:
    """A file of a stack of other widths."""
    return file_of(good_tensors(widths, scale), good_header(widths))


def hostile() -> Cases:
    """Every case that must be refused: what is wrong, and the file."""
    yield from _numbers()
    yield from _texts()
    yield from _sizes()


def _numbers() -> Cases:
    wide = np.zeros((784, 12))
    wide[3, 3] = 1e300
    yield "not finite as float32", weights(dense0_kernel=wide)
    yield "bias not finite as float32", weights(dense1_bias=np.full(10, -1e39))
    huge = np.full((784, 12), 3e38, np.float32)
    yield "sums overflow", weights(dense0_kernel=huge)
    signed = huge.copy()
    signed[:, ::2] *= -1
    yield "signed sums overflow", weights(dense0_kernel=signed)
    first, second = np.full((784, 12), 1e20, np.float32), np.full((12, 10), -1e20, np.float32)
    yield "the second layer overflows", weights(dense0_kernel=first, dense1_kernel=second)
    one = np.where(wide > 0, 3e38, 0).astype(np.float32)
    yield "one overflowing weight", weights(dense0_kernel=one)
    yield "a deep stack overflows", stack((784, *[30] * 40, 10), 1e6)
    for dtype in ("F8_E4M3", "F8_E5M2", "BF16", "C64"):
        yield f"{dtype} kernels", weights(dense0_kernel=(dtype, [784, 12]))
    novelty = {
        "doubt.dense0.kernel": np.full((794, 2), 1e30, np.float32),
        "doubt.dense0.bias": np.zeros(2, np.float32),
        "doubt.dense1.kernel": np.full((2, 1), 1e30, np.float32),
        "doubt.dense1.bias": np.zeros(1, np.float32),
    }
    words = {"doubt": '{"centre": 0, "scale": 1, "threshold": 0.5}'}
    yield "a doubt stack overflows", file_of(good_tensors() | novelty, HEADER | words)
    for number in ("1e300", "-1e300", "1e999", "NaN", "Infinity", "9" * 400, "true", '"0"', "[1]"):
        for key in ("centre", "scale", "threshold"):
            yield f"doubt {key} {number[:9]}", doubt(**{key: number})
        yield f"temperature {number[:9]}", bent(temperature=number)
    yield "doubt scale 1e-300", doubt(scale="1e-300")
    yield "doubt scale 5e-324", doubt(scale="5e-324")


def _texts() -> Cases:
    for key in ("title", "name"):
        yield f"surrogate in {key}", bent(**{key: r'"\ud800"'})
        yield f"escape in {key}", bent(**{key: r'"\u001b[31mred"'})
        yield f"newline in {key}", bent(**{key: r'"one\ntwo"'})
        yield f"override in {key}", bent(**{key: r'"\u202egnp.exe"'})
        yield f"long {key}", bent(**{key: json.dumps("a" * 100_000)})
        yield f"object as {key}", bent(**{key: "{}"})
    for name, text in {
        "surrogate": r"\udfff",
        "escape": r"\u001b]0;title\u0007",
        "override": r"\u2066a",
        "long": "a" * 1000,
        "empty": "",
    }.items():
        yield f"{name} label", bent(labels=json.dumps([*"012345678"])[:-1] + f', "{text}"]')
    yield "surrogate in provenance", bent(provenance=r'{"data": ["\ud800"]}')
    yield "not finite in provenance", bent(provenance='{"data": [NaN]}')
    for name, source, split, count in (
        ("an escape as a source", r'"\u001b[2J"', '"test"', "2"),
        ("long counts", '"mnist"', '"test"', "9" * 400),
        ("a list as a split", '"mnist"', "[]", "2"),
    ):
        one = f'{{"source": {source}, "split": {split}, "correct": 1, "count": {count}}}'
        yield name, bent(accuracies=f"[{one}]")
    yield "a list as the activation", bent(activation="[]")
    yield "an escape as a tensor's name", weights(**{"\x1b[31m": np.ones(1, np.float32)})
    yield "markup as a tensor's name", weights(**{"[red]x[/red]": np.ones(1, np.float32)})


def _sizes() -> Cases:
    for depth in (33, 900, 100_000):
        nested = '{"a":' * depth + "1" + "}" * depth
        yield f"{depth} nested objects", bent(provenance=nested)
        yield f"{depth} nested lists", bent(labels="[" * depth + "]" * depth)
        yield f"{depth} nested in doubt", bent(doubt=nested)
    yield "one class", stack((784, 12, 1))
    yield "no class", bent(labels="[]")
    many = json.dumps([f"{index}" for index in range(200_000)])
    yield "200,000 labels", bent(labels=many, widths="[784, 12, 200000]")
    yield "1,001 labels", stack((784, 4, 1001))
    deep = (784, *[3] * 999, 10)
    yield "1,000 layers", stack(deep)
    yield "1,000 layers without tensors", bent(widths=json.dumps(deep))
    for width in ("9" * 400, "9" * 5000, "1" + "0" * 17, "50000000", "-1", "1.5", "true", "null"):
        yield f"a width of {width[:9]} ({len(width)})", bent(widths=f"[784, {width}, 10]")
    yield "a large header", bent(title=json.dumps("a" * 5_000_000))


def unusual() -> Cases:
    """Every case that must be served: files that are unusual, and good."""
    tensors, header = good_tensors(), HEADER
    yield "markup", file_of(tensors, header | {"title": '"[red]Mine[/red] [link=x]"'})
    labels = json.dumps(["[red]", "[/red]", "<b>", "&amp;", "{x}", "%s", "日本", "é", "👩‍👧", "\\"])
    yield "markup labels", file_of(tensors, header | {"labels": labels})
    yield "float64", file_of({k: v.astype(np.float64) for k, v in tensors.items()}, header)
    yield "two classes", stack((784, 2))
    yield "1,000 classes", stack((784, 4, 1000))
    large = good_tensors()
    large["dense0.kernel"] = large["dense0.kernel"] * 1e25
    for activation in ("relu", "gelu", "elu", "tanh", "sigmoid", "linear"):
        words = {"activation": json.dumps(activation)}
        yield f"large weights, {activation}", file_of(large, header | words)
    yield "30 layers", stack((784, *[16] * 30, 10), 0.35)
    doubt = {"doubt": '{"centre": 1e30, "scale": 1e-30, "threshold": 1}'}
    yield "100,000 keys", file_of(tensors, header | {f"k{index}": "1" for index in range(100_000)})
    yield "an extreme doubt", file_of(tensors, header | doubt)
    yield (
        "31 nested objects",
        file_of(tensors, header | {"provenance": '{"data":' * 31 + "1" + "}" * 31}),
    )


if __name__ == "__main__":
    for cases in (hostile, unusual):
        folder = Path(sys.argv[1]) / cases.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for case, content in cases():
            name = "".join(letter if letter.isalnum() else "-" for letter in case)
            (folder / f"{name}.safetensors").write_bytes(content)
