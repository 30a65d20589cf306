#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/mapping.h"
#include "common/model/conflict.h"

namespace crossfade::codec {

/// A change on the side without authority, and what the authority has now. Images are documents,
/// whichever side they are from; none: there is no such item.
struct Conflict {
  std::optional<Former> before;  ///< what the change found on its own side; absent: not known
  std::optional<std::string> after;
  std::optional<std::string> present;  ///< the authority's value, read just now
  std::optional<Span> made_at;         ///< the change; absent: not known
  std::optional<Span> authority_at;    ///< the authority's last change of the key, if `present` is
                                       ///< what it left
};

struct Ruling {
  Outcome outcome = Outcome::restored;
  std::optional<std::string> value;  ///< merged, kept: what the authority's side is to have; none:
                                     ///< removed. Its `_id` is that of `present`
  std::vector<std::string> attributes;  ///< names that must be as `present` has them when it is
                                        ///< written; nothing else of the item is written
};

/// What becomes of the change. Pure; values are compared as DynamoDB would see them, so neither the
/// order of fields nor the type of a number counts, nor do key attributes, `_id`, the reserved
/// field and the synced field.
///
///  - authority: restored.
///  - merge: the attributes on top of the item that the change changed (before against after) are
///    laid over `present`, if the authority has changed none of them since (before against
///    present) but to the same value. An item that one side alone has made is an item without
///    attributes before. Restored when `before` is not known, when either side has deleted the
///    item, and when nothing would change.
///  - last_writer_wins: kept if the change was surely made later than the authority's last change,
///    restored if surely earlier. Where the times overlap or one is not known, the authority wins,
///    but for one case that needs no clock: a change that was made on the very value which the
///    authority still has came after it, and is kept. The whole item counts, a removal too.
///    The clocks of the two stores are taken as they are: what they differ by may decide.
///  - Whatever has no form as an item is restored.
///
/// Of DynamoDB's changes only a span is known in which they were made: see span_of().
Ruling settle(const Mapper& mapper, ConflictPolicy policy, const Conflict& conflict);

/// The same for two images of one value, see settle(); an absent image has one of its own. An error
/// when the image has no form as an item.
Result<std::uint64_t> value_hash(const Mapper& mapper, const std::optional<std::string>& image);

}  // namespace crossfade::codec
