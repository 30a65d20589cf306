#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/control/control_table.h"

namespace crossfade::sync {

/// Where changing calls are recorded, by group and id. A call that belongs to no group has an empty
/// one. One thread only.
class Audit {
 public:
  virtual ~Audit() = default;

  /// Stores the entry of a call that is about to run. Fault::duplicate_key when its group has an
  /// entry of that id already.
  virtual Task<Result<void>> begin(control::AuditEntry entry) = 0;
  /// Replaces it by what came of the call.
  virtual Task<Result<void>> finish(control::AuditEntry entry) = 0;
  virtual Task<Result<std::optional<control::AuditEntry>>> lookup(std::string group,
                                                                  std::string id) = 0;
  /// Newest first; `answer` may be left out.
  virtual Task<Result<std::vector<control::AuditEntry>>> newest(std::string group, int limit) = 0;
};

/// In the control table, which outlives the process. The table outlives the audit.
class ControlAudit final : public Audit {
 public:
  explicit ControlAudit(control::ControlTable& table) : table_(table) {}

  Task<Result<void>> begin(control::AuditEntry entry) override;
  Task<Result<void>> finish(control::AuditEntry entry) override;
  Task<Result<std::optional<control::AuditEntry>>> lookup(std::string group,
                                                          std::string id) override;
  Task<Result<std::vector<control::AuditEntry>>> newest(std::string group, int limit) override;

 private:
  control::ControlTable& table_;
};

/// For a service that has no control table: the last kMost calls, gone with the process.
class MemoryAudit final : public Audit {
 public:
  static constexpr std::size_t kMost = 200;

  Task<Result<void>> begin(control::AuditEntry entry) override;
  Task<Result<void>> finish(control::AuditEntry entry) override;
  Task<Result<std::optional<control::AuditEntry>>> lookup(std::string group,
                                                          std::string id) override;
  Task<Result<std::vector<control::AuditEntry>>> newest(std::string group, int limit) override;

 private:
  control::AuditEntry* find(const std::string& group, const std::string& id);

  std::deque<control::AuditEntry> entries_;
};

}  // namespace crossfade::sync
