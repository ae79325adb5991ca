// The rules of the layout (docs/architecture.md), read off the sources' own #include lines.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path kSource = fs::path(THIMBLE_SOURCE_DIR) / "src";

std::vector<fs::path> sources(const fs::path& folder) {
  std::vector<fs::path> result;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".h" || extension == ".cpp" || extension == ".c") result.push_back(entry.path());
  }
  return result;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The paths in quotes after #include.
std::vector<std::string> includes_of(const fs::path& path) {
  static const std::regex kInclude(R"re(#include "([^"]+)")re");
  const std::string text = text_of(path);
  std::vector<std::string> result;
  for (std::sregex_iterator match(text.begin(), text.end(), kInclude), end; match != end; ++match) {
    result.push_back((*match)[1]);
  }
  return result;
}

bool is_test(const fs::path& path) { return path.filename().string().find("_test") != std::string::npos; }

/// The modules that src/CMakeLists.txt lets each module include.
std::map<std::string, std::set<std::string>> declared_modules() {
  static const std::regex kModule(R"(thimble_module\((\w+)(?: DEPENDS ([a-z_ ]+))?)");
  const std::string text = text_of(kSource / "CMakeLists.txt");
  std::map<std::string, std::set<std::string>> result;
  for (std::sregex_iterator match(text.begin(), text.end(), kModule), end; match != end; ++match) {
    std::istringstream names((*match)[2]);
    auto& allowed = result[(*match)[1]];
    for (std::string name; names >> name;) allowed.insert(name);
  }
  return result;
}

TEST(Layout, ModulesIncludeOnlyWhatTheyDeclare) {
  const auto modules = declared_modules();
  ASSERT_TRUE(modules.contains("ops"));
  for (const auto& [module, allowed] : modules) {
    for (const fs::path& path : sources(kSource / module)) {
      if (is_test(path)) continue;
      for (const std::string& include : includes_of(path)) {
        const std::string other = include.substr(0, include.find('/'));
        if (other == module || !modules.contains(other)) continue;
        EXPECT_TRUE(allowed.contains(other)) << path << " includes " << include;
      }
    }
  }
}

TEST(Layout, NothingIncludesTheProgram) {
  for (const fs::path& path : sources(kSource)) {
    if (path.string().find("/cli/") != std::string::npos) continue;
    for (const std::string& include : includes_of(path)) EXPECT_NE(include.substr(0, 4), "cli/") << path;
  }
}

TEST(Layout, AnOperatorNeverIncludesAnother) {
  for (const fs::path& path : sources(kSource / "ops")) {
    const fs::path relative = fs::relative(path, kSource / "ops");
    if (std::distance(relative.begin(), relative.end()) < 2) continue;
    const std::string folder = relative.begin()->string();
    for (const std::string& include : includes_of(path)) {
      const fs::path included(include);
      if (std::distance(included.begin(), included.end()) < 3 || included.begin()->string() != "ops") continue;
      EXPECT_EQ(std::next(included.begin())->string(), folder) << path << " includes " << include;
    }
  }
}

TEST(Layout, OnlyOperatorsIncludeAnOperator) {
  for (const fs::path& path : sources(kSource)) {
    if (path.string().find("/ops/") != std::string::npos) continue;
    for (const std::string& include : includes_of(path)) {
      const fs::path included(include);
      EXPECT_FALSE(std::distance(included.begin(), included.end()) == 3 && included.begin()->string() == "ops")
          << path << " includes " << include;
    }
  }
}

TEST(Layout, KernelsIncludeOnlyFreestandingHeadersAndKernels) {
  static const std::set<std::string> kAllowed = {"<stddef.h>", "<stdint.h>", "<string.h>", "<math.h>", "<float.h>"};
  static const std::regex kSystem(R"(#include (<[^>]+>))");
  for (const fs::path& path : sources(kSource)) {
    const std::string name = path.filename().string();
    const bool is_kernel = name.ends_with("_kernel.h") || name.ends_with("_kernel.c") ||
                           (path.parent_path() == kSource / "kernel" && name.ends_with(".h"));
    if (!is_kernel) continue;
    const std::string text = text_of(path);
    for (std::sregex_iterator match(text.begin(), text.end(), kSystem), end; match != end; ++match) {
      EXPECT_TRUE(kAllowed.contains((*match)[1])) << path << " includes " << (*match)[1];
    }
    for (const std::string& include : includes_of(path)) {
      EXPECT_TRUE(include.starts_with("kernel/") || include.starts_with("ops/")) << path << " includes " << include;
    }
  }
}

// Two types of one name in namespace thimble would share their functions, such as a vector's, without a word.
TEST(Layout, NoTwoHeadersDefineTypesOfOneName) {
  static const std::regex kType(R"(^(?:struct|class) (?:alignas\(\d+\) )?(\w+)(?: final)?(?: :[^:]|\s*\{).*)");
  std::map<std::string, std::string> headers;  // by type
  for (const fs::path& path : sources(kSource)) {
    if (path.extension() != ".h") continue;
    std::ifstream file(path);
    bool in_thimble = false;
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("namespace", 0) == 0) in_thimble = line == "namespace thimble {";
      if (line.rfind("THIMBLE_AVX", 0) == 0) in_thimble = false;
      std::smatch match;
      if (!in_thimble || !std::regex_match(line, match, kType)) continue;
      const auto [place, first] = headers.emplace(match[1], path.string());
      EXPECT_TRUE(first) << place->first << ": " << place->second << " and " << path.string();
    }
  }
  EXPECT_GT(headers.size(), 200u);
}

TEST(Layout, FilesStaySmall) {
  for (const fs::path& path : sources(kSource)) {
    const std::string text = text_of(path);
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 450) << path << " is long; split it along a seam";
  }
}

}  // namespace
