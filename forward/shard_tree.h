#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/dynamo/types.h"

namespace crossfade::forward {

/// Sequence numbers are decimal texts of different lengths: compared by length, then by text.
bool sequence_less(const std::string& a, const std::string& b);

struct ShardCursor {
  enum class State { waiting, reading, finished };  ///< waiting: a parent is not finished yet
  std::string id;
  std::string parent;
  State state = State::waiting;
  std::string sequence;      ///< last durable record; empty: none yet
  bool from_latest = false;  ///< was open at the very first start; nothing before that matters
  std::string first;         ///< sequence number of its begin; empty: not known
  bool again = false;  ///< read from its begin in spite of that: LATEST would have skipped records
};

/// Which shards of a stream are to be read, and from where: parents before children, each record
/// once. Pure; kept in the event log as a snapshot whenever it changes. The rules:
///  - first start: open shards are read from LATEST, closed ones are of no interest (the load sees
///  their data);
///  - any shard seen later is read from TRIM_HORIZON once its parent is finished or was of no
///  interest;
///  - a shard we still need, or the unseen parent of a new one, that the stream no longer lists is
///  a gap.
class ShardTree {
 public:
  /// First start, at `now_ms` of the wall clock.
  static ShardTree begin(const std::vector<dynamo::Shard>& listed, std::int64_t now_ms);

  /// Takes in a complete listing, begun when the tree had the `known` ids: only these can be missed
  /// in it. Returns ids that are to be read from now on; Fault::trimmed for a gap.
  Result<std::vector<std::string>> discover(const std::vector<dynamo::Shard>& listed,
                                            const std::set<std::string>& known);
  /// Takes in the children of one finished shard, without the gap check of a complete listing.
  std::vector<std::string> add_children(const std::vector<dynamo::Shard>& children);
  /// The shard is read to its end. Returns known children that are to be read from now on.
  std::vector<std::string> finish(const std::string& id);
  /// The shard is durably read up to `sequence`; never goes back.
  void advance(const std::string& id, const std::string& sequence);
  /// A shard that gave no record yet has lost its iterator: it is read from its begin, where
  /// records are older than the load, until it is at its tip.
  void read_again(const std::string& id, bool again);

  std::set<std::string> ids() const;
  std::vector<std::string> reading() const;
  const ShardCursor* find(const std::string& id) const;
  bool has_children(const std::string& id) const;
  /// Records made clearly before this carry nothing that the load did not see.
  std::int64_t began_ms() const { return began_ms_; }

  std::string to_json() const;
  static Result<ShardTree> from_json(const std::string& json);

 private:
  std::vector<std::string> release();

  std::map<std::string, ShardCursor> shards_;
  std::int64_t began_ms_ = 0;
};

}  // namespace crossfade::forward
