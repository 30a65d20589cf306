#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/async/task.h"
#include "common/codec/settle.h"

namespace crossfade::state {

/// Says what becomes of changes that were made on one side of keys which the other side owns, by
/// the link's policy; see codec::settle. One thread only.
class Arbiter {
 public:
  /// The owner's last change of the key that its capture has seen, as far as that is known; when
  /// `caught_up`, the capture has first seen all that was committed before the call.
  using LastChange = std::function<Task<Result<std::optional<Change>>>(Key, bool caught_up)>;

  struct Rules {
    ConflictPolicy policy = ConflictPolicy::authority;
    std::int64_t grain_ms = kSecondMs;  ///< of DynamoDB's times
  };

  /// `made_on`: where such changes are made.
  Arbiter(Rules rules, Side made_on, const codec::Mapper& mapper, LastChange last_change)
      : rules_(rules), made_on_(made_on), mapper_(mapper), last_change_(std::move(last_change)) {}

  ConflictPolicy policy() const { return rules_.policy; }
  /// `present` is the owner's value, read just now. The owner's last change is only known where it
  /// left that very value; where that may decide, one that is on its way to our capture is waited
  /// for.
  Task<Result<codec::Ruling>> rule(Change change, std::optional<std::string> present);
  /// To be told when the owner's side has the value of the outcome: one that was kept is as old as
  /// the change.
  void carried_out(const Change& change, Outcome outcome);

 private:
  Task<Result<std::optional<Span>>> authority_at(Key key, const codec::Conflict& conflict);
  Task<Result<std::optional<Span>>> last_at(Key key, std::uint64_t value, bool caught_up);

  Rules rules_;
  Side made_on_;
  const codec::Mapper& mapper_;
  LastChange last_change_;
  KeptValues kept_;
};

}  // namespace crossfade::state
