// For tests: makes a parsed model writable, without any operator's code.
#pragma once

#include <map>
#include <string_view>

#include "wire/tflite.h"

namespace thimble {

/// The kinds of the fields of the schema's options, by their number in the union BuiltinOptions: c int8, i int32, l
/// int64, b bool, f float, s text, I list of int32, F list of float. Those without fields are left out.
inline const std::map<int, std::string_view> kOptionKinds = {
    {1, "ciiciic"}, {2, "ciiicii"}, {3, "iII"},   {4, "c"},      {5, "ciiiic"},  {6, "icb"},        {7, "cb"},
    {8, "ccbbc"},   {9, "f"},       {10, "ic"},   {11, "cb"},    {12, "c"},      {13, "ifff"},      {14, "cffcb"},
    {15, "iibb"},   {16, "i"},      {17, "I"},    {18, "iib"},   {19, "i"},      {20, "c"},         {21, "c"},
    {23, "ii"},     {27, "b"},      {28, "cb"},   {29, "c"},     {30, "I"},      {31, "bcb"},       {32, "iiiiib"},
    {35, "i"},      {37, "cc"},     {40, "c"},    {49, "ciicc"}, {50, "b"},      {55, "c"},         {57, "c"},
    {58, "ffib"},   {59, "ii"},     {61, "i"},    {64, "ii"},    {69, "cffbbb"}, {70, "bcbb"},      {71, "cffbbb"},
    {74, "bb"},     {75, "f"},      {77, "c"},    {79, "i"},     {80, "c"},      {87, "ii"},        {92, "ii"},
    {93, "ii"},     {94, "i"},      {101, "bbb"}, {102, "bb"},   {103, "i"},     {106, "ciiiciii"}, {107, "icc"},
    {111, "ss"},    {114, "ll"},    {115, "F"},   {116, "b"}};

inline OptionValue option_value(const OptionsTable& table, int slot, char kind) {
  switch (kind) {
    case 'c':
      return table.i8(slot, 0);
    case 'i':
      return table.i32(slot, 0);
    case 'l':
      return table.i64(slot, 0);
    case 'b':
      return table.b8(slot, false);
    case 'f':
      return table.f32(slot, 0);
    case 's':
      return table.text(slot);
    case 'I':
      return table.i32_vector(slot);
    default:
      return table.f32_vector(slot);
  }
}

/// The same options as a list of fields.
inline OptionsTable made_from(const TfliteOptions& options) {
  std::vector<OptionField> fields;
  if (const auto kinds = kOptionKinds.find(options.type); kinds != kOptionKinds.end()) {
    for (int slot = 0; slot < static_cast<int>(kinds->second.size()); ++slot) {
      if (!options.table.has(slot)) continue;
      fields.push_back({slot, option_value(options.table, slot, kinds->second[static_cast<std::size_t>(slot)])});
    }
  }
  return OptionsTable(std::move(fields));
}

/// The same model, which write_tflite takes.
inline TfliteModel writable(TfliteModel model) {
  for (TfliteSubgraph& graph : model.subgraphs) {
    for (TfliteOperator& op : graph.operators) op.options.table = made_from(op.options);
  }
  return model;
}

}  // namespace thimble
