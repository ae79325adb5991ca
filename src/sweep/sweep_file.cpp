#include "sweep/sweep_file.h"

#include "base/error.h"
#include "io/layer_config.h"
#include "io/recipe_parts.h"
#include "wire/toml.h"

namespace thimble {
namespace {

using nlohmann::json;
using Kind = LayerArgument::Kind;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

const std::vector<LayerArgument> kArguments = {
    {.kind = Kind::kText, .name = "recipe", .required = true},
    {.kind = Kind::kText,
     .name = "method",
     .default_value = std::string("grid"),
     .choices = {"grid", "random", "halving"}},
    {.kind = Kind::kInt, .name = "trials", .default_value = std::int64_t{20}},
    {.kind = Kind::kInt, .name = "seed", .default_value = std::int64_t{0}, .least = 0},
    {.kind = Kind::kText,
     .name = "metric",
     .default_value = std::string("quantized_accuracy"),
     .choices = {"quantized_accuracy", "val_accuracy", "val_loss"}},
    {.kind = Kind::kInt, .name = "eta", .default_value = std::int64_t{3}, .least = 2},
    {.kind = Kind::kInt, .name = "min_epochs", .default_value = std::int64_t{1}}};

const std::vector<LayerArgument> kDeviceArguments = {
    {.kind = Kind::kText, .name = "board", .required = true},
    {.kind = Kind::kText,
     .name = "optimize",
     .default_value = std::string("speed"),
     .choices = {"speed", "size", "ram"}},
    {.kind = Kind::kInt, .name = "ram", .optional = true},
    {.kind = Kind::kText,
     .name = "input_buffer",
     .default_value = std::string("arena"),
     .choices = {"arena", "caller"}},
    {.kind = Kind::kText,
     .name = "output_buffer",
     .default_value = std::string("arena"),
     .choices = {"arena", "caller"}},
    {.kind = Kind::kInt, .name = "max_flash", .optional = true},
    {.kind = Kind::kInt, .name = "max_ram", .optional = true},
    {.kind = Kind::kInt, .name = "max_instructions", .optional = true}};

SweepDevice device_of(const json& table) {
  require(table.is_object(), "expected a table");
  require_known(table, "argument", names_of(kDeviceArguments));
  const Attributes config = config_from_json(kDeviceArguments, table);
  SweepDevice device;
  device.board = &find_board(config.text("board"));
  const std::string optimize = config.text("optimize");
  device.optimize = optimize == "size" ? Optimize::kSize : optimize == "ram" ? Optimize::kRam : Optimize::kSpeed;
  device.memory.caller = {.inputs = config.text("input_buffer") == "caller",
                          .outputs = config.text("output_buffer") == "caller"};
  if (config.has("ram")) device.memory.ram = static_cast<std::size_t>(config.integer("ram"));
  const auto limit = [&](const char* name, std::uint64_t& value) {
    if (config.has(name)) value = static_cast<std::uint64_t>(config.integer(name));
  };
  limit("max_flash", device.max_flash);
  limit("max_ram", device.max_ram);
  limit("max_instructions", device.max_instructions);
  return device;
}

}  // namespace

Sweep read_sweep(FileSystem& files, const std::filesystem::path& path) {
  const Bytes bytes = files.read(path, kMostBytes);
  return with_context(path.string(), [&] {
    Sweep sweep;
    sweep.path = path;
    sweep.text = as_text(bytes);
    const json file = json_from_toml(sweep.text);
    require_known(file, "argument", names_of(kArguments, {"parameters", "device"}));
    const Attributes config = config_from_json(kArguments, file);
    sweep.recipe = (path.parent_path() / config.text("recipe")).lexically_normal();
    const std::string method = config.text("method"), metric = config.text("metric");
    sweep.method = method == "grid"     ? SweepMethod::kGrid
                   : method == "random" ? SweepMethod::kRandom
                                        : SweepMethod::kHalving;
    sweep.metric = metric == "val_loss"       ? SweepMetric::kValLoss
                   : metric == "val_accuracy" ? SweepMetric::kValAccuracy
                                              : SweepMetric::kQuantizedAccuracy;
    sweep.eta = config.integer("eta");
    sweep.min_epochs = config.integer("min_epochs");
    with_context("[parameters]", [&] {
      const json table = file.value("parameters", json::object());
      require(table.is_object(), "expected a table");
      sweep.space = parse_space(table);
      sweep.configurations =
          sweep.method == SweepMethod::kGrid
              ? grid(sweep.space)
              : random_configurations(sweep.space, static_cast<std::size_t>(config.integer("trials")),
                                      static_cast<std::uint64_t>(config.integer("seed")));
    });
    if (file.contains("device")) sweep.device = with_context("[device]", [&] { return device_of(file["device"]); });
    return sweep;
  });
}

}  // namespace thimble
