#include "common/eventlog/file_system.h"

namespace crossfade::eventlog {
namespace {

Result<void> give_up_if_failed(Result<void> synced) {
  if (synced) return synced;
  Error error = synced.error();
  error.fault = Fault::corrupt;
  error.outcome_unknown = true;
  return error;
}

}  // namespace

Result<void> sync_or_give_up(File& file) {
  return give_up_if_failed(file.sync());
}

Result<void> sync_or_give_up(FileSystem& files, const std::string& directory) {
  return give_up_if_failed(files.sync_directory(directory));
}

Result<void> write_all(File& file, std::int64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    TRY(const std::size_t written, file.write_at(offset, bytes));
    offset += static_cast<std::int64_t>(written);
    bytes.remove_prefix(written);
  }
  return {};
}

}  // namespace crossfade::eventlog
