#include <mongoc/mongoc.h>

#include <algorithm>

#include "common/codec/document.h"
#include "common/mongo/client.h"
#include "common/mongo/driver.h"

namespace crossfade::mongo {
namespace {

struct CursorClose {
  void operator()(mongoc_cursor_t* cursor) const { mongoc_cursor_destroy(cursor); }
};
using Cursor = std::unique_ptr<mongoc_cursor_t, CursorClose>;

std::string find_options(const FindOptions& options) {
  codec::DocumentBuilder built;
  const char* level = options.majority ? "majority" : "local";
  if (options.session != nullptr) {
    built.fields(write_options(options.session));
  } else {
    built.document("readConcern", codec::DocumentBuilder().text("level", level).finish());
  }
  if (!options.sort.empty()) built.document("sort", options.sort);
  if (!options.projection.empty()) built.document("projection", options.projection);
  if (options.limit > 0) built.int64("limit", options.limit);
  if (!options.min_id.empty()) built.document("min", options.min_id);
  if (options.hint_id || !options.min_id.empty())
    built.document("hint", codec::DocumentBuilder().int32("_id", 1).finish());
  return std::move(built).finish();
}

std::string bytes_of(const bson_t& document) {
  return {reinterpret_cast<const char*>(bson_get_data(&document)), document.len};
}

}  // namespace

Result<std::vector<std::string>> Client::find(const Namespace& where, std::string_view filter,
                                              const FindOptions& options) {
  const std::string wanted = find_options(options);
  const Borrowed query(filter);
  const Borrowed opts(wanted);
  if (!query.valid() || !opts.valid()) return not_a_document("filter, sort or projection");
  const Collection collection = impl_->collection(where);
  const Cursor cursor(
      mongoc_collection_find_with_opts(collection.get(), query.get(), opts.get(), nullptr));
  std::vector<std::string> found;
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) found.push_back(bytes_of(*document));
  bson_error_t error{};
  const bson_t* reply = nullptr;
  if (mongoc_cursor_error_document(cursor.get(), &error, &reply))
    return to_error(error, reply == nullptr ? std::string() : bytes_of(*reply),
                    options.session == nullptr ? Activity::read : Activity::transaction);
  return found;
}

Result<std::optional<std::string>> Client::find_one(const Namespace& where, std::string_view filter,
                                                    const FindOptions& options) {
  FindOptions one = options;
  one.limit = 1;
  TRY(std::vector<std::string> found, find(where, filter, one));
  if (found.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(found.front()));
}

Result<std::int64_t> Client::count(const Namespace& where, std::string_view filter,
                                   std::int64_t limit) {
  codec::DocumentBuilder built;
  if (limit > 0) built.int64("limit", limit);
  const std::string wanted = std::move(built).finish();
  const Borrowed query(filter);
  const Borrowed opts(wanted);
  if (!query.valid()) return not_a_document("filter");
  const Collection collection = impl_->collection(where);
  Reply reply;
  bson_error_t error{};
  const std::int64_t counted = mongoc_collection_count_documents(
      collection.get(), query.get(), opts.get(), nullptr, reply.get(), &error);
  if (counted < 0) return to_error(error, reply.bytes(), Activity::read);
  return counted;
}

}  // namespace crossfade::mongo
