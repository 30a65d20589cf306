#pragma once

#include <optional>
#include <string>

#include "backward/apply_context.h"
#include "backward/mongo_calls.h"
#include "common/state/parked.h"

namespace crossfade::backward {

/// Stores the changes that MongoDB has made of keys which DynamoDB owns, and does with them what
/// the link's policy says. The record of a violation says how far it has come, so that dying at any
/// line repeats to the same end: without it nothing was written; without its outcome what is
/// intended may have been, and the item's token tells.
class Settler {
 public:
  Settler(const ApplyOptions& options, const ApplyContext& context, MongoCalls& calls, Stop& stop)
      : options_(options),
        context_(context),
        calls_(calls),
        stop_(stop),
        parked_(options.state_database) {}

  /// On return the violation stands with its outcome, and DynamoDB has the key's value. MongoDB has
  /// not: that is the caller's to ask for. (What was written to DynamoDB also comes back as an
  /// echo, which restores too, behind the changes that were made there before it.)
  Task<Result<void>> settle(const Change& change, std::int64_t position);

 private:
  /// A change, and the item that it is at odds with, read just now.
  struct Dispute {
    const Change& change;
    std::int64_t position;
    std::string body;  ///< of the GetItem
    bool readable = false;
    std::optional<codec::MappedDocument> item;

    std::optional<std::string> image() const {
      return item ? std::optional(item->bson) : std::nullopt;
    }
  };

  Task<Result<void>> look(Dispute& dispute);
  Task<Result<bool>> look_and_settle(const Change& change, std::int64_t position, bool last_look);
  bool carried_out(const Dispute& dispute, const std::string& stored) const;
  Task<Result<void>> restored(const Dispute& dispute);
  Task<Result<bool>> carry_out(const Dispute& dispute, codec::Ruling ruling);
  std::string id_of(std::int64_t position) const;
  state::Violation violation_of(const Dispute& dispute) const;
  Task<Result<std::optional<std::string>>> stored(const Dispute& dispute);
  Task<Result<void>> save(const Dispute& dispute, state::Violation violation);
  Task<Result<void>> end(const Dispute& dispute, Outcome outcome);

  const ApplyOptions& options_;
  const ApplyContext& context_;
  MongoCalls& calls_;
  Stop& stop_;
  state::Parked parked_;
};

}  // namespace crossfade::backward
