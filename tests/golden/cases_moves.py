"""Cases of operators that move or choose elements."""

import numpy as np

from cases import activation, constant, operator, options
from model import Case, Tensor


def same(x, shape):
    return Tensor(x.type, tuple(shape), None, x.scales, x.zero_points)


@operator
def shape(rng):
    x = activation(rng, "int8", (2, 3, 4))
    yield Case("int32", "SHAPE", [x], [Tensor("int32", (3,))], {"out_type": "INT32"}, options("ShapeOptions", outType=2))


@operator
def strided_slice(rng):
    def case(name, kind, shape, begin, end, strides, **masks):
        x = activation(rng, kind, shape)
        names = {"begin_mask": "beginMask", "end_mask": "endMask", "ellipsis_mask": "ellipsisMask",
                 "new_axis_mask": "newAxisMask", "shrink_axis_mask": "shrinkAxisMask"}
        fields = {name: masks.get(name, 0) for name in names}
        wire = options("StridedSliceOptions", **{names[k]: v for k, v in fields.items()})
        litert = bool(fields["ellipsis_mask"] or fields["new_axis_mask"])
        index = []
        for i in range(len(begin)):
            bit = lambda mask: masks.get(mask, 0) >> i & 1
            if bit("ellipsis_mask"):
                index.append(Ellipsis)
            elif bit("new_axis_mask"):
                index.append(None)
            elif bit("shrink_axis_mask"):
                index.append(begin[i])
            else:
                index.append(slice(None if bit("begin_mask") else begin[i], None if bit("end_mask") else end[i],
                                   strides[i]))
        y = same(x, x.array()[tuple(index)].shape)
        bounds = [constant("int32", v) for v in (begin, end, strides)]
        return Case(name, "STRIDED_SLICE", [x, *bounds], [y], {**fields, "offset": False}, wire, litert=litert)

    yield case("a block", "int8", (4, 5, 3), [1, 0, 1], [3, 4, 3], [1, 1, 1])
    yield case("strides", "float32", (7, 5), [0, 1], [7, 5], [3, 2])
    yield case("from the end", "int16", (7, 5), [-3, -1], [-1, -6], [1, -2])
    yield case("masks", "int8", (4, 5), [2, 3], [1, 1], [1, -1], begin_mask=1, end_mask=3)
    yield case("one row", "int8", (4, 5), [-2, 0], [0, 5], [1, 1], shrink_axis_mask=1)
    yield case("ellipsis", "int8", (2, 3, 4), [0, 1], [0, 3], [1, 1], ellipsis_mask=1)
    yield case("new dimension", "float32", (3, 4), [0, 0, 1], [3, 0, 3], [1, 1, 1], new_axis_mask=2)


@operator
def slice_(rng):
    x = activation(rng, "int8", (4, 5, 3))
    yield Case("a block", "SLICE", [x, constant("int32", [1, 0, 1]), constant("int32", [2, -1, 1])],
               [same(x, (2, 5, 1))], {}, options("SliceOptions"))


@operator
def pack(rng):
    for axis, out in ((0, (3, 2, 4)), (1, (2, 3, 4)), (-1, (2, 4, 3))):
        parts = [activation(rng, "int8", (2, 4)) for _ in range(3)]
        yield Case(f"axis {axis}", "PACK", parts, [same(parts[0], out)], {"axis": axis, "values_count": 3},
                   options("PackOptions", axis=axis, valuesCount=3))


@operator
def unpack(rng):
    for axis, out in ((0, (3, 4)), (1, (2, 4)), (-1, (2, 3))):
        x = activation(rng, "float32", (2, 3, 4))
        count = x.shape[axis]
        yield Case(f"axis {axis}", "UNPACK", [x], [same(x, out) for _ in range(count)], {"axis": axis, "num": count},
                   options("UnpackOptions", axis=axis, num=count))


@operator
def split(rng):
    for axis, out in ((0, (2, 6)), (-1, (4, 3))):
        x = activation(rng, "int8", (4, 6))
        yield Case(f"axis {axis}", "SPLIT", [constant("int32", axis), x], [same(x, out)] * 2, {"num_splits": 2},
                   options("SplitOptions", numSplits=2))


@operator
def concatenation(rng):
    for kind in ("float32", "int8", "int16", "int32"):
        for axis, shapes, out in ((0, ((2, 3), (1, 3), (4, 3)), (7, 3)), (-1, ((2, 3), (2, 1)), (2, 4)),
                                  (1, ((2, 1, 3), (2, 2, 3)), (2, 3, 3))):
            parts = [Tensor(kind, s, rng.integers(-9, 9, s)) if kind == "int32" else activation(rng, kind, s)
                     for s in shapes]
            yield Case(f"{kind}, axis {axis}", "CONCATENATION", parts, [same(parts[0], out)],
                       {"axis": axis, "activation": "NONE"}, options("ConcatenationOptions", axis=axis))


@operator
def transpose(rng):
    for kind, shape, order in (("int8", (3, 4), (1, 0)), ("float32", (2, 3, 4), (2, 0, 1)),
                               ("int8", (2, 3, 4, 5), (0, 3, 1, 2)), ("int16", (2, 1, 3, 2, 2), (4, 2, 1, 0, 3))):
        x = activation(rng, kind, shape)
        yield Case(f"{kind}, {order}", "TRANSPOSE", [x, constant("int32", order)],
                   [same(x, (shape[i] for i in order))], {}, options("TransposeOptions"))


@operator
def space_to_depth(rng):
    for kind in ("int8", "float32"):
        x = activation(rng, kind, (2, 4, 6, 3))
        yield Case(kind, "SPACE_TO_DEPTH", [x], [same(x, (2, 2, 3, 12))], {"block_size": 2},
                   options("SpaceToDepthOptions", blockSize=2))


@operator
def depth_to_space(rng):
    for kind in ("int8", "float32"):
        x = activation(rng, kind, (2, 2, 3, 18))
        yield Case(kind, "DEPTH_TO_SPACE", [x], [same(x, (2, 6, 9, 2))], {"block_size": 3},
                   options("DepthToSpaceOptions", blockSize=3))


@operator
def squeeze(rng):
    x = activation(rng, "int8", (1, 3, 1, 2))
    for dims, out in (([], (3, 2)), ([2], (1, 3, 2)), ([-4], (3, 1, 2))):
        yield Case(f"{dims}", "SQUEEZE", [x], [same(x, out)], {"squeeze_dims": dims},
                   options("SqueezeOptions", squeezeDims=dims))


@operator
def expand_dims(rng):
    x = activation(rng, "int8", (3, 2))
    for axis, out in ((0, (1, 3, 2)), (-1, (3, 2, 1))):
        yield Case(f"axis {axis}", "EXPAND_DIMS", [x, constant("int32", [axis])], [same(x, out)], {},
                   options("ExpandDimsOptions"))


@operator
def gather(rng):
    def case(name, kind, shape, indices, axis, batch_dims, out):
        x = activation(rng, kind, shape)
        return Case(name, "GATHER", [x, Tensor("int32", np.shape(indices), indices)], [same(x, out)],
                    {"axis": axis, "batch_dims": batch_dims},
                    options("GatherOptions", axis=axis, batchDims=batch_dims))

    yield case("rows", "int8", (5, 3), [4, 0, 0], 0, 0, (3, 3))
    yield case("columns", "float32", (2, 5, 3), [[1, 4], [2, 0]], 1, 0, (2, 2, 2, 3))
    yield case("by batch", "int8", (2, 4, 3), [[3, 1], [0, 2]], 1, 1, (2, 2, 3))
    yield case("one", "float32", (4, 3), 2, 0, 0, (3,))


@operator
def resize_nearest_neighbor(rng):
    for size in ((2, 3), (7, 9), (5, 4), (1, 1)):
        for align, half in ((False, False), (True, False), (False, True)):
            x = activation(rng, "int8", (1, 5, 4, 2))
            yield Case(f"{size}, {align}, {half}", "RESIZE_NEAREST_NEIGHBOR", [x, constant("int32", size)],
                       [same(x, (1, *size, 2))], {"align_corners": align, "half_pixel_centers": half},
                       options("ResizeNearestNeighborOptions", alignCorners=align, halfPixelCenters=half))


@operator
def resize_bilinear(rng):
    for kind in ("float32", "int8"):
        for size in ((2, 3), (7, 9), (5, 4), (1, 1)):
            for align, half in ((False, False), (True, False), (False, True)):
                x = activation(rng, kind, (2, 5, 4, 2))
                yield Case(f"{kind}, {size}, {align}, {half}", "RESIZE_BILINEAR", [x, constant("int32", size)],
                           [same(x, (2, *size, 2))], {"align_corners": align, "half_pixel_centers": half},
                           options("ResizeBilinearOptions", alignCorners=align, halfPixelCenters=half))
