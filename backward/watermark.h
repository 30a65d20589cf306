#pragma once

#include <cstdint>
#include <deque>

namespace crossfade::backward {

/// The position before which everything is done, while single records end in any order. Pure.
class Watermark {
 public:
  explicit Watermark(std::int64_t start) : low_(start) {}

  /// The next record of the log, which ends at `end`. Returns its ticket.
  std::uint64_t issue(std::int64_t end) {
    open_.push_back({end, false});
    return next_ticket() - 1;
  }
  void done(std::uint64_t ticket) {
    open_[ticket - first_ticket_].done = true;
    while (!open_.empty() && open_.front().done) {
      low_ = open_.front().end;
      open_.pop_front();
      ++first_ticket_;
    }
  }
  /// A checkpoint may say this and no more.
  std::int64_t low() const { return low_; }
  std::size_t open() const { return open_.size(); }
  /// Every ticket before it is done.
  std::uint64_t low_ticket() const { return first_ticket_; }
  std::uint64_t next_ticket() const { return first_ticket_ + open_.size(); }

 private:
  struct Entry {
    std::int64_t end;
    bool done;
  };
  std::deque<Entry> open_;
  std::uint64_t first_ticket_ = 0;
  std::int64_t low_;
};

}  // namespace crossfade::backward
