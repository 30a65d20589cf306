#include "common/dynamo/tls_context.h"

#include <fmt/core.h>

namespace crossfade::dynamo {
namespace ssl = boost::asio::ssl;
namespace {

Error unfit(const char* what, const std::string& file, const boost::system::error_code& failure) {
  return fail(Fault::invalid,
              fmt::format("The {} in {} cannot be used: {}.", what, file, failure.message()));
}

}  // namespace

Result<std::unique_ptr<ssl::context>> make_tls_context(const HttpOptions& files) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  boost::system::error_code failure;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer, failure);
  if (!failure) context->set_default_verify_paths(failure);
  if (failure) {
    return fail(Fault::invalid,
                fmt::format("The system's certificates cannot be used: {}.", failure.message()));
  }
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context->native_handle()),
                              X509_V_FLAG_PARTIAL_CHAIN);
  if (!files.ca_file.empty()) context->load_verify_file(files.ca_file, failure);
  if (failure) return unfit("certificates", files.ca_file, failure);
  if (files.client_certificate.empty()) return context;
  context->use_certificate_chain_file(files.client_certificate, failure);
  if (failure) return unfit("certificates", files.client_certificate, failure);
  context->use_private_key_file(files.client_key, ssl::context::pem, failure);
  if (failure) return unfit("key", files.client_key, failure);
  return context;
}

}  // namespace crossfade::dynamo
