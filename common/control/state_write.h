#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/control/group_state.h"
#include "common/dynamo/types.h"

namespace crossfade::control {

/// The most bytes of a document of the control table: an item of DynamoDB holds 400 KB.
inline constexpr std::size_t kMostBytes = 350U << 10;

std::string partition_of(std::string_view group);
/// Sort key of the journal's entry of the hand-off that ended the epoch.
std::string journal_key(std::int64_t epoch);

/// What ControlTable::replace sends for one state, and how a refusal is to be read. No I/O.
///
/// The state alone goes as one put. With a version of the rules or a journal entry it goes as a
/// transaction, whose token is made of its content: DynamoDB answers a repetition of it within ten
/// minutes as it answered the first.
struct StateWrite {
  std::string group;
  std::string doc;            ///< the state as it will be stored
  std::int64_t revision = 0;  ///< that it will have
  dynamo::PutRequest put;     ///< without a transaction
  std::string transaction;    ///< empty: a put
};

/// What is written besides the state.
struct Besides {
  bool rules = false;
  bool journal = false;
};

/// Fault::invalid when a document is too large to be stored.
Result<StateWrite> plan_write(const std::string& table, const GroupState& state, Besides besides);

/// What a condition that did not hold means. `answer` is the error body, with the item that stood
/// in the way. Good when that item is the very one we wished to write: an earlier attempt landed,
/// and only its reply was lost. Else Fault::stale.
Result<void> judge_put(const StateWrite& write, std::string_view answer);
/// Likewise; Fault::corrupt when only the number of the rules or of the journal entry is taken.
Result<void> judge_transaction(const StateWrite& write, std::string_view answer);

}  // namespace crossfade::control
