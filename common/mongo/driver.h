#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/mongo/client.h"
#include "common/mongo/errors.h"

// The names of libmongoc's types, so that its headers stay in the .cc files.
// NOLINTBEGIN(bugprone-reserved-identifier)
struct _bson_t;
struct _bson_error_t;
struct _mongoc_client_t;
struct _mongoc_client_pool_t;
struct _mongoc_collection_t;
// NOLINTEND(bugprone-reserved-identifier)

namespace crossfade::mongo {

/// bson_t, with the alignment that libbson gives to its name.
using Bson [[gnu::aligned(128)]] = _bson_t;

/// Room for a bson_t (128 bytes, fixed by libbson's ABI) on the stack.
struct alignas(128) BsonSlot {
  std::array<std::byte, 128> bytes;
};

/// Our document as libmongoc takes it, without a copy: the bytes must outlive it. No bytes at all
/// are the empty document.
class Borrowed {
 public:
  explicit Borrowed(std::string_view bytes);

  /// The length in the document agrees with the bytes given.
  bool valid() const { return valid_; }
  const Bson* get() const;

 private:
  BsonSlot slot_;
  bool valid_;
};

/// An empty document for libmongoc to fill, in one call, or for us to append to.
class Reply {
 public:
  Reply();
  ~Reply();
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  Bson* get();
  std::string_view bytes() const;

 private:
  BsonSlot slot_;
};

struct CollectionClose {
  void operator()(_mongoc_collection_t* collection) const;
};
using Collection = std::unique_ptr<_mongoc_collection_t, CollectionClose>;

struct Client::Impl {
  Impl(_mongoc_client_pool_t* owner, _mongoc_client_t* borrowed) : pool(owner), client(borrowed) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Collection collection(const Namespace& where) const;

  _mongoc_client_pool_t* pool;
  _mongoc_client_t* client;
};

/// `reply` is the whole answer that came with the error, for its labels; may be empty.
Failure failure_of(const _bson_error_t& error, std::string_view reply);
Error to_error(const _bson_error_t& error, std::string_view reply, Activity activity);

/// Options of an operation: nothing, or the session whose open transaction it belongs to.
std::string write_options(Session* session);

/// Fault::rejected for bytes that are not a document of their own length.
Error not_a_document(std::string_view what);

}  // namespace crossfade::mongo
