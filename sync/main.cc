#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <thread>

#include "sync/checks.h"
#include "sync/cli.h"
#include "sync/service.h"

int main(int count, char** values) {
  using namespace crossfade;
  std::ios::sync_with_stdio(false);
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  const auto pause = [](Milliseconds duration) {
    std::this_thread::sleep_for(duration);
    return true;
  };
  const sync::CliContext context{
      std::cin,    std::cout, std::cerr,         isatty(STDOUT_FILENO) == 1,
      environment, pause,     sync::run_service, sync::check_all};
  return sync::run_cli(std::vector<std::string>(values + 1, values + count), context);
}
