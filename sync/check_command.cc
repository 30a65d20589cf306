#include "sync/check_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/cli_context.h"
#include "sync/run_to_end.h"

namespace crossfade::sync {
namespace {

using Json = nlohmann::ordered_json;

void print_json(std::ostream& out, const std::vector<CheckLine>& lines, bool all_ok) {
  Json checks = Json::array();
  for (const CheckLine& line : lines) {
    checks.push_back({{"name", line.name}, {"ok", line.ok}, {"text", line.text}});
  }
  const Json whole = {{"ok", all_ok}, {"checks", std::move(checks)}};
  out << whole.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

void print_text(std::ostream& out, const std::vector<CheckLine>& lines) {
  std::size_t width = 0;
  for (const CheckLine& line : lines) width = std::max(width, line.name.size());
  for (const CheckLine& line : lines) {
    out << fmt::format("{:<8}{:<{}}  {}\n", line.ok ? "ok" : "FAILED", line.name, width, line.text);
  }
}

}  // namespace

int check_command(const CliContext& context, const Config& config, bool json) {
  boost::asio::io_context io;
  const auto lines = run_to_end(io, context.check(config, io.get_executor()));
  const bool all_ok = std::ranges::all_of(lines, &CheckLine::ok);
  if (json) {
    print_json(context.out, lines, all_ok);
  } else {
    print_text(context.out, lines);
  }
  return all_ok ? kOk : kFailed;
}

}  // namespace crossfade::sync
