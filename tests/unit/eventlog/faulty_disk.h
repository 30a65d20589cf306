#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/eventlog/file_system.h"

namespace crossfade::eventlog::test {

/// A disk in memory that fails when told to and loses power as a real one does: what was not synced
/// survives in part, in an order of its own. Names and bytes each need their own sync. Thread-safe.
class FaultyDisk final : public FileSystem, public std::enable_shared_from_this<FaultyDisk> {
 public:
  static constexpr std::int64_t kPlenty = std::int64_t{1} << 50;

  /// Power fails after this many more steps: a byte written, a name changed or a sync is one.
  void cut_power_after(std::int64_t steps);
  bool dead() const;
  /// Ends the outage: what a machine finds after it starts again. `choose(n)` picks below n.
  void restart(const std::function<std::uint64_t(std::uint64_t)>& choose);

  /// Writes take what fits in this many bytes, then fail with disk_full.
  void set_room(std::int64_t bytes);
  /// What free_bytes says.
  void set_free(std::int64_t bytes);
  /// The one after `good` more fails, once.
  void fail_sync_after(int good);
  void fail_next_writes(int count);
  void fail_next_truncates(int count);
  void fail_next_removes(int count);

  /// Of file contents, so far.
  std::int64_t reads() const;
  std::int64_t syncs() const;
  std::vector<std::string> paths() const;
  std::string content(const std::string& path) const;
  void set_content(const std::string& path, std::string content);

  Result<void> make_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<std::unique_ptr<File>> open(const std::string& path, Open how) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& directory) override;
  Result<std::int64_t> free_bytes(const std::string& directory) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  friend class FaultyFile;
  friend class FaultyLock;

  struct Change {
    bool cuts = false;  ///< to `offset`
    std::int64_t offset = 0;
    std::string bytes;
  };
  struct Node {
    std::string durable;
    std::string now;
    std::vector<Change> unsynced;
  };
  struct NameChange {
    std::string removed;  ///< may be empty
    std::string made;     ///< may be empty
    std::shared_ptr<Node> node;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;
  using Choose = std::function<std::uint64_t(std::uint64_t)>;

  static void apply(const Change& change, std::string& content);
  static void apply(const NameChange& change, Names& names);
  static std::string torn_in_order(const Node& node, const Choose& choose);
  static std::string torn_by_sector(const Node& node, const Choose& choose);
  Result<void> step();
  bool sync_fails();
  std::int64_t steps_for(std::int64_t bytes);
  Result<std::size_t> write(Node& node, std::int64_t offset, std::string_view bytes);
  Result<void> truncate(Node& node, std::int64_t size);
  Result<void> sync(Node& node);

  mutable std::mutex mutex_;
  Names names_;
  Names durable_names_;
  std::vector<NameChange> unsynced_names_;
  std::set<std::string> locks_;
  std::int64_t steps_left_ = kPlenty;
  bool dead_ = false;
  std::int64_t room_ = kPlenty;
  std::int64_t free_ = kPlenty;
  int good_syncs_ = -1;  ///< before the one that fails; negative: none does
  int failing_writes_ = 0;
  int failing_truncates_ = 0;
  int failing_removes_ = 0;
  std::int64_t reads_ = 0;
  std::int64_t syncs_ = 0;
};

}  // namespace crossfade::eventlog::test
