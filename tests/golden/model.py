"""One operator as a .tflite file, and what TFLM and LiteRT compute with it."""

import dataclasses

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    "float32": (schema.TensorType.FLOAT32, np.float32),
    "float16": (schema.TensorType.FLOAT16, np.float16),
    "int8": (schema.TensorType.INT8, np.int8),
    "uint8": (schema.TensorType.UINT8, np.uint8),
    "int16": (schema.TensorType.INT16, np.int16),
    "int32": (schema.TensorType.INT32, np.int32),
    "int64": (schema.TensorType.INT64, np.int64),
    "bool": (schema.TensorType.BOOL, np.bool_),
}


@dataclasses.dataclass
class Tensor:
    """`values` of None: an output, or a variable."""

    type: str
    shape: tuple
    values: object = None
    scales: tuple = ()
    zero_points: tuple = ()
    axis: int = 0
    constant: bool = False
    variable: bool = False

    def array(self):
        return np.asarray(self.values, TYPES[self.type][1]).reshape(self.shape)


@dataclasses.dataclass
class Case:
    """`attributes` have Thimble's names; `options` is the schema's options table, or None."""

    name: str
    op: str
    inputs: list  # of Tensor, or None for an absent input
    outputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    options: object = None
    litert: bool = False  # take LiteRT's result: TFLM does not support the case, or rounds differently
    optimized: bool = False  # by LiteRT's optimized kernels, where the reference one is at fault
    intermediates: list = dataclasses.field(default_factory=list)  # of Tensor; LiteRT's LSTM reads their scales


def _buffer(model, data):
    buffer = schema.BufferT()
    if data is not None:
        buffer.data = np.frombuffer(data, np.uint8)
    model.buffers.append(buffer)
    return len(model.buffers) - 1


def _tensor(model, graph, tensor, name):
    wire = schema.TensorT()
    wire.name = name
    wire.type = TYPES[tensor.type][0]
    wire.shape = list(tensor.shape)
    wire.isVariable = tensor.variable
    wire.buffer = _buffer(model, tensor.array().tobytes() if tensor.constant else None)
    if tensor.scales:
        wire.quantization = schema.QuantizationParametersT()
        wire.quantization.scale = [float(scale) for scale in tensor.scales]
        wire.quantization.zeroPoint = list(tensor.zero_points)
        wire.quantization.quantizedDimension = tensor.axis
    graph.tensors.append(wire)
    return len(graph.tensors) - 1


def tflite(case):
    """The bytes of a model with the case's operator alone."""
    model = schema.ModelT()
    model.version = 3
    model.buffers = [schema.BufferT()]
    graph = schema.SubGraphT()
    graph.tensors = []
    operator = schema.OperatorT()
    operator.inputs = [-1 if t is None else _tensor(model, graph, t, f"in{i}") for i, t in enumerate(case.inputs)]
    operator.outputs = [_tensor(model, graph, t, f"out{i}") for i, t in enumerate(case.outputs)]
    if case.intermediates:
        operator.intermediates = [_tensor(model, graph, t, f"between{i}") for i, t in enumerate(case.intermediates)]
    if case.options is not None:
        operator.builtinOptions = case.options
        name = type(case.options).__name__[:-1]
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
    graph.operators = [operator]
    graph.inputs = [
        index for index, t in zip(operator.inputs, case.inputs) if t is not None and not t.constant and not t.variable
    ]
    graph.outputs = list(operator.outputs)
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, case.op)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = 1
    model.operatorCodes = [code]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _fed(case):
    return [t.array() for t in case.inputs if t is not None and not t.constant and not t.variable]


def run_tflm(case):
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(tflite(case), arena_size=1 << 20)
    for i, array in enumerate(_fed(case)):
        interpreter.set_input(array, i)
    interpreter.invoke()
    return [interpreter.get_output(i) for i in range(len(case.outputs))]


def run_litert(case):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if case.optimized else OpResolverType.BUILTIN_REF
    interpreter = Interpreter(model_content=tflite(case), experimental_op_resolver_type=kernels, num_threads=1)
    interpreter.allocate_tensors()
    for detail, array in zip(interpreter.get_input_details(), _fed(case)):
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]
