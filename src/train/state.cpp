#include "train/state.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"

namespace thimble {
namespace {

struct Column {
  const char* name;
  double EpochResult::*value;
};
constexpr Column kColumns[] = {{"loss", &EpochResult::loss},
                               {"accuracy", &EpochResult::accuracy},
                               {"val_loss", &EpochResult::val_loss},
                               {"val_accuracy", &EpochResult::val_accuracy},
                               {"seconds", &EpochResult::seconds}};
constexpr const char* kHistory = "history/";

/// The history's columns, with a number for each epoch; NaN where an epoch has none.
std::vector<std::pair<std::string, std::vector<double>>> columns_of(const std::vector<EpochResult>& history) {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  std::set<std::string> more;
  for (const Column& column : kColumns) {
    columns.push_back({column.name, {}});
    for (const EpochResult& epoch : history) columns.back().second.push_back(epoch.*column.value);
  }
  for (const EpochResult& epoch : history) {
    for (const auto& [name, value] : epoch.more) more.insert(name);
  }
  for (const std::string& name : more) {
    columns.push_back({name, {}});
    for (const EpochResult& epoch : history) {
      const auto found = epoch.more.find(name);
      columns.back().second.push_back(found == epoch.more.end() ? std::nan("") : found->second);
    }
  }
  return columns;
}

template <typename T>
NpyArray vector_of(const std::vector<T>& values) {
  return make_npy<T>({static_cast<std::int64_t>(values.size())}, values);
}

template <typename T>
std::span<const T> values_of(const NpzArrays& arrays, const std::string& name, std::size_t count) {
  const auto found = arrays.find(name);
  require(found != arrays.end() && found->second.type == npy_type<T>() && found->second.elements() == count,
          "'{}' is missing or damaged", name);
  return found->second.values<T>();
}

}  // namespace

NpzArrays to_arrays(const TrainState& state) {
  const EpochPosition& position = state.position;
  NpzArrays arrays;
  arrays["position"] = vector_of<std::int64_t>({position.epoch, position.step, position.sums.correct});
  arrays["sums"] = vector_of<double>({position.sums.loss, position.seconds});
  for (const auto& [name, values] : columns_of(state.history)) arrays[kHistory + name] = vector_of(values);
  return arrays;
}

TrainState train_state_from(const NpzArrays& arrays) {
  TrainState state;
  const auto position = values_of<std::int64_t>(arrays, "position", 3);
  const auto sums = values_of<double>(arrays, "sums", 2);
  constexpr std::int64_t kMost = INT32_MAX;
  require(position[0] >= 0 && position[0] <= kMost && position[1] >= 0 && position[1] <= kMost,
          "'position' is damaged");
  state.position = {static_cast<int>(position[0]), static_cast<int>(position[1]), {sums[0], position[2]}, sums[1]};
  state.history.resize(static_cast<std::size_t>(position[0]));
  for (const auto& [name, array] : arrays) {
    if (!name.starts_with(kHistory)) continue;
    const auto values = values_of<double>(arrays, name, state.history.size());
    const std::string column = name.substr(std::string(kHistory).size());
    const auto known = std::ranges::find_if(kColumns, [&](const Column& c) { return c.name == column; });
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (known != std::end(kColumns)) {
        state.history[i].*known->value = values[i];
      } else if (!std::isnan(values[i])) {
        state.history[i].more[column] = values[i];
      }
    }
  }
  return state;
}

std::string history_json(const std::vector<EpochResult>& history) {
  std::string json;
  for (const auto& [name, values] : columns_of(history)) {
    json += fmt::format("{}  \"{}\": [", json.empty() ? "{\n" : ",\n", name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string text = std::isfinite(values[i]) ? fmt::format("{}", values[i]) : "null";
      json += (i == 0 ? "" : ", ") + text;
    }
    json += "]";
  }
  return json + "\n}\n";
}

}  // namespace thimble
