#include "sweep/store.h"

#include <sqlite3.h>

#include <cmath>

#include "base/error.h"

namespace thimble {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS sweep (text TEXT NOT NULL, recipe TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS trial (configuration INTEGER, rung INTEGER, epochs INTEGER, parameters TEXT, state "
    "TEXT,"
    " note TEXT, val_loss REAL, val_accuracy REAL, quantized_accuracy REAL, flash_bytes INTEGER, ram_bytes INTEGER,"
    " instructions INTEGER, seconds REAL, PRIMARY KEY (configuration, rung));";

class Database {
 public:
  explicit Database(const std::filesystem::path& path) : path_(path) {
    const int code = sqlite3_open(path.c_str(), &handle_);
    if (code != SQLITE_OK) fail();
  }
  ~Database() { sqlite3_close(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  sqlite3* handle() const { return handle_; }
  [[noreturn]] void fail() const {
    const std::string message = handle_ == nullptr ? "not enough memory" : sqlite3_errmsg(handle_);
    if (handle_ != nullptr && sqlite3_errcode(handle_) == SQLITE_NOTADB) {
      input_error("{}: not a file of results of a sweep; give another folder", path_.string());
    }
    input_error("{}: {}", path_.string(), message);
  }
  void execute(const char* sql) const {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

 private:
  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
};

/// A prepared statement; parameters and columns are numbered from 0.
class Statement {
 public:
  Statement(const Database& database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v2(database.handle(), sql, -1, &handle_, nullptr) != SQLITE_OK) database.fail();
  }
  ~Statement() { sqlite3_finalize(handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::int64_t value) { return check(sqlite3_bind_int64(handle_, ++bound_, value)); }
  Statement& bind(double value) {
    return check(std::isnan(value) ? sqlite3_bind_null(handle_, ++bound_)
                                   : sqlite3_bind_double(handle_, ++bound_, value));
  }
  Statement& bind(std::string_view value) {
    return check(sqlite3_bind_text(handle_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT));
  }
  /// Whether there is a row.
  bool step() {
    const int code = sqlite3_step(handle_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) database_.fail();
    return code == SQLITE_ROW;
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  double real(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL ? std::numeric_limits<double>::quiet_NaN()
                                                               : sqlite3_column_double(handle_, column);
  }
  std::string text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return data == nullptr ? std::string()
                           : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
  }

 private:
  Statement& check(int code) {
    if (code != SQLITE_OK) database_.fail();
    return *this;
  }

  const Database& database_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
};

/// {"layers.1.filters": 4}
std::string parameters_of(const Configuration& configuration) {
  nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
  for (const RecipeOverride& change : configuration) {
    parameters[change.key] = nlohmann::ordered_json::parse(change.value, nullptr, false);
  }
  return parameters.dump();
}

}  // namespace

class SweepStore::Impl {
 public:
  Impl(const std::filesystem::path& path, const Sweep& sweep) : database(path), configurations(sweep.configurations) {}

  Database database;
  const std::vector<Configuration>& configurations;
};

SweepStore::SweepStore(const std::filesystem::path& path, const Sweep& sweep, std::string_view recipe_text)
    : impl_(std::make_unique<Impl>(path, sweep)) {
  const Database& database = impl_->database;
  sqlite3_busy_timeout(database.handle(), 10'000);  // milliseconds; another process may be reading
  database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  database.execute(kSchema);
  Statement known(database, "SELECT text, recipe FROM sweep");
  if (known.step()) {
    require(known.text(0) == sweep.text && known.text(1) == recipe_text,
            "{}: holds the results of another {}; give another folder with -o, or delete it", path.string(),
            known.text(0) == sweep.text ? "version of the recipe" : "sweep");
  } else {
    Statement(database, "INSERT INTO sweep VALUES (?, ?)").bind(sweep.text).bind(recipe_text).step();
  }
  database.execute("DELETE FROM trial WHERE state = 'running'");
}

SweepStore::~SweepStore() = default;

Trials SweepStore::finished() const {
  Trials trials;
  Statement row(impl_->database,
                "SELECT configuration, rung, epochs, state, note, val_loss, val_accuracy, quantized_accuracy, "
                "flash_bytes, ram_bytes, instructions, seconds FROM trial WHERE state != 'running'");
  while (row.step()) {
    Trial trial;
    trial.job = {static_cast<std::size_t>(row.integer(0)), static_cast<int>(row.integer(1)),
                 static_cast<int>(row.integer(2))};
    trial.state = state_named(row.text(3));
    trial.note = row.text(4);
    trial.val_loss = row.real(5);
    trial.val_accuracy = row.real(6);
    trial.quantized_accuracy = row.real(7);
    trial.flash_bytes = static_cast<std::uint64_t>(row.integer(8));
    trial.ram_bytes = static_cast<std::uint64_t>(row.integer(9));
    trial.instructions = static_cast<std::uint64_t>(row.integer(10));
    trial.seconds = row.real(11);
    if (trial.job.configuration < impl_->configurations.size()) trials[trial.job] = trial;
  }
  return trials;
}

void SweepStore::put(const Trial& trial) {
  Statement(impl_->database, "INSERT OR REPLACE INTO trial VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(static_cast<std::int64_t>(trial.job.configuration))
      .bind(static_cast<std::int64_t>(trial.job.rung))
      .bind(static_cast<std::int64_t>(trial.job.epochs))
      .bind(parameters_of(impl_->configurations[trial.job.configuration]))
      .bind(name_of(trial.state))
      .bind(trial.note)
      .bind(trial.val_loss)
      .bind(trial.val_accuracy)
      .bind(trial.quantized_accuracy)
      .bind(static_cast<std::int64_t>(trial.flash_bytes))
      .bind(static_cast<std::int64_t>(trial.ram_bytes))
      .bind(static_cast<std::int64_t>(trial.instructions))
      .bind(trial.seconds)
      .step();
}

}  // namespace thimble
