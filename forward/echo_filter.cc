#include "forward/echo_filter.h"

namespace crossfade::forward {
namespace {

constexpr std::int64_t kMaxAgeMs = 10LL * 60 * 1'000;

}  // namespace

bool EchoFilter::valid(const codec::StreamRecord& record, const WriteToken& token) const {
  return token.link == link_id_ && token.key_hash == hash_of(record.key) &&
         record.created_ms - token.issued_ms <= kMaxAgeMs;
}

bool EchoFilter::is_echo(const codec::StreamRecord& record) const {
  const auto last = seen_.find(hash_of(record.key));
  const bool known = last != seen_.end();
  const bool gone = !record.new_image && !record.new_token && !record.rejected;
  if (gone) {
    return record.old_token && record.old_token->remove && known && last->second.pending_delete &&
           record.old_token->link == link_id_ && record.old_token->epoch == last->second.epoch &&
           record.old_token->position == last->second.position;
  }
  if (!record.new_token || !valid(record, *record.new_token)) return false;
  const WriteToken& token = *record.new_token;
  if (record.old_token && *record.old_token == token) return false;
  if (!known) return true;
  return token.epoch != last->second.epoch ? token.epoch > last->second.epoch
                                           : token.position > last->second.position;
}

void EchoFilter::remember(std::uint64_t key_hash, const WriteToken& token, bool gone) {
  seen_[key_hash] = {token.epoch, token.position, token.issued_ms, token.remove && !gone};
}

void EchoFilter::forget_before(std::int64_t issued_ms) {
  boost::unordered::erase_if(seen_,
                             [&](const auto& entry) { return entry.second.issued_ms < issued_ms; });
}

}  // namespace crossfade::forward
