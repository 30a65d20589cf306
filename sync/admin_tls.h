#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "sync/config.h"

namespace crossfade::sync {

/// What the admin endpoint shakes hands by: TLS 1.2 and later, its certificate chain and key, and,
/// with a `client_ca`, only with clients whose certificate that signed. Null without a certificate.
/// Fault::invalid with one sentence that names the file.
Result<std::unique_ptr<boost::asio::ssl::context>> make_admin_tls(const AdminTlsConfig& config);

}  // namespace crossfade::sync
