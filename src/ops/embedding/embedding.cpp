// EMBEDDING: Keras's layer. Inputs indices, as floats [1, ...], and a table [count, depth]; the output has the indices'
// shape and `depth`. TFLite has GATHER, with integer indices.
#include "ops/checks.h"
#include "ops/expansion.h"

namespace thimble {
extern const Op embedding_op;
extern const TrainKernels embedding_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  require_type(node.input(1), {Type::kFloat32});
  require_rank(node.input(1), 2);
  require(node.input(1).constant(), "'{}' is not constant", node.input(1).name);
  Shape shape = node.input(0).shape;
  shape.push_back(node.input(1).shape[1]);
  return {{Type::kFloat32, shape}};
}

TensorId expand(Expansion& e, const NodeView& node) {
  const TensorId indices = e.add("CAST", {node.input_id(0)},
                                 {{"in_data_type", std::string("FLOAT32")}, {"out_data_type", std::string("INT32")}});
  return e.add("GATHER", {node.input_id(1), indices}, {{"axis", std::int64_t{0}}, {"batch_dims", std::int64_t{0}}});
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require(!config.flag("mask_zero"), "mask_zero is not supported");
  const TensorId table = builder.weight({.name = "embeddings",
                                         .shape = {config.integer("input_dim"), config.integer("output_dim")},
                                         .permutation = {0, 1},
                                         .initializer = config.text("embeddings_initializer"),
                                         .fan_in = config.integer("input_dim"),
                                         .fan_out = config.integer("output_dim")});
  return builder.add("EMBEDDING", {inputs[0], table}, {});
}

using Kind = LayerArgument::Kind;
const LayerCodec kLayers[] = {{.class_name = "Embedding",
                               .arguments = {{Kind::kInt, "input_dim", {}, true},
                                             {Kind::kInt, "output_dim", {}, true},
                                             initializer_argument("embeddings_initializer", "random_uniform"),
                                             {Kind::kBool, "mask_zero", false}},
                               .build = build}};

}  // namespace

const Op embedding_op = {
    .name = "EMBEDDING",
    .summary = "A row of a table for each index, Keras's; CAST and GATHER for inference",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .layers = kLayers,
    .expand = expand,
    .train = &embedding_train,
};

}  // namespace thimble
