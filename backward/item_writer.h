#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backward/item_update.h"
#include "common/async/stop.h"
#include "common/codec/mapping.h"
#include "common/dynamo/client.h"

namespace crossfade::backward {

struct ItemWriterOptions {
  std::string link_id;
  std::string table;
  std::string hash_attribute;
  std::string reserved = "_crossfade";
  std::int64_t epoch = 1;
  Milliseconds request_life{60'000};  ///< how long a write with a lost reply may still land
  dynamo::MaySend may_write;          ///< what it says is what each write says that was not sent
};

/// A value that takes the place of one that was read.
struct ItemSwap {
  Key key;
  std::string read;                     ///< the body of the GetItem
  std::optional<std::string> value;     ///< document; absent: the item is removed
  std::vector<std::string> attributes;  ///< compared and written
  std::int64_t position = 0;
};

/// Writes single items under guard, so that each may be tried again at any time and an older one
/// never overwrites a newer: every write carries a token (link, epoch, position) and applies only
/// where the stored token of this link and key is older. "Not applied" therefore means "already
/// there or superseded" and is success.
///
/// A delete is two writes: a mark (token with `del`), then the delete if the mark is still ours;
/// the stream's REMOVE record is then recognisable. While an earlier write of the key may still
/// land (lost reply), the delete waits behind its mark: a late put fails at the mark, but would
/// bring back a deleted item.
class ItemWriter {
 public:
  ItemWriter(ItemWriterOptions options, dynamo::Client& client, const codec::Mapper& mapper,
             const Clock& clock);

  /// Fault::rejected: the document has no form as an item; Fault::invalid: DynamoDB refuses it.
  Task<Result<void>> put(Key key, std::string document, std::int64_t position);
  /// Returns Fault::stopped when the stop is requested while it waits.
  Task<Result<void>> remove(Key key, std::int64_t position, Stop& stop);

  /// False: one of the attributes, or the item's being there, is no longer as it was read; nothing
  /// was written. Fault::rejected or invalid: there is no such write (over a hundred attributes, or
  /// an item that is too large). A write whose reply was lost may take effect later, if the item is
  /// then again as it was read.
  Task<Result<bool>> swap(ItemSwap swap, Stop& stop);

  /// The token of an item is that of the write for this record.
  bool wrote(const WriteToken& token, const Key& key, std::int64_t position) const;

  /// For tokens from now on; never goes back.
  void set_epoch(std::int64_t epoch) { options_.epoch = std::max(options_.epoch, epoch); }
  /// A write of this key may have been sent by an earlier process and land late.
  /// No delete of it before `until_ms` of the wall clock.
  void suspect(const Key& key, std::int64_t until_ms);
  /// Deletes that wait for that at the moment: they need no place among the writes in flight.
  std::size_t waiting() const { return waiting_; }
  /// How long a write sent now may still land.
  std::int64_t late_until_now() const { return clock_.wall_ms() + options_.request_life.count(); }
  /// What an earlier process stored as its wary_until(): no delete of any key before it.
  void inherit_wary(std::int64_t wall_ms) { inherited_wary_ms_ = wall_ms; }
  /// Latest wall time at which a write with a lost reply may still land; 0 when there is none.
  std::int64_t wary_until() const { return std::max(wary_until_ms_, inherited_wary_ms_); }

 private:
  Task<Result<bool>> remove_as_read(ItemSwap swap, ItemUpdate update, Stop& stop);
  bool left_by(std::string current, const Key& key, std::int64_t position) const;
  WriteToken token_for(const Key& key, std::int64_t position, bool remove) const;
  dynamo::Condition guard(const WriteToken& token) const;
  Task<Result<dynamo::WriteOutcome>> mark(const Key& key, const std::string& key_json,
                                          const WriteToken& token,
                                          const dynamo::Condition& as_read = kNoCondition);
  Task<Result<dynamo::WriteOutcome>> remove_marked(const std::string& key_json,
                                                   const WriteToken& token,
                                                   const dynamo::Condition& as_read = kNoCondition);
  Task<Result<void>> wait_for_late_writes(const Key& key, Stop& stop);
  std::int64_t late_until(const Key& key) const;
  void note(const Key& key, const Result<dynamo::WriteOutcome>& outcome);

  ItemWriterOptions options_;
  dynamo::Client& client_;
  const codec::Mapper& mapper_;
  const Clock& clock_;
  boost::unordered_flat_map<std::uint64_t, std::int64_t> late_until_ms_;
  std::size_t waiting_ = 0;
  std::int64_t wary_until_ms_ = 0;
  std::int64_t inherited_wary_ms_ = 0;

  static constexpr std::size_t kTidyAt = 10'000;
};

}  // namespace crossfade::backward
