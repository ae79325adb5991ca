#include "codegen/narrow_params.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "codegen/c_text.h"

namespace thimble {
namespace {

constexpr std::string_view kBegin = "typedef struct {\n", kWide = "  int32_t ";

/// The body of a struct in a file: the text between its braces.
struct Body {
  std::string* file;
  std::size_t begin, end;
  std::string_view text() const { return std::string_view(*file).substr(begin, end - begin); }
};

std::optional<Body> find_struct(FileSet& files, const std::string& type) {
  for (auto& [name, text] : files) {
    const std::size_t end = name.starts_with("kernels/") ? text.find("\n} " + type + ";") : std::string::npos;
    if (end == std::string::npos) continue;
    const std::size_t begin = text.rfind(kBegin, end);
    if (begin != std::string::npos) return Body{&text, begin + kBegin.size(), end + 1};
  }
  return {};
}

/// "a, b" of the line "  int32_t a, b; /* ... */"; empty: it declares something else.
std::string_view names_in(std::string_view line) {
  const std::string_view names = line.substr(0, line.find(';'));
  if (!line.starts_with(kWide) || names.size() == line.size() || names.find('[') != std::string_view::npos) return {};
  return names.substr(kWide.size());
}

/// The type of a member that is a struct.
std::string type_of_member(std::string_view body, const std::string& member) {
  const std::size_t end = body.find(" " + member + ";"), begin = body.rfind('\n', end);
  if (end == std::string_view::npos) return "";
  const std::string_view type = body.substr(begin + 1, end - begin - 1);  // npos + 1 is 0
  return std::string(type.substr(std::min(type.size(), type.find_first_not_of(' '))));
}

using Values = std::map<std::string, std::vector<std::int64_t>>;  // of members

class Narrower {
 public:
  explicit Narrower(FileSet& files) : files_(files) {}

  void collect(const std::string& type, const std::vector<KernelField>& fields) {
    const std::optional<Body> body = find_struct(files_, type);
    for (const KernelField& field : fields) {
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) values_[type][field.name].push_back(*number);
      const auto* inner = std::get_if<std::vector<KernelField>>(&field.value);
      if (inner != nullptr && body) collect(type_of_member(body->text(), field.name), *inner);
    }
  }

  /// The struct, and those in it.
  void narrow(const std::string& type, const std::vector<KernelField>& fields) {
    const std::optional<Body> body = find_struct(files_, type);
    if (!body || !done_.insert(type).second || is_operand(type)) return;
    for (const KernelField& field : fields) {
      const auto* inner = std::get_if<std::vector<KernelField>>(&field.value);
      if (inner != nullptr) narrow(type_of_member(body->text(), field.name), *inner);
    }
    rewrite(*find_struct(files_, type), values_[type]);
  }

  bool is_shared(const std::string& symbol) const {
    return contains(fmt::format("THIMBLE_SHARED_KERNEL void {}(", symbol));
  }

 private:
  bool contains(const std::string& part) const {
    for (const auto& [name, text] : files_) {
      if (name.starts_with("kernels/") && text.find(part) != std::string::npos) return true;
    }
    return false;
  }

  /// Whether kernels read arrays of it: those lie among the weights, as they are.
  bool is_operand(const std::string& type) const {
    constexpr std::string_view kDeclaration = "KERNEL void ";
    for (const auto& [name, text] : files_) {
      for (std::size_t at = 0; (at = text.find(kDeclaration, at)) != std::string::npos; ++at) {
        const std::string_view arguments = std::string_view(text).substr(at, text.find_first_of(";{", at) - at);
        const std::size_t first = arguments.find(',');
        if (first != arguments.npos && arguments.substr(first).find(" " + type + "*") != arguments.npos) return true;
      }
    }
    return false;
  }

  static void rewrite(const Body& body, const Values& values) {
    std::string text;
    for (std::string_view rest = body.text(); !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n') + 1);
      rest.remove_prefix(line.size());
      const std::string_view names = names_in(line);
      text += names.empty() ? std::string(line)
                            : "  " + declarations(names, values) + std::string(line.substr(line.find(';') + 1));
    }
    body.file->replace(body.begin, body.end - body.begin, text);
  }

  /// "uint8_t a, b; int16_t c;"
  static std::string declarations(std::string_view names, const Values& values) {
    std::string text, last;
    while (!names.empty()) {
      const std::string name(names.substr(0, names.find(',')));
      names.remove_prefix(std::min(names.size(), name.size() + 2));  // ", "
      const auto found = values.find(name);
      const std::string type = found == values.end() ? "int32_t" : smallest_type(found->second).name;
      text += type == last ? ", " : fmt::format("{}{} ", last.empty() ? "" : "; ", type);
      text += name;
      last = type;
    }
    return text + ";";
  }

  FileSet& files_;
  std::map<std::string, Values> values_;
  std::set<std::string> done_;
};

}  // namespace

void narrow_params(FileSet& files, const std::vector<const KernelCall*>& calls) {
  Narrower narrower(files);
  for (const KernelCall* call : calls) narrower.collect(call->params_type, call->fields);
  for (const KernelCall* call : calls) {
    if (narrower.is_shared(call->symbol)) narrower.narrow(call->params_type, call->fields);
  }
}

}  // namespace thimble
