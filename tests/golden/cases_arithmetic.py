"""Cases of reductions, comparisons, and functions of one or two operands."""

import numpy as np

from cases import activation, constant, every_int8, operator, options, output, scale, zero_point
from model import Case, Tensor


def reduction(rng, op, kinds, out_of=None, **more):
    """Reductions over some dimensions; `kinds` is pairs of a type and whether LiteRT must compute it."""
    for kind, litert in kinds:
        for name, shape, axes, keep in (("image", (2, 3, 5, 4), [1, 2], False), ("kept", (1, 4, 3), [0, 1], True),
                                        ("innermost", (3, 7), [-1], False), ("apart", (2, 3, 2, 3), [0, 2], False)):
            if kind in ("float32", "int8", "uint8", "int16"):
                x = activation(rng, kind, shape)
            elif kind == "bool":
                x = Tensor(kind, shape, rng.integers(0, 4, shape) != 0)
            else:
                x = Tensor(kind, shape, rng.integers(-3, 4, shape))
            axis = [a % len(shape) for a in axes]
            out = tuple(1 if i in axis else n for i, n in enumerate(shape) if keep or i not in axis)
            y = out_of(x, out) if out_of else Tensor(kind, out, None, x.scales, x.zero_points)
            yield Case(f"{kind}, {name}", op, [x, constant("int32", axes)], [y], {"keep_dims": keep},
                       options("ReducerOptions", keepDims=keep), litert=litert)


@operator
def reduce_max(rng):
    kinds = [("float32", False), ("int8", False), ("uint8", True), ("int16", True), ("int32", True), ("int64", True)]
    return reduction(rng, "REDUCE_MAX", kinds)


@operator
def reduce_min(rng):
    kinds = [("float32", False), ("int8", False), ("uint8", True), ("int16", True), ("int32", True), ("int64", True)]
    return reduction(rng, "REDUCE_MIN", kinds)


@operator
def reduce_any(rng):
    return reduction(rng, "REDUCE_ANY", [("bool", True)])


@operator
def reduce_all(rng):
    return reduction(rng, "REDUCE_ALL", [("bool", True)])


@operator
def reduce_prod(rng):
    def narrow(x, out):
        return Tensor(x.type, out, None, (scale(x.scales[0] * 1.5),), x.zero_points) if x.scales else Tensor(x.type, out)

    kinds = [("float32", True), ("int32", True), ("int64", True), ("int8", True), ("int16", True)]
    return reduction(rng, "REDUCE_PROD", kinds, narrow)


def comparison(rng, op, table, relation):
    for kind, litert in (("float32", False), ("int32", False), ("int64", False), ("int8", False), ("uint8", True)):
        for name, shape_a, shape_b in (("same shape", (4, 6), (4, 6)), ("broadcast", (2, 1, 4), (3, 1))):
            if kind in ("int8", "uint8"):
                a = activation(rng, kind, shape_a, 4.0, 0.4)
                b = activation(rng, kind, shape_b, 4.0, 0.45)
            else:
                a, b = (Tensor(kind, s, rng.integers(-2, 3, s)) for s in (shape_a, shape_b))
            yield Case(f"{kind}, {name}", op, [a, b], [Tensor("bool", np.broadcast_shapes(shape_a, shape_b))], {},
                       options(table), litert=litert)
    if relation:
        a, b = (Tensor("bool", (8,), rng.integers(0, 2, 8).astype(bool)) for _ in range(2))
        yield Case("bool", op, [a, b], [Tensor("bool", (8,))], {}, options(table))


@operator
def equal(rng):
    return comparison(rng, "EQUAL", "EqualOptions", True)


@operator
def not_equal(rng):
    return comparison(rng, "NOT_EQUAL", "NotEqualOptions", True)


@operator
def less(rng):
    return comparison(rng, "LESS", "LessOptions", False)


@operator
def less_equal(rng):
    return comparison(rng, "LESS_EQUAL", "LessEqualOptions", False)


@operator
def greater(rng):
    return comparison(rng, "GREATER", "GreaterOptions", False)


@operator
def greater_equal(rng):
    return comparison(rng, "GREATER_EQUAL", "GreaterEqualOptions", False)


def logical(rng, op, table):
    for name, shape_a, shape_b in (("same shape", (4, 5), (4, 5)), ("broadcast", (3, 1), (4,))):
        a, b = (Tensor("bool", s, rng.integers(0, 2, s).astype(bool)) for s in (shape_a, shape_b))
        yield Case(name, op, [a, b], [Tensor("bool", np.broadcast_shapes(shape_a, shape_b))], {}, options(table),
                   litert=shape_a != shape_b)


@operator
def logical_and(rng):
    return logical(rng, "LOGICAL_AND", "LogicalAndOptions")


@operator
def logical_or(rng):
    return logical(rng, "LOGICAL_OR", "LogicalOrOptions")


@operator
def logical_not(rng):
    x = Tensor("bool", (6,), [True, False, False, True, True, False])
    yield Case("bool", "LOGICAL_NOT", [x], [Tensor("bool", (6,))], {}, options("LogicalNotOptions"))


@operator
def pow(rng):
    a = Tensor("float32", (2, 3), rng.uniform(0.1, 3, (2, 3)).astype(np.float32))
    b = Tensor("float32", (3,), np.array([2.0, -0.5, 1.7], np.float32))
    yield Case("float", "POW", [a, b], [Tensor("float32", (2, 3))], {}, options("PowOptions"), litert=True)
    a = Tensor("int32", (2, 4), [2, -3, 5, 0, 7, -1, 10, 1])
    b = Tensor("int32", (2, 4), [10, 3, 0, 0, 2, 5, 4, 9])
    yield Case("int32", "POW", [a, b], [Tensor("int32", (2, 4))], {}, options("PowOptions"), litert=True)


@operator
def cumsum(rng):
    for kind, litert in (("float32", False), ("int8", False), ("int32", True), ("int64", True)):
        for axis, exclusive, reverse in ((1, False, False), (-1, True, False), (0, False, True), (1, True, True)):
            shape = (2, 3, 4)
            x = activation(rng, kind, shape) if not litert else Tensor(kind, shape, rng.integers(-99, 99, shape))
            y = output(kind, shape, 9.0) if not litert else Tensor(kind, shape)
            axes = Tensor("int32", (), axis, constant=True)
            yield Case(f"{kind}, axis {axis}, exclusive {exclusive}, reverse {reverse}", "CUMSUM", [x, axes], [y],
                       {"exclusive": exclusive, "reverse": reverse},
                       options("CumsumOptions", exclusive=exclusive, reverse=reverse), litert=litert)


@operator
def log_softmax(rng):
    x = activation(rng, "float32", (2, 7), low=-5, high=5)
    yield Case("float", "LOG_SOFTMAX", [x], [output("float32", (2, 7))], {}, options("LogSoftmaxOptions"))
    for shape, span in (((3, 10), 4.0), ((2, 3, 6), 20.0), ((4, 1), 1.0), ((2, 500), 0.5), ((3, 16), 300.0)):
        x = activation(rng, "int8", shape, span)
        y = Tensor("int8", shape, None, (scale(16 / 256),), (127,))
        yield Case(f"int8, span {span}", "LOG_SOFTMAX", [x], [y], {}, options("LogSoftmaxOptions"))


@operator
def l2_normalization(rng):
    fields = {"activation": "NONE"}
    x = activation(rng, "float32", (2, 3, 5))
    yield Case("float", "L2_NORMALIZATION", [x], [output("float32", (2, 3, 5))], fields, options("L2NormOptions"))
    for shape in ((3, 4), (1, 2, 70), (5, 1), (2, 900)):
        x = activation(rng, "int8", shape, 4.0, 0.5)
        y = Tensor("int8", shape, None, (scale(1 / 128),), (0,))
        yield Case(f"int8, {shape[-1]} values", "L2_NORMALIZATION", [x], [y], fields, options("L2NormOptions"))
    small = Tensor("int8", (4, 2), [[3, 3], [4, 3], [3, 5], [2, 1]], (scale(0.1),), (3,))
    y = Tensor("int8", (4, 2), None, (scale(1 / 128),), (0,))
    yield Case("int8, small norms", "L2_NORMALIZATION", [small], [y], fields, options("L2NormOptions"))
    x = activation(rng, "uint8", (3, 6), 4.0, 0.5)
    y = Tensor("uint8", (3, 6), None, (scale(1 / 128),), (128,))
    yield Case("uint8", "L2_NORMALIZATION", [x], [y], fields, options("L2NormOptions"), litert=True)


@operator
def l2_pool_2d(rng):
    for name, padding, act, shape, size in (("valid", "VALID", "NONE", (1, 4, 6, 2), (2, 2)),
                                            ("same, relu6", "SAME", "RELU6", (2, 5, 4, 2), (3, 4))):
        x = activation(rng, "float32", shape)
        window, stride = ((2, 3), (2, 3)) if padding == "VALID" else ((3, 2), (2, 1))
        fields = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1], "filter_h": window[0],
                  "filter_w": window[1], "activation": act}
        wire = options("Pool2DOptions", padding=["SAME", "VALID"].index(padding), strideH=stride[0], strideW=stride[1],
                       filterHeight=window[0], filterWidth=window[1], fusedActivationFunction=3 if act == "RELU6" else 0)
        yield Case(name, "L2_POOL_2D", [x], [Tensor("float32", (shape[0], *size, shape[3]))], fields, wire)
