#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace crossfade::eventlog {

/// An open file. Calls block. Faults: disk_full (no space, quota), not_found, forbidden, else
/// corrupt; the message names the file and says what failed.
class File {
 public:
  virtual ~File() = default;
  /// Fills `into` as far as the file goes; less only at the end of the file.
  virtual Result<std::size_t> read_at(std::int64_t offset, std::span<char> into) = 0;
  /// May write less than asked, never nothing without an error.
  virtual Result<std::size_t> write_at(std::int64_t offset, std::string_view bytes) = 0;
  virtual Result<void> truncate(std::int64_t size) = 0;
  /// On return the bytes and the size survive a power cut. After a failure nobody knows which
  /// pages did, and asking again proves nothing: the kernel may have dropped them.
  virtual Result<void> sync() = 0;
  virtual Result<std::int64_t> size() = 0;
};

/// Held for as long as it lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class Open : std::uint8_t {
  read,
  write,  ///< reading and writing; the file must exist
  create  ///< the same; made when missing, emptied when there
};

/// How the log touches the disk; replaced in tests by one that cuts writes short, fails and loses
/// power. Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// With its parents, durably; nothing to do when it is there.
  virtual Result<void> make_directory(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, Open how) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  /// On return names made and removed in it survive a power cut.
  virtual Result<void> sync_directory(const std::string& directory) = 0;
  /// What an unprivileged process may still write.
  virtual Result<std::int64_t> free_bytes(const std::string& directory) = 0;
  /// Fault::invalid when another holder has it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// The one that the kernel offers. Files are private to the user of the process (0600).
std::shared_ptr<FileSystem> posix_file_system();

/// A sync that failed is an error with outcome_unknown set: nothing more may be written after it.
Result<void> sync_or_give_up(File& file);
Result<void> sync_or_give_up(FileSystem& files, const std::string& directory);

/// Writes all of it, in as many steps as the file needs.
Result<void> write_all(File& file, std::int64_t offset, std::string_view bytes);

}  // namespace crossfade::eventlog
