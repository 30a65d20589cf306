#include <algorithm>

#include "tests/unit/protocol/world.h"

namespace crossfade::protocol {
namespace {

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

}  // namespace

void World::adversary_steps(std::vector<Step>& out) const {
  for (int n = 0; n < static_cast<int>(network_.size()); ++n)
    out.push_back({StepKind::land, network_[at(n)].key, n});
  for (int key = 0; key < scenario_->keys(); ++key) {
    if (!next_request(key)) continue;
    if (losses_left_ > 0) out.push_back({StepKind::lose_reply, key});
    if (losses_left_ > 0) out.push_back({StepKind::lose_request, key});
    if (crashes_left_ > 0) out.push_back({StepKind::crash_sending, key});
  }
  if (crashes_left_ == 0) return;
  out.push_back({StepKind::crash});
  const auto idle = [](const Worker& worker) { return worker.idle(); };
  if (std::ranges::all_of(workers_, idle)) out.push_back({StepKind::stop});
}

void World::crash() {
  zombie_ = std::exchange(prepared_, std::nullopt);
  restart();
}

/// A graceful end: calls in flight are awaited, what waits is left in the log.
void World::stop() {
  if (prepared_) commit(*std::exchange(prepared_, std::nullopt));
  store_checkpoint(true);
  restart();
}

void World::restart() {
  --crashes_left_;
  ++process_;
  recover_filter();
  for (Request& request : network_) request.known = false;
  workers_ = {};
  inherited_wary_ = stored_.wary;
  wary_ = false;
  watermark_ = backward::Watermark(stored_.offset);
  first_ticket_position_ = stored_.offset;
  window_ = {};
  window_end_ = stored_.clean ? 0 : static_cast<int>(backward_log_.size());
  for (int position = stored_.offset; position < window_end_; ++position) {
    const Entry& entry = backward_log_[at(position)];
    Change change;
    change.kind = entry.kind;
    change.key = key_of(entry.key);
    window_.add(change, position, position + 1);
  }
  stored_.clean = false;
  for (int position = stored_.offset; position < static_cast<int>(backward_log_.size()); ++position)
    enqueue(position);
}

}  // namespace crossfade::protocol
