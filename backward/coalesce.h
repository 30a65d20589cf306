#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <string>

#include "common/eventlog/position.h"
#include "common/model/change.h"

namespace crossfade::backward {

/// A change after which nothing before it of the same key matters. A record without a form is set
/// aside by itself and says nothing about the key.
inline bool says_it_all(ChangeKind kind) {
  return kind == ChangeKind::put || kind == ChangeKind::remove || kind == ChangeKind::restore;
}

/// What an earlier process may have been writing when it died: the records behind its stored
/// checkpoint, at most kMost of them, for no dispatcher goes further ahead of what is stored. Some
/// took effect, some did not, some may still land.
///
/// Of each key only the last of them is applied: an earlier one could show what a later one has
/// already undone, above all bring back a deleted item, whose guard went with it. Pure; one thread.
class ReplayWindow {
 public:
  static constexpr std::size_t kMost = 16'384;

  bool full() const { return count_ >= kMost; }
  /// The next record of the log.
  void add(const Change& change, eventlog::Position begin, eventlog::Position end) {
    ++count_;
    end_ = end;
    if (says_it_all(change.kind)) last_[change.key.bson] = begin;
  }
  bool holds(eventlog::Position begin) const { return begin < end_; }
  /// A later record of the window says it all.
  bool superseded(const Key& key, eventlog::Position begin) const {
    const auto last = last_.find(key.bson);
    return holds(begin) && last != last_.end() && last->second > begin;
  }
  /// Everything before `low` is done.
  void passed(eventlog::Position low) {
    if (low >= end_ && count_ > 0) *this = {};
  }

 private:
  boost::unordered_flat_map<std::string, eventlog::Position> last_;
  eventlog::Position end_ = 0;
  std::size_t count_ = 0;
};

}  // namespace crossfade::backward
