"""Cases of operators that multiply with weights, beyond those of cases.py."""

from cases import ACTIVATIONS, PADDINGS, activation, bias, constant, operator, options, output, weights
from model import Case


@operator
def transpose_conv(rng):
    def case(name, kind, shape, window, channels, out_size, stride=(1, 1), padding="VALID", act="NONE", with_bias=True,
             per_channel=True, **more):
        x = activation(rng, kind, shape)
        w = weights(rng, x, (channels, *window, shape[3]), 0 if per_channel else None)
        inputs = [constant("int32", [shape[0], *out_size, channels]), w, x]
        if with_bias:
            inputs.append(bias(rng, x, w, channels))
        fields = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1], "activation": act}
        wire = options("TransposeConvOptions", padding=PADDINGS[padding], strideH=stride[0], strideW=stride[1],
                       fusedActivationFunction=ACTIVATIONS[act])
        return Case(name, "TRANSPOSE_CONV", inputs, [output(kind, (shape[0], *out_size, channels), 8.0)], fields, wire,
                    **more)

    for kind in ("float32", "int8", "int16"):
        yield case(f"{kind}, valid", kind, (1, 3, 4, 2), (3, 2), 3, (7, 8), (2, 2))
        yield case(f"{kind}, same", kind, (2, 3, 3, 2), (3, 3), 2, (6, 5), (2, 2), "SAME")
        yield case(f"{kind}, stride above window", kind, (1, 2, 2, 3), (2, 2), 2, (6, 6), (3, 3), "SAME", with_bias=False)
    yield case("float, relu6", "float32", (1, 3, 4, 2), (3, 2), 3, (5, 5), act="RELU6")
    yield case("int8, relu, one scale", "int8", (1, 3, 4, 2), (1, 3), 3, (3, 6), act="RELU", per_channel=False)
    yield case("int8, output cut off", "int8", (1, 5, 5, 1), (3, 3), 2, (4, 6))
    yield case("int8, window beyond output", "int8", (1, 2, 2, 1), (7, 6), 2, (1, 1), (4, 4))


@operator
def batch_matmul(rng):
    def case(name, kind, shape_a, shape_b, out, adj_x=False, adj_y=False, **more):
        a = activation(rng, kind, shape_a, 4.0, 0.4)
        b = activation(rng, kind, shape_b, 2.0, 0.6)
        return Case(name, "BATCH_MATMUL", [a, b], [output(kind, out, 6.0)], {"adj_x": adj_x, "adj_y": adj_y},
                    options("BatchMatMulOptions", adjX=adj_x, adjY=adj_y), **more)

    for kind in ("float32", "int8", "int16"):
        yield case(f"{kind}", kind, (3, 5), (5, 4), (3, 4))
        yield case(f"{kind}, batches, second transposed", kind, (2, 3, 5), (2, 4, 5), (2, 3, 4), adj_y=True)
        yield case(f"{kind}, first transposed, repeated", kind, (3, 1, 5, 2), (2, 5, 4), (3, 2, 2, 4), adj_x=True)
        yield case(f"{kind}, both transposed", kind, (2, 5, 3), (1, 2, 5), (2, 3, 2), adj_x=True, adj_y=True)
