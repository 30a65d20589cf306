#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "common/base/random.h"
#include "sync/checks.h"
#include "sync/cli.h"
#include "sync/control_table_maker.h"
#include "sync/service.h"

namespace {

std::string user_at_host() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const passwd* user = ::getpwuid(::geteuid());
  return std::string(user == nullptr ? "?" : user->pw_name) + "@" + host.data();
}

}  // namespace

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
  Random random = Random::from_system();
  const auto new_id = [&random] { return random.id(); };
  const sync::CliContext context{std::cin,
                                 std::cout,
                                 std::cerr,
                                 isatty(STDOUT_FILENO) == 1,
                                 environment,
                                 pause,
                                 sync::run_service,
                                 sync::check_all,
                                 isatty(STDERR_FILENO) == 1,
                                 user_at_host(),
                                 new_id,
                                 sync::make_control_table};
  return sync::run_cli(std::vector<std::string>(values + 1, values + count), context);
}
