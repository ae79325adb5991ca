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
std::span<const T> values_of(const NpzArrays& arrays, const std::string& name) {
  const auto found = arrays.find(name);
  require(found != arrays.end() && found->second.type == npy_type<T>(), "'{}' is missing or damaged", name);
  return found->second.values<T>();
}

template <typename T>
std::span<const T> values_of(const NpzArrays& arrays, const std::string& name, std::size_t count) {
  const auto values = values_of<T>(arrays, name);
  require(values.size() == count, "'{}' has {} numbers, not {}", name, values.size(), count);
  return values;
}

std::string callback_name(std::size_t index) { return fmt::format("callback/{}", index); }

}  // namespace

NpzArrays to_arrays(const TrainState& state) {
  const EpochPosition& position = state.position;
  NpzArrays arrays;
  arrays["position"] = vector_of<std::int64_t>({position.epoch, position.step, state.over ? 1 : 0});
  arrays["sums"] = vector_of<double>({position.sums.loss, position.sums.correct, position.seconds});
  arrays["metrics"] = vector_of(position.sums.metrics);
  arrays["learning_rate"] = vector_of<double>({state.learning_rate});
  for (std::size_t i = 0; i < state.callbacks.size(); ++i) {
    const CallbackState& callback = state.callbacks[i];
    const std::string name = callback_name(i);
    arrays[name] = vector_of<double>({callback.best, double(callback.wait), double(callback.cooldown)});
    arrays[name + "/weights"] = vector_of(callback.weights);
  }
  for (const auto& [name, values] : columns_of(state.history)) arrays[kHistory + name] = vector_of(values);
  return arrays;
}

TrainState train_state_from(const NpzArrays& arrays) {
  TrainState state;
  const auto position = values_of<std::int64_t>(arrays, "position", 3);
  const auto sums = values_of<double>(arrays, "sums", 3);
  const auto metrics = values_of<double>(arrays, "metrics");
  constexpr std::int64_t kMost = INT32_MAX;
  require(position[0] >= 0 && position[0] <= kMost && position[1] >= 0 && position[1] <= kMost,
          "'position' is damaged");
  state.position = {static_cast<int>(position[0]),
                    static_cast<int>(position[1]),
                    {sums[0], sums[1], {metrics.begin(), metrics.end()}},
                    sums[2]};
  state.over = position[2] != 0;
  state.learning_rate = values_of<double>(arrays, "learning_rate", 1)[0];
  for (std::size_t i = 0; arrays.contains(callback_name(i)); ++i) {
    const auto numbers = values_of<double>(arrays, callback_name(i), 3);
    const auto weights = values_of<float>(arrays, callback_name(i) + "/weights");
    for (const double number : numbers.subspan(1))
      require(number >= 0 && number <= double{kMost}, "'callback' is damaged");
    state.callbacks.push_back(
        {numbers[0], static_cast<int>(numbers[1]), static_cast<int>(numbers[2]), {weights.begin(), weights.end()}});
  }
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
    if (std::ranges::all_of(values, [](double value) { return std::isnan(value); })) continue;
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
