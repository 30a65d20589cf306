#include "sync/authority.h"

namespace crossfade::sync {

void Authority::adopt(const RuleSet& rules, const std::optional<control::HandoffRecord>& last,
                      const std::string& link, std::int64_t clock_offset_ms) {
  rule_ = rules.rule;
  epoch_ = rules.epoch;
  moved_ = rules.version > 1;
  before_.reset();
  barrier_ = {};
  if (!last) return;
  const auto barrier = last->barriers.find(link);
  if (barrier == last->barriers.end()) return;
  before_ = last->from;
  barrier_ = barrier->second;
  fence_ms_ = last->fence_ms + clock_offset_ms;
  check_log();
}

void Authority::know_log(std::string id) {
  log_ = std::move(id);
  check_log();
}

void Authority::check_log() {
  if (log_.empty() || barrier_.log.empty() || barrier_.log == log_) return;
  before_.reset();
  barrier_ = {};
}

forward::Owners Authority::owners(const Key& key) const {
  const std::optional<std::string> subject = subject_of_ ? subject_of_(key) : std::nullopt;
  const Side now = rule_.side_of(subject);
  return {before_ ? before_->side_of(subject) : now, now};
}

/// Nobody owns it, so an echo of it shows nothing that would have to be looked at again.
forward::Verdict Authority::judge_canary(const Change& change, eventlog::Position position) const {
  if (change.kind == ChangeKind::echo) return forward::Verdict::nothing;
  return forward::judge(change, position, {}, {});
}

forward::Verdict Authority::judge(const Change& change, eventlog::Position position) const {
  if (exempt(change.key)) return judge_canary(change, position);
  return forward::judge(change, position, owners(change.key), {barrier_.forward, fence_ms_});
}

Side Authority::owner(const Key& key, eventlog::Position backward_position) const {
  if (exempt(key)) return Side::mongodb;
  const forward::Owners owners_of_key = owners(key);
  return backward_position < barrier_.backward ? owners_of_key.before : owners_of_key.now;
}

}  // namespace crossfade::sync
