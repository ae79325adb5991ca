"""Cases of operators that choose, repeat or convert elements."""

import numpy as np

from cases import activation, constant, every_int8, operator, options, output, scale
from model import Case, Tensor


def integers(kind, shape, values, is_constant=False):
    return Tensor(kind, shape, values, constant=is_constant)


def like(x, shape):
    """An output with the type and scale of `x`."""
    return Tensor(x.type, tuple(shape), None, x.scales, x.zero_points)


@operator
def fill(rng):
    for kind, value in (("float32", 2.5), ("int8", -7), ("int32", 12345)):
        yield Case(kind, "FILL", [constant("int32", [2, 3]), integers(kind, (), value)], [Tensor(kind, (2, 3))], {},
                   options("FillOptions"))


@operator
def broadcast_to(rng):
    for kind, shape, target in (("float32", (3, 1), (2, 3, 4)), ("int8", (2, 1, 3), (2, 5, 3)), ("int8", (1,), (4, 2))):
        x = activation(rng, kind, shape)
        yield Case(f"{kind}, {len(shape)} dimensions", "BROADCAST_TO", [x, constant("int32", target)], [like(x, target)],
                   {}, options("BroadcastToOptions"))


@operator
def tile(rng):
    for kind, shape, times in (("float32", (2, 3), (2, 3)), ("int8", (2, 1, 3), (1, 4, 2)), ("int64", (3,), (3,))):
        x = activation(rng, kind, shape) if kind != "int64" else integers(kind, shape, [1, -2, 1 << 40])
        yield Case(kind, "TILE", [x, constant("int32", times)], [like(x, np.multiply(shape, times).tolist())], {},
                   options("TileOptions"), litert=True)


@operator
def reverse_v2(rng):
    for kind, shape, axes in (("float32", (2, 3, 2), [0]), ("int8", (2, 3, 4), [1]), ("int32", (5,), [0])):
        x = integers(kind, shape, rng.integers(-99, 99, shape)) if kind == "int32" else activation(rng, kind, shape)
        yield Case(kind, "REVERSE_V2", [x, constant("int32", axes)], [like(x, shape)], {}, options("ReverseV2Options"),
                   litert=True)


@operator
def zeros_like(rng):
    for kind in ("float32", "int8"):
        x = activation(rng, kind, (2, 3))
        yield Case(kind, "ZEROS_LIKE", [x], [like(x, (2, 3))], {}, options("ZerosLikeOptions"))
    x = integers("int64", (4,), [1, 2, 3, 4])
    yield Case("int64", "ZEROS_LIKE", [x], [Tensor("int64", (4,))], {}, options("ZerosLikeOptions"))


@operator
def padv2(rng):
    for kind, value in (("float32", -1.5), ("int8", 11)):
        x = activation(rng, kind, (2, 1, 3))
        paddings = [[0, 1], [2, 0], [1, 3]]
        v = Tensor(kind, (1,), [value], x.scales, x.zero_points, constant=True)
        yield Case(kind, "PADV2", [x, constant("int32", paddings), v], [like(x, (3, 3, 7))], {}, options("PadV2Options"))


@operator
def mirror_pad(rng):
    for kind in ("float32", "int8"):
        for mode, name in enumerate(("REFLECT", "SYMMETRIC")):
            x = activation(rng, kind, (3, 1, 4))
            paddings = [[2, 1], [0, 0], [3, 2]]
            yield Case(f"{kind}, {name}", "MIRROR_PAD", [x, constant("int32", paddings)], [like(x, (6, 1, 9))],
                       {"mode": name}, options("MirrorPadOptions", mode=mode))


@operator
def gather_nd(rng):
    for kind in ("float32", "int8"):
        x = activation(rng, kind, (3, 2, 4))
        yield Case(f"{kind}, elements", "GATHER_ND", [x, integers("int32", (2, 3), [[0, 1, 3], [2, 0, 0]])],
                   [like(x, (2,))], {}, options("GatherNdOptions"))
        yield Case(f"{kind}, rows", "GATHER_ND", [x, integers("int32", (2, 1, 2), [[[1, 1]], [[2, 0]]])],
                   [like(x, (2, 1, 4))], {}, options("GatherNdOptions"))
    x = activation(rng, "int8", (3, 4))
    yield Case("int64 indices", "GATHER_ND", [x, integers("int64", (3, 1), [[2], [0], [2]])], [like(x, (3, 4))], {},
               options("GatherNdOptions"), litert=True)


@operator
def embedding_lookup(rng):
    rows = integers("int32", (4,), [2, 0, 2, 1])
    for kind in ("float32", "int8"):
        table = activation(rng, kind, (3, 2, 2))
        table.constant = True
        yield Case(kind, "EMBEDDING_LOOKUP", [rows, table], [like(table, (4, 2, 2))])
    table = Tensor("int8", (3, 5), rng.integers(-127, 128, (3, 5)), (scale(0.013),), (0,), constant=True)
    yield Case("int8 to float", "EMBEDDING_LOOKUP", [rows, table], [Tensor("float32", (4, 5))])
    table = Tensor("int8", (3, 5), table.values, (scale(0.013), scale(0.5), scale(0.07)), (0, 0, 0), 0, constant=True)
    yield Case("int8 to float, a scale for each row", "EMBEDDING_LOOKUP", [rows, table], [Tensor("float32", (4, 5))],
               litert=True)


@operator
def one_hot(rng):
    for axis, shape in ((-1, (2, 3, 4)), (0, (4, 2, 3)), (1, (2, 4, 3))):
        on, off = integers("float32", (), 2.5, True), integers("float32", (), -1.0, True)
        indices = integers("int32", (2, 3), [[0, 3, 1], [4, -1, 2]])
        yield Case(f"axis {axis}", "ONE_HOT", [indices, constant("int32", 4), on, off], [Tensor("float32", shape)],
                   {"axis": axis}, options("OneHotOptions", axis=axis), litert=True)
    on, off = integers("int8", (), 1, True), integers("int8", (), 0, True)
    yield Case("int64 indices", "ONE_HOT", [integers("int64", (3,), [2, 0, 7]), constant("int32", 3), on, off],
               [Tensor("int8", (3, 3))], {"axis": -1}, options("OneHotOptions", axis=-1), litert=True)


def blocks(rng, op, table, cases):
    for kind, shape, block, edges, out, extra in cases:
        x = activation(rng, kind, shape)
        inputs = [x, constant("int32", block), constant("int32", edges)]
        yield Case(f"{kind}, {len(shape)} dimensions, {shape[0]} batches", op, inputs, [like(x, out)], {},
                   options(table), **extra)


@operator
def space_to_batch_nd(rng):
    return blocks(rng, "SPACE_TO_BATCH_ND", "SpaceToBatchNDOptions", [
        ("float32", (1, 4, 6, 2), [2, 3], [[0, 0], [0, 0]], (6, 2, 2, 2), {}),
        ("float32", (2, 3, 4, 1), [2, 2], [[1, 0], [1, 1]], (8, 2, 3, 1), {}),
        ("int8", (1, 5, 3), [3], [[1, 0]], (3, 2, 3), {"litert": True}),
        ("int8", (2, 2, 2, 3), [2, 1], [[1, 1], [0, 1]], (4, 2, 3, 3), {"litert": True}),
    ])


@operator
def batch_to_space_nd(rng):
    return blocks(rng, "BATCH_TO_SPACE_ND", "BatchToSpaceNDOptions", [
        ("float32", (6, 2, 2, 2), [2, 3], [[0, 0], [0, 0]], (1, 4, 6, 2), {}),
        ("float32", (8, 2, 3, 1), [2, 2], [[1, 0], [1, 1]], (2, 3, 4, 1), {}),
        ("int8", (3, 2, 3), [3], [[1, 0]], (1, 5, 3), {"litert": True}),
        ("int8", (4, 2, 3, 3), [2, 1], [[1, 1], [0, 1]], (2, 2, 2, 3), {}),
    ])


@operator
def cast(rng):
    floats = np.array([0.0, 1.0, -1.0, 2.7, -2.7, 100.5, -100.5, 0.4], np.float32)
    values = {"float32": floats, "bool": [True, False, True, True, False, True, False, False]}
    whole = [0, 1, -1, 2, 127, -128, 100, -7]
    for source, target, extra in (("float32", "int8", {}), ("float32", "int16", {}), ("float32", "int32", {}),
                                  ("int8", "float32", {}), ("int16", "int8", {}), ("int32", "int16", {}),
                                  ("int8", "int32", {}), ("bool", "float32", {}), ("bool", "int8", {}),
                                  ("float32", "bool", {"litert": True}), ("int32", "bool", {"litert": True}),
                                  ("int64", "float32", {"litert": True}), ("uint8", "int32", {"litert": True}),
                                  ("int32", "int64", {"litert": True}), ("float32", "int64", {"litert": True})):
        given = values.get(source, [abs(v) for v in whole] if source == "uint8" else whole)
        numbers = {"float32": 0, "int32": 2, "uint8": 3, "int64": 4, "bool": 6, "int16": 7, "int8": 9}
        yield Case(f"{source} to {target}", "CAST", [Tensor(source, (8,), given)], [Tensor(target, (8,))], {},
                   options("CastOptions", inDataType=numbers[source], outDataType=numbers[target]), **extra)


@operator
def select_v2(rng):
    def case(name, kind, shapes, out, **more):
        x = activation(rng, kind, shapes[1]) if kind != "int64" else integers(kind, shapes[1], [1, 2, 3])
        y = Tensor(kind, shapes[2], rng.integers(-9, 9, shapes[2]), x.scales, x.zero_points)
        condition = Tensor("bool", shapes[0], rng.integers(0, 2, shapes[0]).astype(bool))
        return Case(name, "SELECT_V2", [condition, x, y], [like(x, out)], {}, options("SelectV2Options"), **more)

    for kind in ("float32", "int8", "int16"):
        yield case(f"{kind}", kind, [(2, 5)] * 3, (2, 5))
        yield case(f"{kind}, broadcast", kind, [(3, 1), (2, 1, 4), (1, 3, 4)], (2, 3, 4))
    yield case("int64", "int64", [(4, 1), (3,), (1,)], (4, 3), litert=True)
