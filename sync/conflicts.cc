#include "sync/conflicts.h"

namespace crossfade::sync {

Conflicts::Conflicts(state::Arbiter::Rules rules, Parts parts)
    : parts_(std::move(parts)),
      in_dynamodb_(rules, Side::dynamodb, parts_.mapper,
                   [this](Key key, bool caught_up) {
                     return last_change(Side::mongodb, std::move(key), caught_up);
                   }),
      in_mongodb_(rules, Side::mongodb, parts_.mapper, [this](Key key, bool caught_up) {
        return last_change(Side::dynamodb, std::move(key), caught_up);
      }) {}

Task<Result<std::optional<Change>>> Conflicts::last_change(Side side, Key key, bool caught_up) {
  if (caught_up) CO_TRY_VOID(co_await parts_.catch_up(side));
  const std::optional<RecentKey> recent = parts_.recent.find(key);
  if (!recent) co_return std::optional<Change>();
  const bool in_forward = side == Side::dynamodb;
  eventlog::EventLog& log = in_forward ? parts_.forward : parts_.backward;
  const eventlog::Position position = in_forward ? recent->forward : recent->backward;
  if (position < log.usage().first) co_return std::optional<Change>();
  CO_TRY(const std::vector<eventlog::Record> records, co_await log.read(position, 1));
  if (records.empty()) co_return std::optional<Change>();
  CO_TRY(Change change, decode(records.front().bytes));
  co_return std::optional(std::move(change));
}

}  // namespace crossfade::sync
