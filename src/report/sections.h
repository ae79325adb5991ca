// The sections of a report: what is compared, as tables and plots.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"
#include "report/effort.h"
#include "report/results.h"
#include "report/table.h"

namespace thimble {

struct ReportInput {
  Results results;
  Effort effort;
  Dataset data;  // of the evaluations; empty: misclassified samples are not shown
};

struct Figure {
  std::string caption;
  std::string html;
};

struct Section {
  std::string id, title;
  std::string lead{};  // one or two sentences: what to see here
  std::vector<Table> tables{};
  std::vector<Figure> figures{};
  std::vector<std::string> commands{};  // lines for a shell
};

/// One of the few numbers that matter most.
struct KeyFigure {
  std::string value, name, detail;
};

/// Those for which there are results, in the order of reading.
std::vector<Section> make_sections(const ReportInput& input);

Section size_section(const Results& results);
Section accuracy_section(const ReportInput& input);
Section memory_section(const Results& results);
Section performance_section(const Results& results);
Section effort_section(const ReportInput& input);

/// Instructions, weights and code layer by layer: of each firmware that they are known of.
std::vector<Table> layer_tables(const Results& results);

std::vector<KeyFigure> key_figures(const Results& results);

/// What was compared: "int8.tflite on Arm Cortex-M4 and Arm Cortex-M0".
std::string subject(const Results& results);

}  // namespace thimble
