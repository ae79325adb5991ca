// A table that is shown three times: in the terminal, in Markdown, in HTML.
#pragma once

#include <string>
#include <vector>

namespace thimble {

struct Column {
  std::string title;
  bool number = true;  // aligned to the right
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // one cell a column, plain text
  std::string note;                            // one sentence: how the numbers were obtained
};

std::string table_as_text(const Table& table);
std::string table_as_markdown(const Table& table);
std::string table_as_html(const Table& table);

}  // namespace thimble
