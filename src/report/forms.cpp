#include "report/forms.h"

#include <algorithm>
#include <filesystem>

namespace thimble {

std::string file_name(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.empty() ? path : name;
}

std::string form_name(const EvalResult& evaluation) {
  if (evaluation.format.empty() || evaluation.weights_type.empty()) return file_name(evaluation.model);
  return evaluation.weights_type + " ." + evaluation.format;
}

std::string short_title(const BenchResult& bench) { return bench.title.substr(0, bench.title.find(" (")); }

std::string firmware_name(const Results& results, const BenchResult& bench) {
  const EvalResult* evaluation = evaluation_of(results, bench.model);
  const bool known = evaluation != nullptr && !evaluation->weights_type.empty();
  const std::string form = known ? evaluation->weights_type : file_name(bench.model);
  const bool several =
      std::ranges::any_of(results.benches, [&](const BenchResult& other) { return other.optimize != bench.optimize; });
  const std::string optimized = several && !bench.optimize.empty() ? ", " + bench.optimize : "";
  return form + " on " + short_title(bench) + optimized;
}

const EvalResult* evaluation_of(const Results& results, const std::string& model) {
  const auto found = std::ranges::find(results.evaluations, model, &EvalResult::model);
  return found == results.evaluations.end() ? nullptr : &*found;
}

const EvalResult* deployed_form(const Results& results) {
  for (const BenchResult& bench : results.benches) {
    if (const EvalResult* evaluation = evaluation_of(results, bench.model)) return evaluation;
  }
  const auto smallest = std::ranges::min_element(results.evaluations, {}, &EvalResult::file_bytes);
  return smallest == results.evaluations.end() ? nullptr : &*smallest;
}

const EvalResult* reference_form(const Results& results) {
  const auto trained = std::ranges::find(results.evaluations, "keras", &EvalResult::format);
  if (trained != results.evaluations.end()) return &*trained;
  const auto largest = std::ranges::max_element(results.evaluations, {}, &EvalResult::file_bytes);
  return largest == results.evaluations.end() ? nullptr : &*largest;
}

const BenchResult* deployed_firmware(const Results& results) {
  const EvalResult* deployed = deployed_form(results);
  if (deployed == nullptr) return results.benches.empty() ? nullptr : &results.benches[0];
  const auto found = std::ranges::find(results.benches, deployed->model, &BenchResult::model);
  return found == results.benches.end() ? nullptr : &*found;
}

}  // namespace thimble
