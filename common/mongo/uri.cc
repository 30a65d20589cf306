#include "common/mongo/uri.h"

#include <mongoc/mongoc.h>

#include <string_view>

#include "common/mongo/libmongoc.h"

namespace crossfade::mongo {
namespace {

constexpr std::int64_t kMajorityTimeoutMs = 30'000;

Error unusable(const std::string& uri, std::string_view reason) {
  const bool may_hold_a_secret = uri.find('@') != std::string::npos;
  return fail(Fault::invalid,
              "the MongoDB connection string cannot be used: " +
                  (may_hold_a_secret
                       ? std::string("check its scheme, its hosts, its options, and that reserved "
                                     "characters of user and password are percent-encoded")
                       : std::string(reason)));
}

void set_unless_given(mongoc_uri_t* uri, const char* option, Milliseconds value) {
  if (!mongoc_uri_has_option(uri, option))
    mongoc_uri_set_option_as_int32(uri, option, static_cast<std::int32_t>(value.count()));
}

void set_concerns(mongoc_uri_t* uri) {
  mongoc_write_concern_t* write = mongoc_write_concern_new();
  mongoc_write_concern_set_wmajority(write, kMajorityTimeoutMs);
  mongoc_uri_set_write_concern(uri, write);
  mongoc_write_concern_destroy(write);

  mongoc_read_concern_t* read = mongoc_read_concern_new();
  mongoc_uri_set_read_concern(uri, read);
  mongoc_read_concern_destroy(read);

  mongoc_read_prefs_t* primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
  mongoc_uri_set_read_prefs_t(uri, primary);
  mongoc_read_prefs_destroy(primary);
}

}  // namespace

void UriClose::operator()(mongoc_uri_t* uri) const {
  mongoc_uri_destroy(uri);
}

Result<Uri> parse_uri(const PoolOptions& options) {
  initialize_libmongoc();
  bson_error_t error{};
  Uri uri(mongoc_uri_new_with_error(options.uri.c_str(), &error));
  if (!uri) return unusable(options.uri, error.message);
  set_concerns(uri.get());
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_RETRYWRITES, true);
  set_unless_given(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS,
                   options.server_selection_timeout);
  set_unless_given(uri.get(), MONGOC_URI_SOCKETTIMEOUTMS, options.socket_timeout);
  if (mongoc_uri_get_appname(uri.get()) == nullptr)
    mongoc_uri_set_appname(uri.get(), options.app_name.c_str());
  return uri;
}

}  // namespace crossfade::mongo
