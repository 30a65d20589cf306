#include "common/codec/scratch.h"

namespace crossfade::codec {
namespace {

/// A page of DynamoDB has about 1 MB.
constexpr std::size_t kMostKeptBytes = 4 * 1024 * 1024;

}  // namespace

ScratchPool::Lease ScratchPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return {*this, std::make_unique<Scratch>(rules_)};
  auto scratch = std::move(idle_.back());
  idle_.pop_back();
  return {*this, std::move(scratch)};
}

void ScratchPool::give_back(std::unique_ptr<Scratch> scratch) {
  if (scratch->source.parser.capacity() > kMostKeptBytes) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(scratch));
}

}  // namespace crossfade::codec
