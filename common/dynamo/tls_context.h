#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "common/base/result.h"

namespace crossfade::dynamo {

/// A client's context: TLS 1.2 and later, the system's certificates and those of `ca_file` (PEM,
/// may be empty) are trusted, peers are verified. Fault::invalid when the file cannot be used.
Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const std::string& ca_file);

}  // namespace crossfade::dynamo
