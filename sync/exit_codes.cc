#include "sync/exit_codes.h"

#include <fmt/core.h>

namespace crossfade::sync {

std::string exit_codes_text() {
  std::string text = "Exit codes:";
  for (const ExitCode& one : kExitCodes) {
    text.append(fmt::format("{}{} {}\n", one.code == kOk ? " " : "  ", one.code, one.meaning));
  }
  return text;
}

}  // namespace crossfade::sync
