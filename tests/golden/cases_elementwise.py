"""Cases of operators that treat each element, or each pair, alone."""

import numpy as np

from cases import activation, binary_cases, every_int8, operator, options, output, scale
from model import Case, Tensor


def every_int8_from(zero, span):
    """All values of int8 from a zero point on, so that none stands for a negative number."""
    values = np.arange(zero, 128)
    return Tensor("int8", values.shape, values, (scale(span / 255),), (zero,))


def like(x, span, zero):
    return Tensor(x.type, x.shape, None, (scale(span / (255 if x.type == "int8" else 65535)),), (zero,))


def floats(rng, low, high):
    return activation(rng, "float32", (3, 11), low=low, high=high)


def float_case(rng, op, low, high, fields=None, wire=None, **more):
    x = floats(rng, low, high)
    return Case("float", op, [x], [Tensor("float32", x.shape)], fields or {}, wire, **more)


def saturating(op):
    """LOGISTIC and TANH: quantized results have a fixed scale."""
    step, zero = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}[op]

    def make(rng):
        yield float_case(rng, op, -20, 20)
        for span in (0.7, 9.0, 40.0, 900.0):
            x = every_int8(span, 0.45)
            yield Case(f"int8, span {span}", op, [x], [Tensor("int8", x.shape, None, (scale(step),), (zero,))])
        for quantum in (2**-12, 2**-11, 1.7e-4, 3.1e-5, 2e-3):
            x = Tensor("int16", (513,), np.linspace(-32768, 32767, 513).astype(int), (scale(quantum),), (0,))
            y = Tensor("int16", x.shape, None, (scale(2**-15),), (0,))
            yield Case(f"int16, scale {quantum}", op, [x], [y])

    return make


@operator
def logistic(rng):
    return saturating("LOGISTIC")(rng)


@operator
def tanh(rng):
    return saturating("TANH")(rng)


@operator
def leaky_relu(rng):
    for alpha in (0.3, -0.2, 1.5):
        fields, wire = {"alpha": alpha}, options("LeakyReluOptions", alpha=alpha)
        yield float_case(rng, "LEAKY_RELU", -3, 3, fields, wire)
        x = every_int8(4.0, 0.6)
        yield Case(f"int8, alpha {alpha}", "LEAKY_RELU", [x], [like(x, 3.0, -40)], fields, wire)
        x = activation(rng, "int16", (64,), 4.0)
        yield Case(f"int16, alpha {alpha}", "LEAKY_RELU", [x], [like(x, 3.0, 0)], fields, wire)


@operator
def hard_swish(rng):
    yield float_case(rng, "HARD_SWISH", -6, 6, None, options("HardSwishOptions"))
    for span, out in ((4.0, 2.5), (12.0, 7.0), (0.5, 0.4), (90.0, 60.0)):
        x = every_int8(span, 0.45)
        yield Case(f"int8, span {span}", "HARD_SWISH", [x], [like(x, out, -90)], {}, options("HardSwishOptions"))


@operator
def gelu(rng):
    for approximate in (False, True):
        fields, wire = {"approximate": approximate}, options("GeluOptions", approximate=approximate)
        yield float_case(rng, "GELU", -4, 4, fields, wire, litert=True)
        x = every_int8(6.0, 0.5)
        yield Case(f"int8, approximate {approximate}", "GELU", [x], [like(x, 3.2, -118)], fields, wire, litert=True)


@operator
def abs_(rng):
    yield float_case(rng, "ABS", -3, 3, None, options("AbsOptions"))
    x = every_int8(4.0, 0.4)
    yield Case("int8, same scale", "ABS", [x], [like(x, 4.0, -128)], {}, options("AbsOptions"))
    yield Case("int8, rescaled", "ABS", [x], [like(x, 2.6, -128)], {}, options("AbsOptions"))
    x = activation(rng, "int16", (64,), 4.0)
    yield Case("int16, rescaled", "ABS", [x], [like(x, 3.1, 0)], {}, options("AbsOptions"))


@operator
def rsqrt(rng):
    yield float_case(rng, "RSQRT", 0.01, 9)
    for zero, span, out in ((-128, 4.0, 8.0), (-128, 900.0, 1.0), (20, 2.0, 5.0)):
        x = every_int8_from(zero, span)
        yield Case(f"int8, span {span}", "RSQRT", [x], [like(x, out, -100)])
    for span, out in ((4.0, 60.0), (900.0, 8.0)):
        values = np.r_[0:40, rng.integers(1, 32768, 100)]
        x = Tensor("int16", values.shape, values, (scale(span / 65535),), (0,))
        yield Case(f"int16, span {span}", "RSQRT", [x], [like(x, out, 0)])


@operator
def exp(rng):
    yield float_case(rng, "EXP", -5, 3, None, options("ExpOptions"))
    x = every_int8(6.0, 0.6)
    yield Case("int8", "EXP", [x], [like(x, 9.0, -128)], {}, options("ExpOptions"), litert=True)
    x = activation(rng, "int16", (64,), 3.0)
    yield Case("int16", "EXP", [x], [like(x, 9.0, 0)], {}, options("ExpOptions"), litert=True)


@operator
def sqrt(rng):
    yield float_case(rng, "SQRT", 0, 9)
    x = every_int8_from(-128, 6.0)
    yield Case("int8", "SQRT", [x], [like(x, 2.2, -128)], litert=True)


@operator
def log(rng):
    yield float_case(rng, "LOG", 0.01, 9)
    x = every_int8(6.0, 0.1)
    yield Case("int8", "LOG", [x], [like(x, 5.0, 40)], litert=True)


@operator
def sin(rng):
    yield float_case(rng, "SIN", -7, 7)


@operator
def cos(rng):
    yield float_case(rng, "COS", -7, 7, None, options("CosOptions"))


def halves(op):
    x = Tensor("float32", (9,), [-2.5, -1.5, -0.5, -0.2, 0.0, 0.5, 1.5, 2.5, 2.7])
    return Case("halves", op, [x], [Tensor("float32", (9,))])


@operator
def floor(rng):
    yield halves("FLOOR")


@operator
def ceil(rng):
    yield halves("CEIL")


@operator
def round_(rng):
    yield halves("ROUND")


@operator
def square(rng):
    yield float_case(rng, "SQUARE", -3, 3, None, options("SquareOptions"))


@operator
def neg(rng):
    yield float_case(rng, "NEG", -3, 3, None, options("NegOptions"))


@operator
def elu(rng):
    yield float_case(rng, "ELU", -4, 3)
    x = every_int8(5.0, 0.6)
    yield Case("int8", "ELU", [x], [like(x, 3.0, -45)])


@operator
def sub(rng):
    yield from binary_cases(rng, "SUB", "SubOptions", {"potScaleInt16": False})
    a = Tensor("int32", (2, 3), rng.integers(-1000, 1000, (2, 3)))
    b = Tensor("int32", (3,), rng.integers(-1000, 1000, (3,)))
    yield Case("int32", "SUB", [a, b], [Tensor("int32", (2, 3))], {"activation": "NONE"}, options("SubOptions"))


@operator
def mul(rng):
    yield from binary_cases(rng, "MUL", "MulOptions")
    a = Tensor("int32", (2, 3), rng.integers(-1000, 1000, (2, 3)))
    b = Tensor("int32", (3,), rng.integers(-1000, 1000, (3,)))
    yield Case("int32", "MUL", [a, b], [Tensor("int32", (2, 3))], {"activation": "NONE"}, options("MulOptions"))


@operator
def squared_difference(rng):
    yield from binary_cases(rng, "SQUARED_DIFFERENCE", "SquaredDifferenceOptions", relu=False)


@operator
def div(rng):
    fields, wire = {"activation": "NONE"}, options("DivOptions")
    a, b = floats(rng, -3, 3), floats(rng, 0.5, 3)
    yield Case("float", "DIV", [a, b], [Tensor("float32", a.shape)], fields, wire)
    a = Tensor("int32", (8,), [7, -7, 7, -7, 0, 100, -100, 5])
    b = Tensor("int32", (8,), [2, 2, -2, -2, 3, 7, 7, -5])
    yield Case("int32", "DIV", [a, b], [Tensor("int32", (8,))], fields, wire)
    for out in (4.0, 20.0):
        a = every_int8(4.0, 0.4)
        divisors = rng.permutation(np.r_[-128:30, 31:128, 5])
        divisors[abs(np.arange(-128, 128) - a.zero_points[0]) <= 1] = 35  # TFLM shifts +-1 / large by more than 31: undefined
        b = Tensor("int8", (256,), divisors, (scale(2.0 / 255),), (30,))
        yield Case(f"int8, span {out}", "DIV", [a, b], [like(a, out, 10)], fields, wire)
    near_0 = np.repeat(np.arange(-3, 4), 256)
    a = Tensor("int8", near_0.shape, near_0 - 100, (scale(0.0137),), (-100,))
    b = Tensor("int8", near_0.shape, np.tile(np.arange(-128, 128), 7), (scale(0.0096),), (83,))
    yield Case("int8, near 0 and by 0", "DIV", [a, b], [like(a, 14.6, -31)], fields, wire)


def choice(op):
    def make(rng):
        for kind in ("float32", "int8", "int16", "int32"):
            for shapes in (((3, 7), (3, 7)), ((3, 1, 4), (2, 1))):
                if kind == "int32":
                    a, b = (Tensor(kind, s, rng.integers(-9, 9, s)) for s in shapes)
                else:
                    a, b = (activation(rng, kind, s) for s in shapes)
                y = Tensor(kind, np.broadcast_shapes(*shapes), None, a.scales, a.zero_points)
                yield Case(f"{kind}, {shapes}", op, [a, b], [y], {}, options("MaximumMinimumOptions"))

    return make


@operator
def maximum(rng):
    return choice("MAXIMUM")(rng)


@operator
def minimum(rng):
    return choice("MINIMUM")(rng)


@operator
def prelu(rng):
    x = floats(rng, -3, 3)
    yield Case("float", "PRELU", [x, activation(rng, "float32", (11,))], [Tensor("float32", x.shape)])
    alpha = activation(rng, "int8", (8,), 2.0, 0.3)
    for kind in ("int8", "int16"):
        x = activation(rng, kind, (2, 5, 8))
        yield Case(kind, "PRELU", [x, alpha], [output(kind, x.shape, 3.0, 0.5)])
