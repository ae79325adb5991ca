#include <fmt/format.h>

#include "report/format.h"
#include "report/forms.h"
#include "report/sections.h"

namespace thimble {
namespace {

std::string per_mac(const BenchLayer& layer) {
  if (layer.macs == 0) return "";
  return fmt::format("{:.2f}", static_cast<double>(layer.instructions) / static_cast<double>(layer.macs));
}

Table layer_table(const Results& results, const BenchResult& bench) {
  Table table{{{firmware_name(results, bench), false},
               {"output", false},
               {"MACs"},
               {"instructions"},
               {"per MAC"},
               {"weights"},
               {"code"}},
              {},
              "Of one run, marked between the layers, which takes a few instructions; code is that of the firmware "
              "without marks, its rows make up the whole."};
  for (const BenchLayer& layer : bench.layers) {
    table.rows.push_back({layer.name, layer.shape, layer.macs == 0 ? "" : grouped(layer.macs),
                          grouped(layer.instructions), per_mac(layer), grouped(layer.weights_bytes),
                          grouped(layer.code_bytes)});
  }
  for (const BenchLayer& share : bench.shared_code) {
    table.rows.push_back({fmt::format("{} and what {} layers share with it", share.name, share.layers), "", "", "", "",
                          "", grouped(share.code_bytes)});
  }
  table.rows.push_back(
      {"between layers, interface", "", "", grouped(bench.between_layers), "", "", grouped(bench.other_code_bytes)});
  return table;
}

}  // namespace

std::vector<Table> layer_tables(const Results& results) {
  std::vector<Table> tables;
  for (const BenchResult& bench : results.benches) {
    if (!bench.layers.empty()) tables.push_back(layer_table(results, bench));
  }
  return tables;
}

}  // namespace thimble
