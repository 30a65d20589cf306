#include "common/dynamo/tls_context.h"

#include <fmt/core.h>

namespace crossfade::dynamo {
namespace ssl = boost::asio::ssl;

Result<std::unique_ptr<ssl::context>> make_tls_context(const std::string& ca_file) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  boost::system::error_code failure;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer, failure);
  if (!failure) context->set_default_verify_paths(failure);
  if (failure) {
    return fail(Fault::invalid,
                fmt::format("The system's certificates cannot be used: {}.", failure.message()));
  }
  if (!ca_file.empty()) context->load_verify_file(ca_file, failure);
  if (failure) {
    return fail(Fault::invalid, fmt::format("The certificates in {} cannot be used: {}.", ca_file,
                                            failure.message()));
  }
  return context;
}

}  // namespace crossfade::dynamo
