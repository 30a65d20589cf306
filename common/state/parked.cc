#include "common/state/parked.h"

#include <utility>

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

/// What may be kept beside a document in one BSON document of 16 MB.
constexpr std::size_t kMaxKept = 15U << 20;

struct Stored {
  std::string filter;
  std::string update;
};

void append_key(DocumentBuilder& out, const Key& key) {
  if (!key.bson.empty()) out.copy("key", key.bson, "_id");
}

void append_image(DocumentBuilder& out, std::string_view name,
                  const std::optional<std::string>& image) {
  if (!image) {
    out.null(name);
  } else {
    out.document(name, *image);
  }
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
  DocumentBuilder out;
  out.int32("v", 1).text("link", violation.link).text("side", to_string(violation.side));
  out.text("operation", violation.operation);
  append_key(out, violation.key);
  append_image(out, "dynamodb", violation.dynamodb);
  append_image(out, "mongodb", violation.mongodb);
  out.date("source_time", violation.source_time_ms).date("at", violation.at_ms);
  return stored(violation.id, std::move(out));
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
  return newest(client, violations_, link, limit);
}

Result<std::optional<std::string>> Parked::find_violation(mongo::Client& client,
                                                          const std::string& id) const {
  return client.find_one(violations_, DocumentBuilder().text("_id", id).finish());
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
