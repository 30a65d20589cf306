#include "sync/data_dir.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "common/eventlog/file_system.h"
#include "common/eventlog/space.h"

namespace crossfade::sync {
namespace {

namespace fs = std::filesystem;

constexpr double kGiB = 1 << 30;

fs::path nearest_there(fs::path path) {
  std::error_code ignored;
  path = fs::absolute(path, ignored);
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

Result<void> check_writable(const std::string& data_dir, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    return fail(Fault::invalid, fmt::format("The data_dir {} cannot be used: {} is not a folder.",
                                            data_dir, folder.string()));
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return fail(Fault::forbidden,
              fmt::format("The data_dir {} cannot be used: this user may not write in {}.",
                          data_dir, folder.string()));
}

}  // namespace

Result<std::string> look_at_data_dir(const Config& config) {
  const fs::path folder = nearest_there(config.data_dir);
  TRY_VOID(check_writable(config.data_dir, folder));
  TRY(const std::int64_t free, eventlog::posix_file_system()->free_bytes(folder.string()));
  eventlog::Options options;
  options.directory = config.data_dir;
  options.min_free_bytes = config.log.min_free_bytes;
  TRY_VOID(eventlog::room_for(0, {.kept = 0, .free = free}, options));
  return fmt::format("{}, {:.1f} GiB free", config.data_dir, static_cast<double>(free) / kGiB);
}

}  // namespace crossfade::sync
