#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/eventlog/file_system.h"

namespace crossfade::sync {

/// The processes that a `process` file names.
struct MarkedProcess {
  std::string id;
  std::string boot;  ///< of the machine's kernel
  std::string file;  ///< device and inode of the very file
};

/// `{"v":1,"processes":[{"id":…,"boot":…,"file":…}]}`. What cannot be read names nobody. Pure.
std::vector<MarkedProcess> read_marks(const std::string& text);
std::string write_marks(const std::vector<MarkedProcess>& marks);

/// The file `process` in the data_dir names the last processes that worked there, and is locked by
/// the one that does. Who gets the lock knows that the others have ended: of those that had it
/// under the same kernel, on the very same file. A copy of the folder, or the folder on another
/// machine, says nothing. Blocks for moments; ends with its destructor.
class ProcessMark {
 public:
  /// Where there is no lock to be had, nobody is known to have ended.
  ProcessMark(const std::string& data_dir, std::string process);

  const std::string& process() const { return process_; }
  /// Processes that have surely ended.
  const std::vector<std::string>& ended() const { return ended_; }

 private:
  void take(const std::string& path);

  std::string process_;
  std::vector<std::string> ended_;
  std::unique_ptr<eventlog::FileLock> lock_;
};

}  // namespace crossfade::sync
