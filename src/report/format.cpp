#include "report/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace thimble {
namespace {

/// `value` >= 0 with three significant digits, or all of those before the point if they are more.
std::string three_digits(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}", value, decimals);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string percent(double share, int decimals) { return fmt::format("{:.{}f} %", share * 100, decimals); }

std::string short_count(double count) {
  constexpr std::array<const char*, 5> kPrefixes = {"", "k", "M", "G", "T"};
  if (count < 1000) return fmt::format("{:.0f}", count);
  std::size_t prefix = 0;
  for (; count >= 999.5 && prefix + 1 < kPrefixes.size(); ++prefix) count /= 1000;
  return fmt::format("{} {}", three_digits(count), kPrefixes[prefix]);
}

std::string short_bytes(std::uint64_t bytes) {
  const std::string text = short_count(static_cast<double>(bytes));
  return text + (bytes < 1000 ? " B" : "B");
}

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string html_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += is_control(c) ? ' ' : c;
    }
  }
  return escaped;
}

std::string markdown_escape(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*_[]<>|";
  std::string escaped;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) escaped += '\\';
    escaped += is_control(c) ? ' ' : c;
  }
  return escaped;
}

}  // namespace thimble
