#include "tests/unit/eventlog/faulty_disk.h"

#include <algorithm>

namespace crossfade::eventlog::test {
namespace {

constexpr std::size_t kSector = 16;

Error io_error() {
  return fail(Fault::corrupt, "Input/output error");
}

bool take_one(int& count) {
  if (count == 0) return false;
  --count;
  return true;
}

}  // namespace

class FaultyFile final : public File {
 public:
  FaultyFile(std::shared_ptr<FaultyDisk> disk, std::shared_ptr<FaultyDisk::Node> node)
      : disk_(std::move(disk)), node_(std::move(node)) {}

  Result<std::size_t> read_at(std::int64_t offset, std::span<char> into) override {
    const std::lock_guard guard(disk_->mutex_);
    ++disk_->reads_;
    if (disk_->dead_) return io_error();
    const auto at = std::min(static_cast<std::size_t>(offset), node_->now.size());
    return node_->now.copy(into.data(), into.size(), at);
  }
  Result<std::size_t> write_at(std::int64_t offset, std::string_view bytes) override {
    const std::lock_guard guard(disk_->mutex_);
    return disk_->write(*node_, offset, bytes);
  }
  Result<void> truncate(std::int64_t size) override {
    const std::lock_guard guard(disk_->mutex_);
    return disk_->truncate(*node_, size);
  }
  Result<void> sync() override {
    const std::lock_guard guard(disk_->mutex_);
    return disk_->sync(*node_);
  }
  Result<std::int64_t> size() override {
    const std::lock_guard guard(disk_->mutex_);
    return static_cast<std::int64_t>(node_->now.size());
  }

 private:
  std::shared_ptr<FaultyDisk> disk_;
  std::shared_ptr<FaultyDisk::Node> node_;
};

class FaultyLock final : public FileLock {
 public:
  FaultyLock(std::shared_ptr<FaultyDisk> disk, std::string path)
      : disk_(std::move(disk)), path_(std::move(path)) {}
  ~FaultyLock() override {
    const std::lock_guard guard(disk_->mutex_);
    disk_->locks_.erase(path_);
  }
  FaultyLock(const FaultyLock&) = delete;
  FaultyLock& operator=(const FaultyLock&) = delete;

 private:
  std::shared_ptr<FaultyDisk> disk_;
  std::string path_;
};

void FaultyDisk::cut_power_after(std::int64_t steps) {
  const std::lock_guard guard(mutex_);
  steps_left_ = steps;
}

bool FaultyDisk::dead() const {
  const std::lock_guard guard(mutex_);
  return dead_;
}

void FaultyDisk::restart(const Choose& choose) {
  const std::lock_guard guard(mutex_);
  for (const NameChange& change : unsynced_names_)
    if (choose(2) == 0) apply(change, durable_names_);
  unsynced_names_.clear();
  names_ = durable_names_;
  for (auto& [path, node] : names_) {
    node->now = choose(2) == 0 ? torn_in_order(*node, choose) : torn_by_sector(*node, choose);
    node->durable = node->now;
    node->unsynced.clear();
  }
  steps_left_ = kPlenty;
  dead_ = false;
}

void FaultyDisk::set_room(std::int64_t bytes) {
  const std::lock_guard guard(mutex_);
  room_ = bytes;
}
void FaultyDisk::set_free(std::int64_t bytes) {
  const std::lock_guard guard(mutex_);
  free_ = bytes;
}
void FaultyDisk::fail_sync_after(int good) {
  const std::lock_guard guard(mutex_);
  good_syncs_ = good;
}
void FaultyDisk::fail_next_writes(int count) {
  const std::lock_guard guard(mutex_);
  failing_writes_ = count;
}
void FaultyDisk::fail_next_truncates(int count) {
  const std::lock_guard guard(mutex_);
  failing_truncates_ = count;
}
void FaultyDisk::fail_next_removes(int count) {
  const std::lock_guard guard(mutex_);
  failing_removes_ = count;
}
std::int64_t FaultyDisk::reads() const {
  const std::lock_guard guard(mutex_);
  return reads_;
}
std::int64_t FaultyDisk::syncs() const {
  const std::lock_guard guard(mutex_);
  return syncs_;
}

std::vector<std::string> FaultyDisk::paths() const {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, node] : names_) paths.push_back(path);
  return paths;
}

std::string FaultyDisk::content(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  return names_.at(path)->now;
}

void FaultyDisk::set_content(const std::string& path, std::string content) {
  const std::lock_guard guard(mutex_);
  auto node = std::make_shared<Node>();
  node->durable = content;
  node->now = std::move(content);
  names_[path] = node;
  durable_names_[path] = node;
}

Result<void> FaultyDisk::make_directory(const std::string&) {
  return {};
}

Result<std::vector<std::string>> FaultyDisk::list(const std::string& directory) {
  const std::lock_guard guard(mutex_);
  if (dead_) return io_error();
  std::vector<std::string> found;
  for (const auto& [path, node] : names_)
    if (path.starts_with(directory + "/")) found.push_back(path.substr(directory.size() + 1));
  return found;
}

Result<std::unique_ptr<File>> FaultyDisk::open(const std::string& path, Open how) {
  const std::lock_guard guard(mutex_);
  if (dead_) return io_error();
  const auto known = names_.find(path);
  if (known == names_.end() && how != Open::create) return fail(Fault::not_found, "no " + path);
  if (known != names_.end()) {
    if (how == Open::create) {
      Result<void> emptied = truncate(*known->second, 0);
      if (!emptied) return emptied.error();
    }
    return std::make_unique<FaultyFile>(shared_from_this(), known->second);
  }
  if (Result<void> stepped = step(); !stepped) return stepped.error();
  unsynced_names_.push_back({"", path, std::make_shared<Node>()});
  apply(unsynced_names_.back(), names_);
  return std::make_unique<FaultyFile>(shared_from_this(), names_[path]);
}

Result<void> FaultyDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  if (Result<void> stepped = step(); !stepped) return stepped;
  if (!names_.contains(from)) return fail(Fault::not_found, "no " + from);
  unsynced_names_.push_back({from, to, names_[from]});
  apply(unsynced_names_.back(), names_);
  return {};
}

Result<void> FaultyDisk::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (Result<void> stepped = step(); !stepped) return stepped;
  if (take_one(failing_removes_)) return io_error();
  if (!names_.contains(path)) return fail(Fault::not_found, "no " + path);
  unsynced_names_.push_back({path, "", nullptr});
  apply(unsynced_names_.back(), names_);
  return {};
}

Result<void> FaultyDisk::sync_directory(const std::string&) {
  const std::lock_guard guard(mutex_);
  if (Result<void> stepped = step(); !stepped) return stepped;
  if (sync_fails()) return io_error();
  durable_names_ = names_;
  unsynced_names_.clear();
  return {};
}

Result<std::int64_t> FaultyDisk::free_bytes(const std::string&) {
  const std::lock_guard guard(mutex_);
  if (dead_) return io_error();
  return free_;
}

Result<std::unique_ptr<FileLock>> FaultyDisk::lock(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!locks_.insert(path).second) return fail(Fault::invalid, "held");
  return std::make_unique<FaultyLock>(shared_from_this(), path);
}

void FaultyDisk::apply(const Change& change, std::string& content) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.cuts) {
    content.resize(offset);
    return;
  }
  content.resize(std::max(content.size(), offset + change.bytes.size()));
  content.replace(offset, change.bytes.size(), change.bytes);
}

void FaultyDisk::apply(const NameChange& change, Names& names) {
  if (!change.removed.empty()) names.erase(change.removed);
  if (!change.made.empty()) names[change.made] = change.node;
}

std::string FaultyDisk::torn_in_order(const Node& node, const Choose& choose) {
  std::string content = node.durable;
  const std::uint64_t whole = choose(node.unsynced.size() + 1);
  for (std::size_t i = 0; i < whole; ++i) apply(node.unsynced[i], content);
  if (whole == node.unsynced.size() || node.unsynced[whole].cuts) return content;
  Change last = node.unsynced[whole];
  last.bytes.resize(choose(last.bytes.size() + 1));
  if (!last.bytes.empty()) apply(last, content);
  return content;
}

std::string FaultyDisk::torn_by_sector(const Node& node, const Choose& choose) {
  std::string content = node.durable;
  if (choose(2) == 0) content.resize(node.now.size());
  for (std::size_t at = 0; at < node.now.size(); at += kSector) {
    if (choose(2) == 0) continue;
    const std::string sector = node.now.substr(at, kSector);
    if (at + sector.size() > content.size()) continue;
    content.replace(at, sector.size(), sector);
  }
  return content;
}

Result<void> FaultyDisk::step() {
  return steps_for(1) == 1 ? Result<void>() : Result<void>(io_error());
}

bool FaultyDisk::sync_fails() {
  return good_syncs_ >= 0 && good_syncs_-- == 0;
}

std::int64_t FaultyDisk::steps_for(std::int64_t bytes) {
  const std::int64_t granted = std::min(bytes, steps_left_);
  steps_left_ -= granted;
  if (granted < bytes) dead_ = true;
  return granted;
}

Result<std::size_t> FaultyDisk::write(Node& node, std::int64_t offset, std::string_view bytes) {
  if (dead_) return io_error();
  if (take_one(failing_writes_)) return io_error();
  const std::int64_t fits = std::min(std::ssize(bytes), room_);
  if (fits == 0) return fail(Fault::disk_full, "No space left on device");
  const std::int64_t written = steps_for(fits);
  room_ -= written;
  if (written == 0) return io_error();
  node.unsynced.push_back(
      {false, offset, std::string(bytes.substr(0, static_cast<std::size_t>(written)))});
  apply(node.unsynced.back(), node.now);
  return static_cast<std::size_t>(written);
}

Result<void> FaultyDisk::truncate(Node& node, std::int64_t size) {
  if (Result<void> stepped = step(); !stepped) return stepped;
  if (take_one(failing_truncates_)) return io_error();
  node.unsynced.push_back({true, size, {}});
  apply(node.unsynced.back(), node.now);
  return {};
}

Result<void> FaultyDisk::sync(Node& node) {
  ++syncs_;
  if (Result<void> stepped = step(); !stepped) return stepped;
  if (sync_fails()) {
    node.unsynced.clear();  // as the kernel does: the pages count as clean, the disk has nothing
    return io_error();
  }
  for (const Change& change : node.unsynced) apply(change, node.durable);
  node.unsynced.clear();
  return {};
}

}  // namespace crossfade::eventlog::test
