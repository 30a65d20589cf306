#include <algorithm>

#include "tests/unit/protocol/world.h"

namespace crossfade::protocol {
namespace {

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

}  // namespace

/// Whatever an application may do, on either side, allowed or not.
void World::application_steps(std::vector<Step>& out) const {
  if (actions_left_ == 0) return;
  for (int key = 0; key < scenario_->keys(); ++key) {
    if (scenario_->wrong_side || ours_to_write(key)) document_steps(key, out);
    if (scenario_->wrong_side || !ours_to_write(key)) item_steps(key, out);
  }
}

void World::document_steps(int key, std::vector<Step>& out) const {
  out.push_back({StepKind::put_document, key});
  if (documents_[at(key)]) out.push_back({StepKind::delete_document, key});
}

void World::item_steps(int key, std::vector<Step>& out) const {
  const std::optional<Item>& item = items_[at(key)];
  out.push_back({StepKind::put_item, key});
  if (item) out.push_back({StepKind::delete_item, key});
  if (item && item->token) out.push_back({StepKind::update_item, key});
  for (int n = 0; n < static_cast<int>(images_[at(key)].size()); ++n) {
    const Item& image = images_[at(key)][at(n)];
    if (item == image) continue;
    out.push_back({StepKind::undo_item, key, n});
    if (image.token) out.push_back({StepKind::carry_token, key, n});
  }
  for (int other = 0; other < scenario_->keys(); ++other) {
    const bool copied = other != key && items_[at(other)] && items_[at(other)]->token;
    if (copied) out.push_back({StepKind::copy_item, key, other});
  }
}

void World::act(const Step& step) {
  --actions_left_;
  const Value value = next_value_++;
  const std::optional<Item>& item = items_[at(step.key)];
  const auto image = [&] { return images_[at(step.key)][at(step.n)]; };
  switch (step.kind) {
    case StepKind::put_item:
      return application_writes(step.key, Item{value, std::nullopt});
    case StepKind::update_item:
      return application_writes(step.key, Item{value, item->token});
    case StepKind::carry_token:
      return application_writes(step.key, Item{value, image().token});
    case StepKind::undo_item:
      return application_writes(step.key, image());
    case StepKind::copy_item:
      return application_writes(step.key, items_[at(step.n)]);
    case StepKind::delete_item:
      return application_writes(step.key, std::nullopt);
    case StepKind::put_document:
      return application_writes_document(step.key, value);
    default:
      return application_writes_document(step.key, std::nullopt);
  }
}

void World::application_writes(int key, std::optional<Item> now) {
  std::optional<Item>& item = items_[at(key)];
  const bool wrong = ours_to_write(key);
  stream_.push_back({key, now, item, false, wrong});
  item = now;
  if (wrong) {
    ++violations_made_;
    touched_[at(key)] = true;
    highest_[at(key)] = -1;
  } else {
    truth_[at(key)] = now ? std::optional(now->value) : std::nullopt;
  }
}

void World::application_writes_document(int key, std::optional<Value> now) {
  const bool wrong = !ours_to_write(key);
  document_events_.push_back({key, now, false, wrong});
  documents_[at(key)] = now;
  if (wrong)
    ++violations_made_;
  else
    truth_[at(key)] = now;
}

}  // namespace crossfade::protocol
