#include "codegen/layers_c.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace thimble {
namespace {

/// A member of the table: how each layer fills it.
struct Member {
  std::string name;
  std::string type;
  std::size_t bytes;
  std::vector<std::string> values;
};

/// An argument of the function that computes a row (stream_c.h).
struct RowArgument {
  std::string name;
  std::string declaration;
};

/// Those that a layer's pointers name.
std::vector<RowArgument> row_arguments(const KernelUse& layer) {
  static const RowArgument kAll[] = {
      {"row", "int row"}, {"input", "const void *input"}, {"other", "const void *other"}, {"output", "void *output"}};
  std::vector<RowArgument> result;
  for (const RowArgument& argument : kAll) {
    const auto names = [&](const LayerPointer& pointer) {
      return pointer.passed == argument.name || pointer.passed.find(argument.name + " * ") != std::string::npos;
    };
    if (std::ranges::any_of(layer.pointers, names)) result.push_back(argument);
  }
  return result;
}

/// Layers share a function if they call the same kernel and pass a row's arguments on in the same way.
std::string group_of(const KernelUse& layer) {
  std::string key = layer.call->symbol;
  for (const LayerPointer& pointer : layer.pointers) key += "," + pointer.passed;
  return key;
}

/// Writes the function of the layers that call one kernel.
class GroupWriter {
 public:
  GroupWriter(const std::string& name, const std::vector<KernelUse>& layers, const std::string& flash,
              const std::string& far)
      : name_(name), layers_(layers), flash_(flash), far_(far) {}

  std::string write() {
    std::vector<const std::vector<KernelField>*> fields;
    for (const KernelUse& layer : layers_) fields.push_back(&layer.call->fields);
    const std::string params = structure("", fields);
    const std::string params_name = name_ + "_params";
    std::vector<std::string> arguments = {"&" + params_name};
    for (std::size_t i = 0; i < layers_[0].pointers.size(); ++i) arguments.push_back(pointer(i));
    std::vector<std::string> row;
    for (const RowArgument& row_argument : row_arguments(layers_[0])) row.push_back(row_argument.declaration);
    if (layers_.size() > 1) row.insert(row.begin(), "int32_t layer");
    const std::string argument = row.empty() ? "void" : fmt::format("{}", fmt::join(row, ", "));
    const std::string call = layers_[0].call->symbol + fmt::format("({});\n}}\n\n", fmt::join(arguments, ", "));
    const std::string& type = layers_[0].call->params_type;
    if (members_.empty()) {  // all is constant
      return fmt::format("static const {} {} = {};\nstatic void {}({}) {{\n{}  {}", type, params_name, params, name_,
                         argument, layers_.size() > 1 ? "  (void)layer;\n" : "", call);
    }
    // In a loop over the layers avr-gcc would take the table's members for ones in RAM (kernel/flash.h).
    const char* called = flash_.empty() ? "" : "__attribute__((noinline)) ";
    return table() + fmt::format("static {}void {}({}) {{\n  const {} {} = {};\n  {}", called, name_, argument, type,
                                 params_name, params, call);
  }

 private:
  std::string member(Member added) {
    members_.push_back(std::move(added));
    return fmt::format("{}_table[layer].{}", name_, members_.back().name);
  }

  std::string integer(const std::string& name, const std::vector<std::int64_t>& values) {
    if (std::ranges::count(values, values[0]) == std::ssize(values)) return c_integer(values[0]);
    const IntegerType& type = smallest_type(values);
    std::vector<std::string> texts;
    for (const std::int64_t value : values) texts.push_back(c_integer(value));
    return member({name, type.name, type.bytes, texts});
  }

  std::string real(const std::string& name, const std::vector<float>& values) {
    std::vector<std::string> texts;
    for (const float value : values) texts.push_back(c_float(value));
    if (std::ranges::count(texts, texts[0]) == std::ssize(texts)) return texts[0];
    return member({name, "float", sizeof(float), texts});
  }

  std::string number(const std::string& name, const std::vector<std::int64_t>& values) { return integer(name, values); }
  std::string number(const std::string& name, const std::vector<float>& values) { return real(name, values); }

  template <typename T>
  std::string array(const std::string& name, const std::vector<const KernelField*>& fields) {
    std::vector<std::string> elements;
    for (std::size_t i = 0; i < std::get<std::vector<T>>(fields[0]->value).size(); ++i) {
      std::vector<T> values;
      for (const KernelField* field : fields) values.push_back(std::get<std::vector<T>>(field->value)[i]);
      elements.push_back(number(fmt::format("{}_{}", name, i), values));
    }
    return fmt::format("{{{}}}", fmt::join(elements, ", "));
  }

  template <typename T>
  std::string scalar(const std::string& name, const std::vector<const KernelField*>& fields) {
    std::vector<T> values;
    for (const KernelField* field : fields) values.push_back(std::get<T>(field->value));
    return number(name, values);
  }

  /// The value of one field, which the layers may have different.
  std::string value(const std::string& name, const std::vector<const KernelField*>& fields) {
    struct Visitor {
      GroupWriter& writer;
      const std::string& name;
      const std::vector<const KernelField*>& fields;
      std::string operator()(std::int64_t) const { return writer.scalar<std::int64_t>(name, fields); }
      std::string operator()(float) const { return writer.scalar<float>(name, fields); }
      std::string operator()(const std::vector<std::int64_t>&) const {
        return writer.array<std::int64_t>(name, fields);
      }
      std::string operator()(const std::vector<float>&) const { return writer.array<float>(name, fields); }
      std::string operator()(const std::vector<KernelField>&) const {
        std::vector<const std::vector<KernelField>*> inner;
        for (const KernelField* field : fields) inner.push_back(&std::get<std::vector<KernelField>>(field->value));
        return writer.structure(name + "_", inner);
      }
    };
    return std::visit(Visitor{*this, name, fields}, fields[0]->value);
  }

  /// "{.window = {.batches = 1, ...}, ...}"; `structures` has the struct of each layer.
  std::string structure(const std::string& prefix, const std::vector<const std::vector<KernelField>*>& structures) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < structures[0]->size(); ++i) {
      std::vector<const KernelField*> fields;
      for (const std::vector<KernelField>* fields_of_layer : structures) fields.push_back(&(*fields_of_layer)[i]);
      const std::string& name = fields[0]->name;
      texts.push_back(fmt::format(".{} = {}", name, value(prefix + name, fields)));
    }
    return fmt::format("{{{}}}", fmt::join(texts, ", "));
  }

  std::string pointer(std::size_t index) {
    const auto of = [index](const KernelUse& layer) { return layer.pointers[index]; };
    const LayerPointer first = of(layers_[0]);
    const std::string name = fmt::format("operand_{}", index);
    if (!first.passed.empty()) return first.passed;
    if (std::ranges::all_of(layers_, [&](const KernelUse& layer) { return of(layer).offset.has_value(); })) {
      std::vector<std::int64_t> offsets;
      for (const KernelUse& layer : layers_) offsets.push_back(*of(layer).offset);
      const bool in_arena = std::ranges::all_of(offsets, [](std::int64_t offset) { return offset >= 0; });
      return fmt::format("{}({})", in_arena ? "ARENA" : "ARENA_OR_CALLER", integer(name, offsets));
    }
    std::vector<std::string> texts;
    for (const KernelUse& layer : layers_) {
      texts.push_back(of(layer).offset ? fmt::format("ARENA({})", *of(layer).offset) : of(layer).constant);
    }
    if (std::ranges::count(texts, texts[0]) == std::ssize(texts)) return texts[0];
    const auto is_constant = [&](const KernelUse& layer) { return !of(layer).offset && of(layer).constant != "NULL"; };
    const auto is_flash = [&](const KernelUse& layer) { return layer.call->operands[index].flash; };
    const auto is_far = [&](const KernelUse& layer) { return layer.call->operands[index].far; };
    const std::string& space = std::ranges::any_of(layers_, is_far) ? far_ : flash_;
    const std::string type = std::ranges::any_of(layers_, is_flash)      ? fmt::format("const {}void *", space)
                             : std::ranges::any_of(layers_, is_constant) ? "const void *"
                                                                         : "void *";
    return member({name, type, sizeof(void*), texts});
  }

  /// The table of all members, the widest first, so that there is no padding between them.
  std::string table() {
    if (members_.empty()) return "";
    std::ranges::stable_sort(members_, std::ranges::greater(), &Member::bytes);
    std::string text = fmt::format("static const {}struct {{\n", flash_);
    for (const Member& member : members_) text += fmt::format("  {} {};\n", member.type, member.name);
    text += fmt::format("}} {}_table[] = {{\n", name_);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      std::vector<std::string> values;
      for (const Member& member : members_) values.push_back(member.values[i]);
      text += fmt::format("    {{{}}},\n", fmt::join(values, ", "));
    }
    return text + "};\n";
  }

  const std::string& name_;
  const std::vector<KernelUse>& layers_;
  const std::string& flash_;
  const std::string& far_;
  std::vector<Member> members_;
};

/// A table cannot hold both the address of a constant and a buffer of the caller's: such a call gets a function of its
/// own.
void pass_buffers_beside_constants(std::vector<KernelUse>& layers) {
  for (KernelUse& layer : layers) {
    for (std::size_t i = 0; i < layer.pointers.size(); ++i) {
      LayerPointer& pointer = layer.pointers[i];
      if (pointer.offset.value_or(0) >= 0) continue;
      const bool mixed = std::ranges::any_of(layers, [&](const KernelUse& other) {
        return other.call->symbol == layer.call->symbol && !other.pointers[i].constant.empty();
      });
      if (mixed) pointer = {.passed = fmt::format("of_caller[{}]", -1 - *pointer.offset)};
    }
  }
}

struct Group {
  std::string function;
  std::vector<KernelUse> layers;
};

}  // namespace

std::string SharedCall::text(const std::string& number) const {
  std::vector<std::string> arguments;
  if (layers > 1) arguments.push_back(number);
  if (!row.empty()) arguments.push_back(row);
  return fmt::format("{}({})", function, fmt::join(arguments, ", "));
}

LayersText layers_c(std::vector<KernelUse> layers, Identifiers& identifiers, const std::string& flash,
                    const std::string& far) {
  pass_buffers_beside_constants(layers);
  std::map<std::string, Group> groups;
  for (const KernelUse& layer : layers) groups[group_of(layer)].layers.push_back(layer);
  LayersText text;
  for (auto& [key, group] : groups) {
    const std::string& symbol = group.layers[0].call->symbol;
    group.function = identifiers.unique(symbol.substr(symbol.find('_') + 1) + "_layer");
    text.functions += GroupWriter(group.function, group.layers, flash, far).write();
  }
  std::map<const Group*, std::size_t> called;
  for (const KernelUse& layer : layers) {
    const Group& group = groups[group_of(layer)];
    std::vector<std::string> row;
    for (const RowArgument& argument : row_arguments(layer)) row.push_back(argument.name);
    text.calls.push_back(
        {group.function, called[&group]++, group.layers.size(), fmt::format("{}", fmt::join(row, ", "))});
  }
  return text;
}

std::string layer_comment(std::span<const LayerNote> notes) {
  std::vector<std::size_t> steps;
  for (const LayerNote& note : notes) steps.push_back(note.step);
  return fmt::format("/* {}: {} */", fmt::join(steps, ", "), c_comment(notes[0].op));
}

std::string call_lines(const std::vector<SharedCall>& calls, const std::vector<LayerNote>& notes) {
  std::string text;
  for (std::size_t i = 0; i < calls.size();) {
    std::size_t end = i + 1;
    while (end < calls.size() && calls[end].function == calls[i].function) ++end;
    const std::size_t count = end - i, first = calls[i].index;
    if (count > 1) text += fmt::format("  for (int32_t i = {}; i < {}; ++i)\n  ", first, first + count);
    text += fmt::format("  {}; {}\n", count > 1 ? calls[i].text("i") : calls[i].text(),
                        layer_comment(std::span(notes).subspan(i, count)));
    i = end;
  }
  return text;
}

}  // namespace thimble
