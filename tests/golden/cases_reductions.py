"""Cases of operators that reduce dimensions."""

import numpy as np

from cases import activation, constant, operator, options, output
from model import Case, Tensor


def reduced(shape, axes, keep):
    axes = [a % len(shape) for a in axes]
    return tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)


def case(rng, op, kind, shape, axes, keep, span=None, **more):
    x = activation(rng, kind, shape)
    out = reduced(shape, axes, keep)
    y = output(kind, out, span) if span else Tensor(kind, out, None, x.scales, x.zero_points)
    return Case(f"{kind}, {shape} over {axes}", op, [x, constant("int32", axes)], [y], {"keep_dims": keep},
                options("ReducerOptions", keepDims=keep), **more)


LAYOUTS = (((2, 3, 5, 4), [1, 2], True), ((3, 7), [-1], False), ((2, 3, 2, 5), [0, 2], False))


@operator
def sum_(rng):
    for layout in LAYOUTS:
        yield case(rng, "SUM", "float32", *layout)
        yield case(rng, "SUM", "int8", *layout, span=20.0)
        yield case(rng, "SUM", "int16", *layout, span=20.0)
    for layout in LAYOUTS:
        litert = case(rng, "SUM", "int8", *layout, span=20.0, litert=True, optimized=True)
        litert.name += ", litert"
        yield litert


def arg_case(rng, op, table, kind, axis):
    x = activation(rng, kind, (3, 4, 5))
    if kind == "int8":
        x.values = x.values // 64  # many are equal
    y = Tensor("int32", reduced(x.shape, [axis], False))
    return Case(f"{kind}, axis {axis}", op, [x, constant("int32", axis)], [y], {"output_type": "INT32"},
                options(table, outputType=2))


@operator
def arg_max(rng):
    for kind in ("float32", "int8"):
        for axis in (0, 1, -1):
            yield arg_case(rng, "ARG_MAX", "ArgMaxOptions", kind, axis)


@operator
def arg_min(rng):
    for kind in ("float32", "int8"):
        for axis in (0, 1, -1):
            yield arg_case(rng, "ARG_MIN", "ArgMinOptions", kind, axis)
