#include "report/table.h"

#include <gtest/gtest.h>

#include "report/format.h"

namespace thimble {
namespace {

const Table kTable = {{{"Form", false}, {"bytes"}}, {{"a|b", "1,000"}, {"é<", "7"}}, "How & why."};

TEST(Table, AlignsTextByCharacters) {
  EXPECT_EQ(table_as_text(kTable), "  Form  bytes\n  a|b   1,000\n  é<        7\n\n  How & why.\n");
}

TEST(Table, EscapesMarkdownAndHtml) {
  EXPECT_EQ(table_as_markdown(kTable), "| Form | bytes |\n|---|---:|\n| a\\|b | 1,000 |\n| é\\< | 7 |\n\nHow & why.\n");
  const std::string html = table_as_html(kTable);
  EXPECT_NE(html.find("<td>é&lt;</td><td class=\"n\">7</td>"), std::string::npos);
  EXPECT_NE(html.find("How &amp; why."), std::string::npos);
}

TEST(Format, Numbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(percent(0.97891), "97.89 %");
  EXPECT_EQ(short_bytes(999), "999 B");
  EXPECT_EQ(short_bytes(24184), "24.2 kB");
  EXPECT_EQ(short_bytes(999'960), "1.00 MB");
  EXPECT_EQ(short_count(1107957), "1.11 M");
  EXPECT_EQ(short_count(12), "12");
}

TEST(Format, HtmlHasNoWayOut) {
  EXPECT_EQ(html_escape("<script>'\"&\n"), "&lt;script&gt;&#39;&quot;&amp; ");
  EXPECT_EQ(markdown_escape("[x](y)|`*\n"), "\\[x\\](y)\\|\\`\\* ");
}

}  // namespace
}  // namespace thimble
