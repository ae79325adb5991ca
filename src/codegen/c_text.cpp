#include "codegen/c_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>

namespace thimble {
namespace {

constexpr std::size_t kLineWidth = 116;

/// Joins with commas, breaking lines at kLineWidth.
class Lines {
 public:
  void add(const std::string& element) {
    if (width_ + element.size() + 2 > kLineWidth) {
      text_ += "\n  ";
      width_ = 2;
    }
    text_ += element + ", ";
    width_ += element.size() + 2;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_ = "  ";
  std::size_t width_ = 2;
};

template <typename T>
std::string elements_as(ByteSpan data) {
  Lines lines;
  for (std::size_t i = 0; i + sizeof(T) <= data.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, data.data() + i, sizeof(T));
    if constexpr (std::is_same_v<T, float>) {
      lines.add(c_float(value));
    } else if constexpr (std::is_same_v<T, std::int32_t>) {
      lines.add(c_integer(value));
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      lines.add(value == INT64_MIN ? "INT64_MIN" : fmt::format("INT64_C({})", value));
    } else {
      lines.add(fmt::format("{}", value));
    }
  }
  return lines.take();
}

std::string field_value(const KernelField& field) {
  struct Visitor {
    std::string operator()(std::int64_t value) const { return c_integer(value); }
    std::string operator()(float value) const { return c_float(value); }
    std::string operator()(const std::vector<std::int64_t>& values) const {
      std::vector<std::string> texts;
      for (const std::int64_t value : values) texts.push_back((*this)(value));
      return fmt::format("{{{}}}", fmt::join(texts, ", "));
    }
    std::string operator()(const std::vector<float>& values) const {
      std::vector<std::string> texts;
      for (const float value : values) texts.push_back(c_float(value));
      return fmt::format("{{{}}}", fmt::join(texts, ", "));
    }
    std::string operator()(const std::vector<KernelField>& fields) const { return c_initializer(fields); }
  };
  return std::visit(Visitor{}, field.value);
}

}  // namespace

std::string Identifiers::unique(const std::string& name) {
  // Converters join the names of all nodes that they fused with ';', each a path: the last two parts of the first tell
  // most.
  std::string path = name.substr(0, name.find(';'));
  std::size_t cut = path.rfind('/');
  if (cut != std::string::npos && cut > 0) cut = path.rfind('/', cut - 1);
  if (cut != std::string::npos) path = path.substr(cut + 1);
  std::string identifier;
  for (const char c : path.substr(0, 48)) {
    identifier += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(c)) : '_';
  }
  if (identifier.empty() || std::isdigit(static_cast<unsigned char>(identifier[0]))) identifier = "t" + identifier;
  std::string candidate = identifier;
  for (int n = 2; !taken_.insert(candidate).second; ++n) candidate = fmt::format("{}_{}", identifier, n);
  return candidate;
}

std::string c_type(Type type) {
  switch (type) {
    case Type::kFloat32:
      return "float";
    case Type::kFloat16:
    case Type::kUint16:
      return "uint16_t";
    case Type::kInt4:
    case Type::kInt8:
      return "int8_t";
    case Type::kUint8:
    case Type::kBool:
      return "uint8_t";
    case Type::kInt16:
      return "int16_t";
    case Type::kInt32:
      return "int32_t";
    case Type::kUint32:
      return "uint32_t";
    case Type::kInt64:
      return "int64_t";
  }
  throw InternalError("a type without a C type");
}

const IntegerType& smallest_type(const std::vector<std::int64_t>& values) {
  static constexpr IntegerType kTypes[] = {{"uint8_t", 1, 0, UINT8_MAX},         {"int8_t", 1, INT8_MIN, INT8_MAX},
                                           {"uint16_t", 2, 0, UINT16_MAX},       {"int16_t", 2, INT16_MIN, INT16_MAX},
                                           {"int32_t", 4, INT32_MIN, INT32_MAX}, {"uint32_t", 4, 0, UINT32_MAX},
                                           {"int64_t", 8, INT64_MIN, INT64_MAX}};
  const auto range = std::ranges::minmax(values);
  return *std::ranges::find_if(kTypes,
                               [&](const IntegerType& type) { return type.min <= range.min && range.max <= type.max; });
}

std::string model_type(Type type) {
  switch (type) {
    case Type::kFloat32:
      return "MODEL_FLOAT32";
    case Type::kInt8:
      return "MODEL_INT8";
    case Type::kUint8:
      return "MODEL_UINT8";
    case Type::kInt16:
      return "MODEL_INT16";
    case Type::kInt32:
      return "MODEL_INT32";
    case Type::kInt64:
      return "MODEL_INT64";
    case Type::kBool:
      return "MODEL_BOOL";
    default:
      return "MODEL_OTHER";
  }
}

std::string c_integer(std::int64_t value) {
  if (value == INT32_MIN) return "INT32_MIN";
  if (value == INT64_MIN) return "INT64_MIN";
  return value > INT32_MAX || value < INT32_MIN ? fmt::format("INT64_C({})", value) : fmt::format("{}", value);
}

std::string c_float(float value) {
  if (std::isnan(value)) return "(0.0f / 0.0f)";
  if (std::isinf(value)) return value > 0 ? "(1.0f / 0.0f)" : "(-1.0f / 0.0f)";
  std::string text = fmt::format("{:.9g}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "f";
}

std::string c_elements(Type type, ByteSpan data) {
  switch (type) {
    case Type::kFloat32:
      return elements_as<float>(data);
    case Type::kFloat16:
    case Type::kUint16:
      return elements_as<std::uint16_t>(data);
    case Type::kInt4:
    case Type::kInt8:
      return elements_as<std::int8_t>(data);
    case Type::kUint8:
    case Type::kBool:
      return elements_as<std::uint8_t>(data);
    case Type::kInt16:
      return elements_as<std::int16_t>(data);
    case Type::kInt32:
      return elements_as<std::int32_t>(data);
    case Type::kUint32:
      return elements_as<std::uint32_t>(data);
    case Type::kInt64:
      return elements_as<std::int64_t>(data);
  }
  throw InternalError("a type without a C type");
}

std::string c_initializer(const std::vector<KernelField>& fields) {
  std::vector<std::string> members;
  for (const KernelField& field : fields) members.push_back(fmt::format(".{} = {}", field.name, field_value(field)));
  return fmt::format("{{{}}}", fmt::join(members, ", "));
}

std::string c_comment(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '*' && c != '?';
    result += plain ? c : '_';
  }
  return result;
}

}  // namespace thimble
