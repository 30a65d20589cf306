#pragma once

#include <memory>
#include <string>

#include "common/mongo/client.h"

struct _mongoc_uri_t;  // NOLINT(bugprone-reserved-identifier)

namespace crossfade::mongo {

struct UriClose {
  void operator()(_mongoc_uri_t* uri) const;
};
using Uri = std::unique_ptr<_mongoc_uri_t, UriClose>;

/// The connection string as this service uses it. What correctness needs is set whatever the string
/// says: write concern majority, retryable writes, reads from the primary. Times and the
/// application name are set where the string leaves them open. The sentence of an error never has
/// any part of a string that could hold a password.
Result<Uri> parse_uri(const PoolOptions& options);

}  // namespace crossfade::mongo
