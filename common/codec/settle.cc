#include "common/codec/settle.h"

#include <algorithm>
#include <iterator>

#include "common/base/hash.h"
#include "common/codec/attributes.h"
#include "common/codec/document.h"

namespace crossfade::codec {
namespace {

struct Seen {
  Attributes before;
  Attributes after;
  Attributes present;
};

Result<Seen> look_at(const Mapper& mapper, const Conflict& conflict) {
  Seen out;
  const std::optional<std::string> nothing;
  const auto& former = conflict.before ? conflict.before->image : nothing;
  TRY(out.before, attributes_of(mapper, former));
  TRY(out.after, attributes_of(mapper, conflict.after));
  TRY(out.present, attributes_of(mapper, conflict.present));
  return out;
}

AttributeNames common(const AttributeNames& one, const AttributeNames& other) {
  AttributeNames out;
  std::ranges::set_intersection(one, other, std::inserter(out, out.end()));
  return out;
}

std::string with_id_of(std::string_view image, const std::optional<std::string>& present) {
  if (!present) return std::string(image);
  DocumentBuilder out;
  out.copy("_id", *present, "_id").fields_except(image, "_id");
  return out.finish();
}

Ruling merge(const Mapper& mapper, const Conflict& conflict, const Seen& seen) {
  const bool deleted =
      !conflict.after || (conflict.before && conflict.before->image && !conflict.present);
  if (!conflict.before || deleted) return {};
  const AttributeNames changed = differing(seen.before, seen.after);
  const AttributeNames news = common(changed, differing(seen.present, seen.after));
  if (news.empty() && conflict.present) return {};
  if (!common(news, differing(seen.before, seen.present)).empty()) return {};
  const std::string& base = conflict.present ? *conflict.present : *conflict.after;
  return {Outcome::merged,
          overlaid(mapper, base, *conflict.after, changed),
          {changed.begin(), changed.end()}};
}

bool same(const std::optional<std::string>& one, const Attributes& of_one,
          const std::optional<std::string>& other, const Attributes& of_other) {
  return one.has_value() == other.has_value() && of_one == of_other;
}

bool change_is_later(const Conflict& conflict, const Seen& seen) {
  if (conflict.made_at && conflict.authority_at) {
    if (surely_later(*conflict.made_at, *conflict.authority_at)) return true;
    if (surely_later(*conflict.authority_at, *conflict.made_at)) return false;
  }
  return conflict.before &&
         same(conflict.before->image, seen.before, conflict.present, seen.present);
}

Ruling last_writer_wins(const Conflict& conflict, const Seen& seen) {
  const bool equal = same(conflict.after, seen.after, conflict.present, seen.present);
  if (equal || !change_is_later(conflict, seen)) return {};
  Ruling out{Outcome::kept, std::nullopt, {}};
  if (conflict.after) out.value = with_id_of(*conflict.after, conflict.present);
  AttributeNames all;
  for (const auto& [name, bytes] : seen.after) all.insert(name);
  for (const auto& [name, bytes] : seen.present) all.insert(name);
  out.attributes.assign(all.begin(), all.end());
  return out;
}

}  // namespace

Ruling settle(const Mapper& mapper, ConflictPolicy policy, const Conflict& conflict) {
  if (policy == ConflictPolicy::authority) return {};
  const auto seen = look_at(mapper, conflict);
  if (!seen) return {};
  Ruling out = policy == ConflictPolicy::merge ? merge(mapper, conflict, *seen)
                                               : last_writer_wins(conflict, *seen);
  if (out.value && !mapper.to_item(*out.value)) return {};
  return out;
}

Result<std::uint64_t> value_hash(const Mapper& mapper, const std::optional<std::string>& image) {
  if (!image) return std::uint64_t{0};
  TRY(const std::string neutral, canonical_document(mapper, *image));
  return stable_hash(neutral);
}

}  // namespace crossfade::codec
