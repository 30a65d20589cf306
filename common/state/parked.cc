#include "common/state/parked.h"

#include <utility>

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;

/// What may be kept beside a document in one BSON document of 16 MB.
constexpr std::size_t kMaxKept = 15U << 20;

struct Stored {
  std::string filter;
  std::string update;
};

void append_key(DocumentBuilder& out, const Key& key) {
  if (!key.bson.empty()) out.copy("key", key.bson, "_id");
}

Stored stored(const std::string& id, DocumentBuilder fields) {
  DocumentBuilder update;
  update.document("$setOnInsert", std::move(fields).finish());
  return {DocumentBuilder().text("_id", id).finish(), std::move(update).finish()};
}

Stored to_bson(const DeadLetter& letter) {
  DocumentBuilder out;
  out.int32("v", 1).text("link", letter.link).text("direction", letter.direction);
  append_key(out, letter.key);
  out.text("reason", letter.reason).date("at", letter.at_ms);
  if (letter.text.size() + letter.document.size() > kMaxKept) {
    out.text("kept",
             "too large to be kept beside its reason; read it from its own store by the key");
  } else {
    if (!letter.text.empty()) out.text("item", letter.text);
    if (!letter.document.empty()) out.document("document", letter.document);
  }
  return stored(letter.id, std::move(out));
}

Stored to_bson(const Violation& violation) {
  DocumentBuilder fields;
  fields.fields(fields_of(violation));
  return stored(violation.id, std::move(fields));
}

template <class T>
Result<void> add_all(mongo::Client& client, const mongo::Namespace& where,
                     const std::vector<T>& values, mongo::Session* session) {
  for (const T& value : values) {
    const Stored record = to_bson(value);
    TRY_VOID(client.update_one(where, record.filter, record.update, true, session));
  }
  return {};
}

std::string of_link(const std::string& link) {
  DocumentBuilder filter;
  if (!link.empty()) filter.text("link", link);
  return std::move(filter).finish();
}

Result<std::vector<std::string>> newest(mongo::Client& client, const mongo::Namespace& where,
                                        const std::string& link, int limit) {
  mongo::FindOptions options;
  options.sort = DocumentBuilder().int32("at", -1).finish();
  options.limit = limit;
  return client.find(where, of_link(link), options);
}

}  // namespace

Result<void> Parked::add(mongo::Client& client, const std::vector<DeadLetter>& letters,
                         mongo::Session* session) const {
  return add_all(client, dead_letters_, letters, session);
}

Result<void> Parked::add(mongo::Client& client, const std::vector<Violation>& violations,
                         mongo::Session* session) const {
  return add_all(client, violations_, violations, session);
}

Result<void> Parked::save(mongo::Client& client, const Violation& violation) const {
  const std::string filter = DocumentBuilder().text("_id", violation.id).finish();
  const std::string update = DocumentBuilder().document("$set", fields_of(violation)).finish();
  TRY_VOID(client.update_one(violations_, filter, update, true));
  return {};
}

Result<void> Parked::end_violation(mongo::Client& client, const std::string& id,
                                   Outcome outcome) const {
  const std::string done =
      DocumentBuilder().text("outcome", to_string(outcome)).null("intended").finish();
  const std::string update = DocumentBuilder().document("$set", done).finish();
  const std::string filter = DocumentBuilder().text("_id", id).finish();
  TRY_VOID(client.update_one(violations_, filter, update, false));
  return {};
}

Result<std::int64_t> Parked::count_outcome(mongo::Client& client,
                                           const std::vector<std::string>& ids,
                                           Outcome outcome) const {
  DocumentBuilder filter;
  filter.document("_id", DocumentBuilder().text_array("$in", ids).finish());
  filter.text("outcome", to_string(outcome));
  return client.count(violations_, filter.finish(), 0);
}

Result<std::int64_t> Parked::count_dead_letters(mongo::Client& client, const std::string& link,
                                                const std::string& direction) const {
  DocumentBuilder filter;
  filter.fields(of_link(link));
  if (!direction.empty()) filter.text("direction", direction);
  return client.count(dead_letters_, filter.finish(), 0);
}

Result<std::int64_t> Parked::count_violations(mongo::Client& client,
                                              const std::string& link) const {
  return client.count(violations_, of_link(link), 0);
}

Result<std::vector<std::string>> Parked::list_dead_letters(mongo::Client& client,
                                                           const std::string& link,
                                                           int limit) const {
  return newest(client, dead_letters_, link, limit);
}

Result<std::vector<std::string>> Parked::list_violations(mongo::Client& client,
                                                         const std::string& link, int limit) const {
  TRY(std::vector<std::string> found, newest(client, violations_, link, limit));
  for (std::string& violation : found) violation = in_present_form(std::move(violation));
  return found;
}

Result<std::optional<std::string>> Parked::find_violation(mongo::Client& client,
                                                          const std::string& id) const {
  TRY(std::optional<std::string> found,
      client.find_one(violations_, DocumentBuilder().text("_id", id).finish()));
  if (found) found = in_present_form(std::move(*found));
  return found;
}

Result<bool> Parked::settle_violation(mongo::Client& client, const std::string& id,
                                      const Settlement& settlement) const {
  DocumentBuilder decided;
  decided.text("take", to_string(settlement.take)).text("who", settlement.who);
  decided.text("reason", settlement.reason).date("at", settlement.at_ms);
  const std::string update =
      DocumentBuilder()
          .document("$set", DocumentBuilder().document("resolution", decided.finish()).finish())
          .finish();
  const std::string filter =
      DocumentBuilder()
          .text("_id", id)
          .document("resolution", DocumentBuilder().boolean("$exists", false).finish())
          .finish();
  TRY(const std::int64_t matched, client.update_one(violations_, filter, update, false));
  return matched == 1;
}

}  // namespace crossfade::state
