#include "tests/unit/protocol/world.h"

#include "common/base/hash.h"

namespace crossfade::protocol {
namespace {

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

/// Collects the bytes that tell one world from another.
class Bytes {
 public:
  Bytes() { out_.reserve(1'000); }
  Bytes& add(int value) {
    out_.push_back(static_cast<char>(value));
    out_.push_back(static_cast<char>(value >> 8));
    return *this;
  }
  Bytes& add(const std::optional<Value>& value) { return add(value ? *value + 1 : 0); }
  Bytes& add(const std::optional<Token>& token) {
    if (!token) return add(-1);
    return add(token->position).add(token->key * 2 + (token->remove ? 1 : 0)).add(token->process);
  }
  Bytes& add(const std::optional<Item>& item) {
    return item ? add(item->value + 1).add(item->token) : add(0);
  }
  Bytes& add(const Entry& entry) {
    const int flags = (entry.gone ? 1 : 0) + (entry.violation ? 2 : 0) + (entry.listed ? 4 : 0);
    return add(static_cast<int>(entry.kind))
        .add(entry.key)
        .add(entry.value)
        .add(entry.token)
        .add(flags);
  }
  Bytes& add(const std::optional<Batch>& batch) {
    if (!batch) return add(-1);
    add(batch->from).add(batch->to);
    for (const auto& [key, value] : batch->writes) add(key).add(value);
    return *this;
  }
  Bytes& add(const std::vector<int>& values) {
    add(static_cast<int>(values.size()));
    for (const int value : values) add(value);
    return *this;
  }
  template <class T>
  Bytes& add_all(const std::vector<T>& values, std::size_t from = 0) {
    add(static_cast<int>(values.size()));
    for (std::size_t i = from; i < values.size(); ++i) add(values[i]);
    return *this;
  }
  Bytes& add(const StreamEvent& event) {
    const int flags = (event.ours ? 1 : 0) + (event.violation ? 2 : 0);
    return add(event.key).add(event.now).add(event.before).add(flags);
  }
  Bytes& add(const DocumentEvent& event) {
    return add(event.key).add(event.now).add(event.violation ? 1 : 0);
  }
  Bytes& add(const Request& request) {
    const int flags = (request.known ? 1 : 0) + (request.covered ? 2 : 0);
    return add(static_cast<int>(request.kind))
        .add(request.key)
        .add(request.position)
        .add(request.process)
        .add(request.value)
        .add(flags);
  }
  Bytes& add(const Worker& worker) {
    const int flags = (worker.absent ? 1 : 0) + (worker.late ? 2 : 0);
    return add(worker.waiting)
        .add(worker.batch)
        .add(static_cast<int>(worker.stage))
        .add(worker.value)
        .add(flags);
  }
  std::uint64_t hash() const { return stable_hash(out_); }

 private:
  std::string out_;
};

}  // namespace

Key key_of(int key) {
  return {"key " + std::to_string(key)};
}

WriteToken token_of(const Token& token) {
  static const PerKey<std::uint64_t> hashes{hash_of(key_of(0)), hash_of(key_of(1)),
                                            hash_of(key_of(2))};
  return {"link",        1,           token.position, hashes[static_cast<std::size_t>(token.key)],
          token.process, token.remove};
}

Entry restore_of(int key) {
  Entry out;
  out.kind = ChangeKind::restore;
  out.key = key;
  return out;
}

World::World(const Scenario& scenario)
    : scenario_(&scenario),
      actions_left_(scenario.actions),
      crashes_left_(scenario.crashes),
      losses_left_(scenario.losses) {
  highest_.fill(-1);
  items_[0] = Item{1, std::nullopt};
  documents_[0] = 1;
  truth_[0] = 1;
  stored_.clean = planted(Plant::idle_counts_as_clean);
}

std::vector<Step> World::steps() const {
  std::vector<Step> out;
  application_steps(out);
  forward_steps(out);
  backward_steps(out);
  adversary_steps(out);
  return out;
}

void World::take(const Step& step) {
  switch (step.kind) {
    case StepKind::capture_stream:
      return capture_stream();
    case StepKind::prepare:
      return plan(step.n);
    case StepKind::commit: {
      const Batch batch = *std::exchange(prepared_, std::nullopt);
      return commit(batch);
    }
    case StepKind::commit_zombie: {
      const Batch batch = *std::exchange(zombie_, std::nullopt);
      return commit(batch);
    }
    case StepKind::capture_documents:
      return capture_documents();
    case StepKind::work:
      return work(step.key, step.n);
    case StepKind::store_checkpoint:
      return store_checkpoint(false);
    case StepKind::lose_reply:
    case StepKind::lose_request:
      return send(step.key, step.kind);
    case StepKind::land:
      return land_late(step.n);
    case StepKind::crash:
      return crash();
    case StepKind::crash_sending: {
      network_.push_back(*next_request(step.key));
      network_.back().known = false;
      return crash();
    }
    case StepKind::stop:
      return stop();
    default:
      return act(step);
  }
}

bool World::quiet() const {
  bool idle = stream_.empty() && document_events_.empty() && !prepared_ &&
              forward_checkpoint_ == static_cast<int>(forward_log_.size());
  for (const Worker& worker : workers_) idle = idle && worker.idle() && worker.waiting.empty();
  return idle;
}

std::string World::broken() const {
  if (!broken_.empty() || !quiet()) return broken_;
  for (int key = 0; key < scenario_->keys(); ++key) {
    const auto i = static_cast<std::size_t>(key);
    const auto value = items_[i] ? std::optional(items_[i]->value) : std::nullopt;
    const std::string what = "I5 Converge: key " + std::to_string(key);
    if (value != documents_[i]) return what + " differs between the sides when all is drained";
    if (value != truth_[i]) return what + " is not the authority's last word when all is drained";
  }
  if (violations_made_ != violations_listed_ + violations_moot_)
    return "I3 NoSwallow: a change on the wrong side is not in the list";
  return "";
}

void World::leave_alone() {
  actions_left_ = 0;
  crashes_left_ = 0;
  losses_left_ = 0;
}

void World::complain(const std::string& what) {
  if (broken_.empty()) broken_ = what;
}

/// What can still matter: former images while applications may act, what is stored while a crash
/// may come. How many writes there were is checked on the way and does not tell worlds apart.
std::uint64_t World::fingerprint() const {
  Bytes out;
  out.add(actions_left_).add(crashes_left_).add(losses_left_);
  for (std::size_t key = 0; key < static_cast<std::size_t>(scenario_->keys()); ++key) {
    out.add(items_[key]).add(documents_[key]).add(truth_[key]).add(highest_[key]);
    out.add(touched_[key] ? 1 : 0).add(workers_[key]);
    if (seen_[key]) out.add(*seen_[key]);
    if (actions_left_ > 0) out.add_all(images_[key]);
    for (const int position : workers_[key].waiting) out.add(backward_log_[at(position)]);
    for (const int position : workers_[key].batch) out.add(backward_log_[at(position)]);
  }
  out.add_all(stream_).add_all(document_events_).add_all(network_);
  out.add(violations_made_ - violations_listed_ - violations_moot_);
  out.add_all(forward_log_, at(forward_checkpoint_)).add(prepared_).add(zombie_);
  out.add(static_cast<int>(backward_log_.size())).add(window_end_);
  out.add((wary_ ? 1 : 0) + (inherited_wary_ ? 2 : 0));
  if (crashes_left_ == 0) return out.hash();
  out.add_all(backward_log_, at(stored_.offset)).add(static_cast<int>(watermark_.low()));
  out.add(stored_.offset).add((stored_.clean ? 1 : 0) + (stored_.wary ? 2 : 0));
  for (int position = stored_.offset; position < static_cast<int>(acknowledged_.size()); ++position)
    out.add(acknowledged_[at(position)] ? 1 : 0);
  return out.hash();
}

}  // namespace crossfade::protocol
