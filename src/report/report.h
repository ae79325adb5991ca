// Results in, a report out: a page that needs nothing but itself, the same as Markdown, and as text for a terminal.
#pragma once

#include <string>

#include "base/file_system.h"
#include "report/sections.h"

namespace thimble {

struct Report {
  FileSet files;     // index.html and report.md
  std::string text;  // the tables, for a terminal
};

/// Throws InputError when there are no results at all.
Report make_report(const ReportInput& input);

}  // namespace thimble
