#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "common/base/result.h"
#include "common/dynamo/http.h"

namespace crossfade::dynamo {

/// A client's context: TLS 1.2 and later, the system's certificates and those of `ca_file` (a
/// certificate there need be no authority) are trusted, peers are verified. Fault::invalid when a
/// file cannot be used.
Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const HttpOptions& files);

}  // namespace crossfade::dynamo
