#include "sync/audit.h"

#include <algorithm>

namespace crossfade::sync {

using control::AuditEntry;

Task<Result<void>> ControlAudit::begin(AuditEntry entry) {
  return table_.begin_audit(std::move(entry));
}

Task<Result<void>> ControlAudit::finish(AuditEntry entry) {
  return table_.end_audit(std::move(entry));
}

Task<Result<std::optional<AuditEntry>>> ControlAudit::lookup(std::string group, std::string id) {
  return table_.audit_entry(std::move(group), std::move(id));
}

Task<Result<std::vector<AuditEntry>>> ControlAudit::newest(std::string group, int limit) {
  return table_.audit(std::move(group), limit);
}

AuditEntry* MemoryAudit::find(const std::string& group, const std::string& id) {
  const auto found = std::ranges::find_if(
      entries_, [&](const AuditEntry& entry) { return entry.group == group && entry.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

Task<Result<void>> MemoryAudit::begin(AuditEntry entry) {
  if (find(entry.group, entry.id) != nullptr) {
    co_return fail(Fault::duplicate_key, "There was a call with the key \"" + entry.id + "\".");
  }
  entries_.push_front(std::move(entry));
  if (entries_.size() > kMost) entries_.pop_back();
  co_return Result<void>();
}

Task<Result<void>> MemoryAudit::finish(AuditEntry entry) {
  AuditEntry* const found = find(entry.group, entry.id);
  if (found != nullptr) *found = std::move(entry);
  co_return Result<void>();
}

Task<Result<std::optional<AuditEntry>>> MemoryAudit::lookup(std::string group, std::string id) {
  const AuditEntry* const found = find(group, id);
  co_return found == nullptr ? std::optional<AuditEntry>() : std::optional(*found);
}

Task<Result<std::vector<AuditEntry>>> MemoryAudit::newest(std::string group, int limit) {
  std::vector<AuditEntry> out;
  for (const AuditEntry& entry : entries_) {
    if (out.size() >= static_cast<std::size_t>(std::max(limit, 0))) break;
    if (entry.group == group) out.push_back(entry);
  }
  co_return out;
}

}  // namespace crossfade::sync
