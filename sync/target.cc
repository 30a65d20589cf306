#include "sync/target.h"

#include "common/codec/document.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

constexpr int kFirstWithImages = 6;

std::string field_of(const codec::Names& names, const std::string& attribute) {
  return names.encode(attribute, true).value_or(attribute);
}

IndexPlan plan(const std::string& name, const std::vector<std::string>& fields, bool unique,
               const std::string& collection) {
  DocumentBuilder key;
  std::string shown;
  for (const std::string& field : fields) {
    key.int32(field, 1);
    shown += (shown.empty() ? "" : ", ") + ("\"" + field + "\": 1");
  }
  DocumentBuilder specification;
  specification.document("key", key.finish()).text("name", name);
  if (unique) specification.boolean("unique", true);
  const std::string options = unique ? ", unique: true" : "";
  const std::string coll = collection.substr(collection.find('.') + 1);
  return {name, specification.finish(),
          "db.getCollection(\"" + coll + "\").createIndex({" + shown + "}, {name: \"" + name +
              "\"" + options + "})"};
}

std::vector<std::string> fields_of(const codec::Names& names, const std::string& hash,
                                   const std::string& sort) {
  std::vector<std::string> out{field_of(names, hash)};
  if (!sort.empty()) out.push_back(field_of(names, sort));
  return out;
}

}  // namespace

std::vector<IndexPlan> plan_indexes(const dynamo::TableDescription& table,
                                    const codec::Names& names, const std::string& collection) {
  std::vector<IndexPlan> out;
  out.push_back(plan("crossfade_key", fields_of(names, table.hash, table.sort), true, collection));
  for (const dynamo::IndexDescription& index : table.indexes) {
    out.push_back(plan(index.name, fields_of(names, index.hash, index.sort), false, collection));
  }
  return out;
}

Result<bool> Target::has_documents(mongo::Client& client) const {
  TRY(const std::int64_t found, client.count(where_, DocumentBuilder().finish(), 1));
  return found > 0;
}

/// As listCollections shows it; nothing when there is none.
Result<std::optional<std::string>> Target::definition(mongo::Client& client) const {
  DocumentBuilder list;
  list.int32("listCollections", 1)
      .document("filter", DocumentBuilder().text("name", where_.collection).finish());
  TRY(const std::string reply, client.command(where_.database, list.finish()));
  const auto found = DocumentView(reply).documents("cursor.firstBatch");
  if (found.empty()) return std::nullopt;
  return std::string(found.front());
}

Result<void> Target::create(mongo::Client& client) const {
  TRY(const auto there, definition(client));
  if (there) return {};
  TRY_VOID(client.command(where_.database,
                          DocumentBuilder().text("create", where_.collection).finish()));
  return {};
}

Result<bool> Target::keep_images(mongo::Client& client, const mongo::ServerFacts& server) const {
  if (server.major < kFirstWithImages) return false;
  TRY(const auto there, definition(client));
  const bool kept =
      there &&
      DocumentView(*there).boolean("options.changeStreamPreAndPostImages.enabled").value_or(false);
  if (kept) return true;
  DocumentBuilder command;
  command.text("collMod", where_.collection);
  command.document("changeStreamPreAndPostImages",
                   DocumentBuilder().boolean("enabled", true).finish());
  TRY_VOID(client.command(where_.database, command.finish()));
  return true;
}

Result<void> Target::build(mongo::Client& client, const IndexPlan& index) const {
  DocumentBuilder command;
  command.text("createIndexes", where_.collection).array("indexes", {index.specification});
  TRY_VOID(client.command(where_.database, command.finish()));
  return {};
}

}  // namespace crossfade::sync
