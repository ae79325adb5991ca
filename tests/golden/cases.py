"""The cases of operators.py: one function an operator's folder. Values are random with a fixed seed; scales are chosen so
that outputs cover their range and some saturate."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from model import Case, Tensor

RANGES = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}
ACTIVATIONS = {"NONE": 0, "RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}
PADDINGS = {"SAME": 0, "VALID": 1}
OPERATORS = {}


def operator(make):
    """Registers a generator of an operator's cases under its name, which is its folder's."""
    OPERATORS[make.__name__.rstrip("_")] = lambda: list(make(np.random.default_rng(7)))
    return make


def scale(value):
    return float(np.float32(value))


def options(table, **fields):
    result = getattr(schema, table + "T")()
    for name, value in fields.items():
        assert hasattr(result, name), name
        setattr(result, name, value)
    return result


def zero_point(kind, fraction):
    """The zero point that puts `fraction` of the range below zero."""
    if kind == "int16":
        return 0
    low, high = RANGES[kind]
    return round(low + fraction * (high - low))


def activation(rng, kind, shape, span=4.0, below=0.4, low=-1.0, high=1.0):
    """An input: random floats in [low, high], or all integers of a type, whose scale covers `span`."""
    if kind == "float32":
        return Tensor(kind, shape, rng.uniform(low, high, shape).astype(np.float32))
    least, most = RANGES[kind]
    values = rng.integers(least, most + 1, shape)
    return Tensor(kind, shape, values, (scale(span / (most - least)),), (zero_point(kind, below),))


def output(kind, shape, span=4.0, below=0.4):
    if kind == "float32":
        return Tensor(kind, shape)
    least, most = RANGES[kind]
    return Tensor(kind, shape, None, (scale(span / (most - least)),), (zero_point(kind, below),))


def constant(kind, values):
    values = np.asarray(values)
    return Tensor(kind, values.shape, values, constant=True)


def weights(rng, input, shape, axis=None):
    """Float, int8 (symmetric; per channel of `axis` if given) or uint8 weights, as the input's type asks."""
    if input.type == "float32":
        return Tensor("float32", shape, rng.uniform(-1, 1, shape).astype(np.float32), constant=True)
    if input.type == "uint8":
        return Tensor("uint8", shape, rng.integers(0, 256, shape), (scale(0.011),), (131,), constant=True)
    count = 1 if axis is None else shape[axis]
    scales = tuple(scale(s) for s in rng.uniform(0.004, 0.012, count))
    return Tensor("int8", shape, rng.integers(-127, 128, shape), scales, (0,) * count, axis or 0, constant=True)


def bias(rng, input, filter, channels, kind=None):
    if input.type == "float32":
        return Tensor("float32", (channels,), rng.uniform(-1, 1, channels).astype(np.float32), constant=True)
    kind = kind or ("int64" if input.type == "int16" else "int32")
    scales = tuple(scale(np.float32(input.scales[0]) * np.float32(s)) for s in filter.scales)
    values = [round(v / scales[i % len(scales)]) for i, v in enumerate(rng.uniform(-1, 1, channels))]
    return Tensor(kind, (channels,), values, scales, (0,) * len(scales), constant=True)


def without_scale(case, channel):
    """The converter's int16x8 weights: a channel whose weights are all zero has the scale 0, and so has its bias."""
    w, b = case.inputs[1:3]
    w.values = np.where(np.arange(w.shape[0]).reshape(-1, *[1] * (len(w.shape) - 1)) == channel, 0, w.values)
    for tensor in (w, b):
        tensor.scales = tuple(0.0 if i == channel else s for i, s in enumerate(tensor.scales))
    return case


@operator
def fully_connected(rng):
    def case(name, kind, shape, units, out_shape, act="NONE", per_channel=False, with_bias=True, bias_kind=None, **more):
        x = activation(rng, kind, shape)
        w = weights(rng, x, (units, shape[-1]), 0 if per_channel else None)
        b = bias(rng, x, w, units, bias_kind) if with_bias else None
        keep = len(out_shape) > 2
        return Case(
            name, "FULLY_CONNECTED", [x, w, b], [output(kind, out_shape, 6.0)],
            {"activation": act, "keep_num_dims": keep},
            options("FullyConnectedOptions", fusedActivationFunction=ACTIVATIONS[act], keepNumDims=keep), **more)

    yield case("float", "float32", (2, 5), 3, (2, 3))
    yield case("float, relu6, three dimensions", "float32", (1, 2, 7), 4, (1, 2, 4), "RELU6")
    yield case("int8", "int8", (2, 9), 5, (2, 5))
    yield case("int8, per channel, relu", "int8", (2, 16), 6, (2, 6), "RELU", per_channel=True)
    yield case("int8, no bias", "int8", (1, 8), 4, (1, 4), with_bias=False)
    yield case("int8, relu6, three dimensions", "int8", (1, 3, 8), 4, (1, 3, 4), "RELU6")
    yield case("int16", "int16", (2, 12), 5, (2, 5))
    yield case("int16, per channel, relu", "int16", (2, 12), 5, (2, 5), "RELU", per_channel=True)
    yield case("int16, 32-bit bias", "int16", (2, 12), 5, (2, 5), bias_kind="int32")
    yield case("uint8", "uint8", (2, 9), 5, (2, 5), litert=True)
    yield without_scale(case("int16, a channel without a scale", "int16", (2, 12), 5, (2, 5), per_channel=True), 2)


def window_cases(rng, op, folder):
    def case(name, kind, shape, window, stride, padding, act="NONE", **more):
        x = activation(rng, kind, shape, 14.0 if act == "RELU6" else 4.0)
        size = [-(-n // s) if padding == "SAME" else (n - w) // s + 1 for n, w, s in zip(shape[1:3], window, stride)]
        y = Tensor(kind, (shape[0], *size, shape[3]), None, x.scales, x.zero_points)
        fields = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1], "filter_h": window[0],
                  "filter_w": window[1], "activation": act}
        table = options("Pool2DOptions", padding=PADDINGS[padding], strideH=stride[0], strideW=stride[1],
                        filterHeight=window[0], filterWidth=window[1], fusedActivationFunction=ACTIVATIONS[act])
        return Case(name, op, [x], [y], fields, table, **more)

    yield case("float, valid", "float32", (1, 4, 6, 2), (2, 2), (2, 2), "VALID")
    yield case("float, same, relu", "float32", (1, 5, 4, 2), (3, 2), (2, 1), "SAME", "RELU")
    yield case("int8, valid", "int8", (1, 6, 6, 3), (2, 3), (2, 2), "VALID")
    yield case("int8, same, two images", "int8", (2, 5, 5, 2), (3, 3), (2, 2), "SAME")
    yield case("int8, relu6", "int8", (1, 4, 4, 4), (2, 2), (1, 1), "VALID", "RELU6")
    yield case("int16, same", "int16", (1, 5, 5, 2), (3, 3), (2, 2), "SAME")
    yield case("uint8, same", "uint8", (1, 5, 5, 2), (3, 3), (2, 2), "SAME", litert=True)


@operator
def max_pool_2d(rng):
    return window_cases(rng, "MAX_POOL_2D", "max_pool_2d")


@operator
def average_pool_2d(rng):
    return window_cases(rng, "AVERAGE_POOL_2D", "average_pool_2d")


def convolution(rng, op, table, name, kind, shape, filter_shape, axis, channels, stride, padding, act, dilation,
                with_bias, extra, **more):
    x = activation(rng, kind, shape)
    w = weights(rng, x, filter_shape, axis)
    b = bias(rng, x, w, channels) if with_bias else None
    extent = [(f - 1) * d + 1 for f, d in zip(filter_shape[1:3], dilation)]
    size = [-(-n // s) if padding == "SAME" else (n - e) // s + 1 for n, e, s in zip(shape[1:3], extent, stride)]
    y = output(kind, (shape[0], *size, channels), 8.0)
    fields = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1], "dilation_h": dilation[0],
              "dilation_w": dilation[1], "activation": act, **extra}
    wire = options(table, padding=PADDINGS[padding], strideH=stride[0], strideW=stride[1], dilationHFactor=dilation[0],
                   dilationWFactor=dilation[1], fusedActivationFunction=ACTIVATIONS[act],
                   **({"depthMultiplier": extra["depth_multiplier"]} if extra else {}))
    return Case(name, op, [x, w] + ([b] if with_bias else []), [y], fields, wire, **more)


@operator
def conv_2d(rng):
    def case(name, kind, shape, window, filters, stride=(1, 1), padding="VALID", act="NONE", dilation=(1, 1),
             per_channel=True, with_bias=True, depth=None, **more):
        return convolution(rng, "CONV_2D", "Conv2DOptions", name, kind, shape,
                           (filters, *window, depth or shape[3]), 0 if per_channel else None, filters, stride, padding,
                           act, dilation, with_bias, {}, **more)

    yield case("float, same", "float32", (1, 5, 5, 2), (3, 3), 3, (2, 2), "SAME")
    yield case("float, relu6, dilated", "float32", (2, 6, 5, 1), (2, 2), 3, dilation=(2, 3), act="RELU6")
    yield case("float, no bias", "float32", (1, 3, 3, 2), (1, 1), 3, with_bias=False)
    yield case("int8, valid", "int8", (1, 5, 6, 3), (3, 2), 4, (1, 2))
    yield case("int8, same, relu", "int8", (2, 5, 4, 2), (3, 3), 3, (2, 2), "SAME", "RELU")
    yield case("int8, one scale", "int8", (1, 4, 4, 2), (2, 2), 3, per_channel=False)
    yield case("int8, dilated, no bias", "int8", (1, 7, 7, 1), (3, 3), 3, (1, 1), "SAME", dilation=(2, 2), with_bias=False)
    yield case("int8, two groups", "int8", (1, 4, 4, 4), (2, 2), 6, depth=2)
    yield case("int16, same", "int16", (1, 5, 4, 2), (3, 3), 3, (2, 2), "SAME")
    yield case("int16, no bias", "int16", (1, 3, 3, 2), (1, 1), 3, with_bias=False)
    yield case("uint8, same, relu", "uint8", (1, 5, 4, 3), (3, 2), 4, (2, 1), "SAME", "RELU", per_channel=False, litert=True)
    yield case("uint8, dilated", "uint8", (1, 6, 6, 2), (2, 2), 3, dilation=(2, 2), per_channel=False, litert=True)
    yield without_scale(case("int16, a channel without a scale", "int16", (1, 5, 4, 2), (3, 3), 3), 1)


@operator
def depthwise_conv_2d(rng):
    def case(name, kind, shape, window, multiplier=1, stride=(1, 1), padding="VALID", act="NONE", dilation=(1, 1),
             per_channel=True, with_bias=True, **more):
        channels = shape[3] * multiplier
        return convolution(rng, "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions", name, kind, shape,
                           (1, *window, channels), 3 if per_channel else None, channels, stride, padding, act, dilation,
                           with_bias, {"depth_multiplier": multiplier}, **more)

    yield case("float, same", "float32", (1, 5, 5, 3), (3, 3), 1, (2, 2), "SAME")
    yield case("float, multiplier 2, relu", "float32", (1, 4, 4, 2), (2, 2), 2, act="RELU")
    yield case("int8, same", "int8", (1, 6, 5, 4), (3, 3), 1, (2, 2), "SAME")
    yield case("int8, multiplier 3, relu", "int8", (2, 4, 4, 2), (2, 3), 3, act="RELU")
    yield case("int8, one scale, no bias", "int8", (1, 4, 4, 3), (3, 3), per_channel=False, with_bias=False)
    yield case("int8, dilated", "int8", (1, 7, 6, 2), (3, 2), 1, dilation=(2, 3), padding="SAME")
    yield case("int16, same", "int16", (1, 5, 5, 3), (3, 3), 1, (1, 1), "SAME")
    yield case("int16, multiplier 2, no bias", "int16", (1, 3, 3, 2), (2, 2), 2, with_bias=False)
    yield case("uint8, same", "uint8", (1, 5, 5, 3), (3, 3), 1, (2, 2), "SAME", per_channel=False, litert=True)
    yield case("uint8, multiplier 2, relu6", "uint8", (1, 4, 4, 2), (2, 2), 2, act="RELU6", per_channel=False, litert=True)


@operator
def reshape(rng):
    x = activation(rng, "int8", (2, 3, 4))
    to = lambda *shape: Tensor("int8", shape, None, x.scales, x.zero_points)
    yield Case("by a constant", "RESHAPE", [x, constant("int32", [4, -1])], [to(4, 6)], {}, options("ReshapeOptions"))
    yield Case("by an option", "RESHAPE", [x], [to(24)], {"new_shape": [24]}, options("ReshapeOptions", newShape=[24]))


def binary_cases(rng, op, table, more_fields=None, types=("float32", "int8", "int16"), relu=True):
    def case(name, kind, shape_a, shape_b, act="NONE", spans=(4.0, 2.5, 6.0), **more):
        a = activation(rng, kind, shape_a, spans[0], 0.4)
        b = activation(rng, kind, shape_b, spans[1], 0.7)
        shape = np.broadcast_shapes(shape_a, shape_b)
        fields = {"activation": act} if relu else {}
        wire = options(table, **({"fusedActivationFunction": ACTIVATIONS[act]} if relu else {}), **(more_fields or {}))
        return Case(name, op, [a, b], [output(kind, shape, spans[2], 0.5)], fields, wire, **more)

    for kind in types:
        yield case(f"{kind}", kind, (2, 3, 4), (2, 3, 4))
        yield case(f"{kind}, scalar", kind, (2, 3, 4), (1,))
        yield case(f"{kind}, both repeated", kind, (2, 1, 4), (3, 1))
        if relu:
            yield case(f"{kind}, relu", kind, (3, 5), (5,), "RELU")
    if "int8" in types:
        yield case("int8, narrow output", "int8", (4, 8), (4, 8), spans=(4.0, 0.5, 2.0))


@operator
def add(rng):
    yield from binary_cases(rng, "ADD", "AddOptions", {"potScaleInt16": False})
    a = Tensor("int32", (2, 3), rng.integers(-1000, 1000, (2, 3)))
    b = Tensor("int32", (3,), rng.integers(-1000, 1000, (3,)))
    yield Case("int32", "ADD", [a, b], [Tensor("int32", (2, 3))], {"activation": "NONE"}, options("AddOptions"))


@operator
def mean(rng):
    def case(name, kind, shape, axes, keep=False, span=(4.0, 4.0), **more):
        x = activation(rng, kind, shape, span[0])
        axis = [a % len(shape) for a in axes]
        out = [1 if i in axis else n for i, n in enumerate(shape) if keep or i not in axis]
        return Case(name, "MEAN", [x, constant("int32", axes)], [output(kind, tuple(out), span[1])],
                    {"keep_dims": keep}, options("ReducerOptions", keepDims=keep), **more)

    for kind in ("float32", "int8", "int16"):
        yield case(f"{kind}, image", kind, (2, 3, 5, 4), [1, 2])
        yield case(f"{kind}, image, dimensions kept", kind, (1, 4, 4, 3), [1, 2], True, (4.0, 1.5))
        yield case(f"{kind}, innermost", kind, (3, 7), [-1])
        yield case(f"{kind}, apart", kind, (2, 3, 2, 5), [0, 2], span=(4.0, 2.7))
    yield case("int8, all, large count", "int8", (1, 33, 31, 1), [0, 1, 2, 3], True)


def unary(rng, op, kind, name, x, y, fields=None, wire=None, **more):
    return Case(name, op, [x], [y], fields or {}, wire, **more)


def every_int8(span, below):
    """All values of int8, in order."""
    return Tensor("int8", (256,), np.arange(-128, 128), (scale(span / 255),), (zero_point("int8", below),))


@operator
def relu(rng):
    x = activation(rng, "float32", (2, 9))
    yield Case("float", "RELU", [x], [output("float32", (2, 9))])
    yield Case("int8, same scale", "RELU", [every_int8(4.0, 0.4)], [output("int8", (256,), 4.0, 0.4)])
    yield Case("int8, rescaled", "RELU", [every_int8(4.0, 0.6)], [output("int8", (256,), 1.1, 0.1)])
    yield Case("int16", "RELU", [activation(rng, "int16", (64,), 4.0)], [output("int16", (64,), 3.0)])


@operator
def relu6(rng):
    x = activation(rng, "float32", (2, 9), low=-8, high=12)
    yield Case("float", "RELU6", [x], [output("float32", (2, 9))])
    yield Case("int8", "RELU6", [every_int8(14.0, 0.4)], [output("int8", (256,), 14.0, 0.4)])
    yield Case("int16", "RELU6", [activation(rng, "int16", (64,), 20.0)], [output("int16", (64,), 20.0)])
    yield Case("int8, rescaled", "RELU6", [every_int8(14.0, 0.4)], [output("int8", (256,), 7.0, 0.1)], litert=True)
    # TFLM takes the output's scale and zero point for the input's
    yield Case("int8, scale ignored", "RELU6", [every_int8(14.0, 0.4)], [output("int8", (256,), 7.0, 0.1)])
    yield Case("int16, scale ignored", "RELU6", [activation(rng, "int16", (64,), 20.0)], [output("int16", (64,), 7.0)])


@operator
def softmax(rng):
    def case(name, x, y, beta=1.0, **more):
        return Case(name, "SOFTMAX", [x], [y], {"beta": beta}, options("SoftmaxOptions", beta=beta), **more)

    def probabilities(kind, shape):
        s, z = {"int8": (1 / 256, -128), "uint8": (1 / 256, 0), "int16": (1 / 32768, 0)}[kind]
        return Tensor(kind, shape, None, (scale(s),), (z,))

    yield case("float", activation(rng, "float32", (2, 7), low=-5, high=5), output("float32", (2, 7)), 0.7)
    for span in (0.5, 8.0, 60.0, 700.0):
        x = activation(rng, "int8", (3, 10), span)
        yield case(f"int8, span {span}", x, probabilities("int8", (3, 10)))
    yield case("int8, one value", activation(rng, "int8", (4, 1)), probabilities("int8", (4, 1)))
    x = activation(rng, "int8", (2, 3, 6), 12.0)
    yield case("int8 to int16", x, Tensor("int16", (2, 3, 6), None, (scale(1 / 65536),), (-32768,)), 1.0)
    for span in (1.0, 16.0, 300.0):
        yield case(f"int16, span {span}", activation(rng, "int16", (3, 10), span), probabilities("int16", (3, 10)))
    yield case("uint8", activation(rng, "uint8", (3, 10), 10.0), probabilities("uint8", (3, 10)), litert=True)


@operator
def pad(rng):
    def case(name, kind, paddings, shape, **more):
        x = activation(rng, kind, shape)
        out = tuple(n + sum(p) for n, p in zip(shape, paddings))
        y = Tensor(kind, out, None, x.scales, x.zero_points)
        return Case(name, "PAD", [x, constant("int32", paddings)], [y], {}, options("PadOptions"), **more)

    for kind in ("float32", "int8", "int16"):
        yield case(f"{kind}, image", kind, [[0, 0], [1, 2], [0, 3], [0, 0]], (1, 2, 3, 2))
        yield case(f"{kind}, vector", kind, [[2, 1]], (4,))
    yield case("int8, five dimensions", "int8", [[1, 0], [0, 1], [1, 1], [0, 0], [2, 1]], (1, 2, 1, 2, 2))


@operator
def quantize(rng):
    x = activation(rng, "float32", (64,), low=-3, high=3)
    x.values[:8] = [0.5, -0.5, 1.5, 2.5, -2.5, 0.0, 1e4, -1e4]
    for kind in ("int8", "int16"):
        y = output(kind, (64,))
        yield Case(f"float to {kind}", "QUANTIZE", [x], [y], {}, options("QuantizeOptions"))
    halves = Tensor("int8", (64,), None, (1.0,), (3,))
    yield Case("ties", "QUANTIZE", [x], [halves], {}, options("QuantizeOptions"))
    yield Case("float to uint8", "QUANTIZE", [x], [output("uint8", (64,))], {}, options("QuantizeOptions"), litert=True)
    for source, target, spans in (("int8", "int8", (4.0, 2.0)), ("int8", "uint8", (4.0, 4.0)),
                                  ("int8", "int16", (4.0, 5.0)), ("uint8", "int8", (4.0, 4.0)),
                                  ("int16", "int8", (4.0, 3.0)), ("int16", "int16", (4.0, 3.0))):
        a = activation(rng, source, (48,), spans[0], 0.3)
        yield Case(f"{source} to {target}", "QUANTIZE", [a], [output(target, (48,), spans[1], 0.5)], {},
                   options("QuantizeOptions"))
    for source in ("int8", "int16"):
        a = activation(rng, source, (48,), 4.0, 0.3)
        y = Tensor("int32", (48,), None, (scale(1e-6),), (17,))
        yield Case(f"{source} to int32", "QUANTIZE", [a], [y], {}, options("QuantizeOptions"))


@operator
def dequantize(rng):
    for kind in ("int8", "uint8", "int16"):
        x = activation(rng, kind, (40,), 5.0, 0.3)
        yield Case(kind, "DEQUANTIZE", [x], [Tensor("float32", (40,))], {}, options("DequantizeOptions"))
    half = np.array([0, 1, -2.5, 65504, 6e-8, -6.1e-5, 0.333, 1e-3], np.float16)
    yield Case("float16", "DEQUANTIZE", [constant("float16", half)], [Tensor("float32", (8,))], {},
               options("DequantizeOptions"), litert=True)
