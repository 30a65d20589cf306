#include "tests/unit/protocol/world.h"

namespace crossfade::protocol {
namespace {

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

}  // namespace

/// The conditions of backward/item_writer.cc, as a function.
bool World::allowed(const Request& request) const {
  const std::optional<Item>& item = items_[at(request.key)];
  const WriteToken mine = token_of({request.key, request.position, request.process, false});
  const auto stored = item && item->token ? std::optional(token_of(*item->token)) : std::nullopt;
  if (request.kind == Request::Kind::erase) {
    if (planted(Plant::remove_without_mark)) return item.has_value();
    return stored && stored->link == mine.link && stored->epoch == mine.epoch &&
           stored->position == mine.position && stored->remove;
  }
  if (request.kind == Request::Kind::mark && !item) return false;
  if (planted(Plant::guard_ignores_position)) return true;
  const bool same_key =
      planted(Plant::guard_ignores_key) || (stored && stored->key_hash == mine.key_hash);
  return !stored || stored->link != mine.link || !same_key || mine.newer_than(*stored);
}

/// A write of ours arrives. Returns whether its condition held.
bool World::land(const Request& request) {
  if (!allowed(request)) {
    check_refused(request);
    return false;
  }
  std::optional<Item>& item = items_[at(request.key)];
  const std::optional<Item> before = item;
  const bool mark = request.kind == Request::Kind::mark;
  const Token token{request.key, request.position, request.process, mark};
  if (request.kind == Request::Kind::erase) {
    item.reset();
  } else {
    item = Item{mark ? before->value : request.value, token};
  }
  check_order(request);
  stream_.push_back({request.key, item, before, true, false});
  if (item) {
    auto& images = images_[at(request.key)];
    images.push_back(*item);
    if (images.size() > scenario_->images) images.erase(images.begin());
  }
  return true;
}

/// "Not applied" means: it is there already, or something newer is.
void World::check_refused(const Request& request) {
  if (request.kind != Request::Kind::put) return;
  const std::optional<Item>& item = items_[at(request.key)];
  const bool superseded = item && item->token && item->token->key == request.key &&
                          item->token->position >= request.position;
  if (!superseded) complain("I3 NoSwallow: a write was refused that nothing newer supersedes");
}

void World::check_order(const Request& request) {
  int& highest = highest_[at(request.key)];
  if (request.position < highest)
    complain("I6 Monotone, I7: a write of an older position took effect over a newer one");
  highest = request.position;
  if (request.kind == Request::Kind::mark) return;
  ++items_written_;
  const int made = scenario_->actions - actions_left_;
  const int faults = scenario_->crashes - crashes_left_ + scenario_->losses - losses_left_;
  if (items_written_ > made * (1 + 6 * faults))
    complain("I2 NoLoop: more items written than applications' writes account for");
}

void World::land_late(int index) {
  const Request request = network_[at(index)];
  network_.erase(network_.begin() + index);
  land(request);
}

}  // namespace crossfade::protocol
