// Numbers and text as a reader likes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thimble {

/// "1,234,567"
std::string grouped(std::uint64_t number);

/// "97.89 %" of 0.9789.
std::string percent(double share, int decimals = 2);

/// "812 B", "24.2 kB", "1.30 MB": three significant digits; 1 kB is 1000 bytes.
std::string short_bytes(std::uint64_t bytes);

/// "812", "24.2 k", "1.30 M", "2.50 G": likewise.
std::string short_count(double count);

/// How many characters `text`, in UTF-8, takes on a terminal (none of them wide).
std::size_t text_width(std::string_view text);

/// `text` for the inside of an HTML element or a quoted attribute; control characters become spaces.
std::string html_escape(std::string_view text);

/// `text` for a cell of a Markdown table.
std::string markdown_escape(std::string_view text);

}  // namespace thimble
