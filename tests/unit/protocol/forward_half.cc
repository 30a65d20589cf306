#include <algorithm>

#include "forward/batch_plan.h"
#include "forward/echo_filter.h"
#include "tests/unit/protocol/world.h"

namespace crossfade::protocol {
namespace {

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

std::optional<WriteToken> token_of(const std::optional<Item>& item) {
  if (!item || !item->token) return std::nullopt;
  return protocol::token_of(*item->token);
}

codec::StreamRecord record_of(const StreamEvent& event) {
  codec::StreamRecord out;
  out.key = key_of(event.key);
  out.had_old_image = event.before.has_value();
  if (event.now) out.new_image = "image";
  out.new_token = token_of(event.now);
  out.old_token = token_of(event.before);
  return out;
}

Change change_of(const Entry& entry) {
  Change out;
  out.kind = entry.kind;
  out.key = key_of(entry.key);
  if (entry.token) out.token = token_of(*entry.token);
  out.reason = entry.gone ? "gone" : "";
  return out;
}

void remember(forward::EchoFilter& filter, const Change& echo) {
  filter.remember(hash_of(echo.key), *echo.token, echo.reason == "gone");
}

}  // namespace

void World::forward_steps(std::vector<Step>& out) const {
  if (!stream_.empty()) out.push_back({StepKind::capture_stream});
  const int waiting = static_cast<int>(forward_log_.size()) - forward_checkpoint_;
  if (prepared_) {
    out.push_back({StepKind::commit});
  } else {
    if (waiting > 0) out.push_back({StepKind::prepare, 0, 1});
    if (waiting > 1) out.push_back({StepKind::prepare, 0, waiting});
  }
  if (zombie_) out.push_back({StepKind::commit_zombie});
}

void World::capture_stream() {
  const StreamEvent event = stream_.front();
  stream_.erase(stream_.begin());
  const bool echo = is_echo(event, false);
  if (!planted(Plant::filter_not_rebuilt) && !planted(Plant::filter_forgets) &&
      is_echo(event, true) != echo)
    complain("I8 Resume: a filter rebuilt from the log decides otherwise");
  check_verdict(event, echo);
  append_forward(event, echo);
}

/// The verdict of the living filter, or of one that is rebuilt from the log.
bool World::is_echo(const StreamEvent& event, bool rebuilt) const {
  codec::StreamRecord record = record_of(event);
  if (planted(Plant::filter_trusts_presence)) return record.new_token || record.old_token;
  if (planted(Plant::filter_ignores_key) && record.new_token)
    record.new_token->key_hash = hash_of(record.key);
  forward::EchoFilter filter("link");
  if (rebuilt) {
    for (const Entry& entry : forward_log_) {
      if (entry.kind != ChangeKind::echo) continue;
      remember(filter, decode(encode(change_of(entry))).value());
    }
  } else {
    const auto& last = seen_[at(event.key)];
    if (last) remember(filter, change_of(*last));
  }
  return filter.is_echo(record);
}

/// An application's delete of an item under our pending mark cannot be told from ours and is what
/// we were about to do. Our own write is only ever taken for an application's where an application
/// wrote to our key before, on the side that is not its own.
void World::check_verdict(const StreamEvent& event, bool echo) {
  const bool under_our_mark =
      !event.now && event.before && event.before->token && event.before->token->remove;
  if (echo && !event.ours) {
    if (!under_our_mark)
      complain("I1 EchoExact: an application's write was called an echo");
    else if (event.violation)
      ++violations_moot_;
  }
  if (!echo && event.ours) {
    const Token& token = event.now ? *event.now->token : *event.before->token;
    const auto& last = seen_[at(event.key)];
    const bool again = last && last->token->position >= token.position;
    if (!touched_[at(event.key)] || !again)
      complain("I1 EchoExact: our own write was called an application's");
  }
}

void World::append_forward(const StreamEvent& event, bool echo) {
  Entry entry;
  entry.key = event.key;
  if (echo) {
    entry.kind = ChangeKind::echo;
    entry.gone = !event.now;
    entry.token = event.now ? event.now->token : event.before->token;
    if (!planted(Plant::filter_forgets)) seen_[at(event.key)] = entry;
  } else {
    entry.kind = event.now ? ChangeKind::put : ChangeKind::remove;
    entry.value = event.now ? event.now->value : 0;
    entry.violation = event.violation;
  }
  forward_log_.push_back(entry);
}

void World::plan(int count) {
  const auto owner = [&](const Key& key) {
    for (int known = 0; known < scenario_->keys(); ++known)
      if (key_of(known) == key) return scenario_->owner(known);
    return Side::dynamodb;
  };
  forward::BatchPlanner planner(forward::judge_by(owner), 0);
  Batch batch{forward_checkpoint_, forward_checkpoint_ + count, {}, {}};
  for (int position = batch.from; position < batch.to; ++position)
    planner.add(change_of(forward_log_[at(position)]), position);
  for (const forward::Step& step : planner.finish().steps) {
    const int position = static_cast<int>(step.position);
    const Entry& entry = forward_log_[at(position)];
    const auto& item = items_[at(entry.key)];
    using Kind = forward::Step::Kind;
    if (step.kind == Kind::put) batch.writes.push_back({entry.key, entry.value});
    if (step.kind == Kind::remove) batch.writes.push_back({entry.key, std::nullopt});
    if (step.kind == Kind::restore)
      batch.writes.push_back({entry.key, item ? std::optional(item->value) : std::nullopt});
    if (step.kind != Kind::violation) continue;
    if (!planted(Plant::violation_dropped)) batch.violations.push_back(position);
    if (!planted(Plant::violation_not_restored)) append_backward(restore_of(entry.key));
  }
  prepared_ = std::move(batch);
}

/// All of it or nothing: the checkpoint says whether this batch is the next one.
void World::commit(const Batch& batch) {
  const bool next = batch.from == forward_checkpoint_;
  if (!next && !planted(Plant::commit_without_checkpoint)) return;
  for (const auto& [key, value] : batch.writes) {
    const bool changed = documents_[at(key)] != value;
    documents_[at(key)] = value;
    if (changed && planted(Plant::session_not_registered))
      document_events_.push_back({key, value, true, false});
    if (!ours_to_write(key)) continue;
    complain("I4 Authority: a document was written against its authority");
  }
  for (const int position : batch.violations) {
    Entry& entry = forward_log_[at(position)];
    if (entry.violation && !entry.listed) ++violations_listed_;
    entry.listed = true;
  }
  documents_written_ += static_cast<int>(batch.writes.size());
  if (next) forward_checkpoint_ = batch.to;
}

void World::recover_filter() {
  seen_ = {};
  if (planted(Plant::filter_not_rebuilt)) return;
  for (const Entry& entry : forward_log_)
    if (entry.kind == ChangeKind::echo) seen_[at(entry.key)] = entry;
}

}  // namespace crossfade::protocol
