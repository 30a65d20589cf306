#include "common/mongo/driver.h"

#include <mongoc/mongoc.h>

#include <algorithm>
#include <new>

#include "common/codec/document.h"
#include "common/mongo/session_impl.h"

namespace crossfade::mongo {
namespace {

static_assert(sizeof(bson_t) == sizeof(BsonSlot) && alignof(bson_t) <= alignof(BsonSlot));

constexpr std::string_view kEmptyDocument("\x05\0\0\0\0", 5);

bson_t* in(BsonSlot& slot) {
  return reinterpret_cast<bson_t*>(slot.bytes.data());
}
const bson_t* in(const BsonSlot& slot) {
  return reinterpret_cast<const bson_t*>(slot.bytes.data());
}

Failure::Source source_of(const bson_error_t& error) {
  using Source = Failure::Source;
  switch (error.domain) {
    case MONGOC_ERROR_SERVER:
      return Source::server;
    case MONGOC_ERROR_WRITE_CONCERN:
      return Source::write_concern;
    case MONGOC_ERROR_SERVER_SELECTION:
      return Source::selection;
    case MONGOC_ERROR_STREAM:
    case MONGOC_ERROR_PROTOCOL:
      return Source::network;
    case MONGOC_ERROR_SASL:
    case MONGOC_ERROR_SCRAM:
      return Source::authentication;
    case MONGOC_ERROR_CLIENT:
      return error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE ? Source::authentication
                                                            : Source::driver;
    case MONGOC_ERROR_BSON:
      return Source::document;
    default:
      return Source::driver;
  }
}

}  // namespace

Borrowed::Borrowed(std::string_view bytes) {
  if (bytes.empty()) bytes = kEmptyDocument;
  auto* document = new (slot_.bytes.data()) bson_t;
  valid_ =
      bson_init_static(document, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

const bson_t* Borrowed::get() const {
  return in(slot_);
}

Reply::Reply() {
  bson_init(new (slot_.bytes.data()) bson_t);
}

Reply::~Reply() {
  bson_destroy(in(slot_));
}

bson_t* Reply::get() {
  return in(slot_);
}

std::string_view Reply::bytes() const {
  return {reinterpret_cast<const char*>(bson_get_data(in(slot_))), in(slot_)->len};
}

void CollectionClose::operator()(mongoc_collection_t* collection) const {
  mongoc_collection_destroy(collection);
}

Client::Impl::~Impl() {
  mongoc_client_pool_push(pool, client);
}

Collection Client::Impl::collection(const Namespace& where) const {
  return Collection(
      mongoc_client_get_collection(client, where.database.c_str(), where.collection.c_str()));
}

Failure failure_of(const bson_error_t& error, std::string_view reply) {
  Failure failure{source_of(error), 0, error.message, {}};
  if (failure.source == Failure::Source::server) failure.code = static_cast<int>(error.code);
  if (!reply.empty()) failure.labels = codec::DocumentView(reply).texts("errorLabels");
  return failure;
}

Error to_error(const bson_error_t& error, std::string_view reply, Activity activity) {
  return classify(failure_of(error, reply), activity);
}

std::string write_options(Session* session) {
  Reply options;
  if (session != nullptr)
    mongoc_client_session_append(session->impl().session, options.get(), nullptr);
  return std::string(options.bytes());
}

Error not_a_document(std::string_view what) {
  return fail(Fault::rejected, "the " + std::string(what) + " is not a BSON document");
}

}  // namespace crossfade::mongo
