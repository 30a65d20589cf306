#include "common/dynamo/environment.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "common/dynamo/run_command.h"

namespace crossfade::dynamo {
namespace {

constexpr std::size_t kMaxFileBytes = 1U << 20;

std::string own_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string() : std::string(value);
}

Result<std::string> read_small_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const Fault fault = errno == ENOENT || errno == ENOTDIR ? Fault::not_found : Fault::invalid;
    return fail(fault, fmt::format("{} cannot be read: {}.", path, std::strerror(errno)));
  }
  std::string content(kMaxFileBytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || content.size() > kMaxFileBytes) {
    return fail(Fault::invalid, fmt::format("{} cannot be read or is too large.", path));
  }
  return content;
}

}  // namespace

Environment Environment::system() {
  return {own_variable, read_small_file, run_command};
}

}  // namespace crossfade::dynamo
