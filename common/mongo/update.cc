#include <mongoc/mongoc.h>

#include "common/codec/document.h"
#include "common/mongo/client.h"
#include "common/mongo/driver.h"

namespace crossfade::mongo {
namespace {

struct FindAndModifyClose {
  void operator()(mongoc_find_and_modify_opts_t* opts) const {
    mongoc_find_and_modify_opts_destroy(opts);
  }
};
using FindAndModify = std::unique_ptr<mongoc_find_and_modify_opts_t, FindAndModifyClose>;

FindAndModify returning_the_new(const bson_t* update, bool upsert) {
  FindAndModify opts(mongoc_find_and_modify_opts_new());
  mongoc_find_and_modify_opts_set_update(opts.get(), update);
  const std::string flags =
      codec::DocumentBuilder().boolean("new", true).boolean("upsert", upsert).finish();
  mongoc_find_and_modify_opts_append(opts.get(), Borrowed(flags).get());
  return opts;
}

/// The driver would refuse what the server takes: a kept document may have a field without a name.
std::string update_options(bool upsert, Session* session) {
  codec::DocumentBuilder built;
  built.fields(write_options(session)).boolean("upsert", upsert).boolean("validate", false);
  return std::move(built).finish();
}

}  // namespace

Result<std::int64_t> Client::update_one(const Namespace& where, std::string_view filter,
                                        std::string_view update, bool upsert, Session* session) {
  const std::string wanted = update_options(upsert, session);
  const Borrowed query(filter);
  const Borrowed change(update);
  const Borrowed opts(wanted);
  if (!query.valid() || !change.valid()) return not_a_document("filter or update");
  const Collection collection = impl_->collection(where);
  Reply reply;
  bson_error_t error{};
  if (!mongoc_collection_update_one(collection.get(), query.get(), change.get(), opts.get(),
                                    reply.get(), &error))
    return to_error(error, reply.bytes(),
                    session == nullptr ? Activity::write : Activity::transaction);
  const codec::DocumentView counts(reply.bytes());
  return counts.integer("matchedCount").value_or(0) + (counts.has("upsertedId") ? 1 : 0);
}

Result<std::optional<std::string>> Client::find_one_and_update(const Namespace& where,
                                                               std::string_view filter,
                                                               std::string_view update,
                                                               bool upsert) {
  const Borrowed query(filter);
  const Borrowed change(update);
  if (!query.valid() || !change.valid()) return not_a_document("filter or update");
  const FindAndModify opts = returning_the_new(change.get(), upsert);
  const Collection collection = impl_->collection(where);
  Reply reply;
  bson_error_t error{};
  if (!mongoc_collection_find_and_modify_with_opts(collection.get(), query.get(), opts.get(),
                                                   reply.get(), &error))
    return to_error(error, reply.bytes(), Activity::write);
  const auto value = codec::DocumentView(reply.bytes()).document("value");
  if (!value) return std::optional<std::string>();
  return std::optional<std::string>(std::string(*value));
}

}  // namespace crossfade::mongo
