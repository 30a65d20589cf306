// Holds the code, `crossfade --help` and the documentation against each other.
#include "sync/exit_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "tests/unit/sync/cli_fixture.h"

namespace crossfade::sync {
namespace {

using Table = std::map<int, std::string>;

Table of_the_code() {
  Table table;
  for (const ExitCode& one : kExitCodes) table.emplace(one.code, one.meaning);
  return table;
}

/// The rows "| 2 | a guard is unmet |" below the heading.
Table of_the_documentation() {
  std::ifstream in(CROSSFADE_TEST_DATA "/../../../sync/README.md");
  const std::regex row(R"(\| (\d+) \| (.*) \|)");
  Table table;
  bool below = false;
  for (std::string line; std::getline(in, line);) {
    below = below || line == "## Exit codes";
    std::smatch found;
    if (below && std::regex_match(line, found, row)) table.emplace(std::stoi(found[1]), found[2]);
  }
  return table;
}

/// What follows "Exit codes:", a line each.
Table of_the_help(const std::string& help) {
  const std::size_t begin = help.find("Exit codes:");
  const std::regex line(R"((?:Exit codes:)?\s+(\d) (.*))");
  Table table;
  std::istringstream in(help.substr(std::min(begin, help.size())));
  for (std::string text; std::getline(in, text);) {
    std::smatch found;
    if (!std::regex_match(text, found, line)) break;
    table.emplace(std::stoi(found[1]), found[2]);
  }
  return table;
}

class ExitCodes : public CliTest {};

TEST_F(ExitCodes, AreOneTable) {
  EXPECT_EQ(of_the_code().size(), kExitCodes.size());
  EXPECT_EQ(of_the_documentation(), of_the_code());
  EXPECT_EQ(call({"--help"}), 0);
  EXPECT_EQ(of_the_help(out()), of_the_code());
}

TEST_F(ExitCodes, OfWaitAreThoseOfTheTable) {
  EXPECT_EQ(kTimeRanOut, 3);
  EXPECT_EQ(kLinkStopped, 5);
}

}  // namespace
}  // namespace crossfade::sync
