#include "sync/admin_tls.h"

#include <fmt/core.h>

namespace crossfade::sync {
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
namespace {

Error unfit(const char* key, const std::string& file, const error_code& error) {
  return fail(Fault::invalid,
              fmt::format("admin.tls.{}: {} cannot be used: {}.", key, file, error.message()));
}

}  // namespace

Result<std::unique_ptr<ssl::context>> make_admin_tls(const AdminTlsConfig& config) {
  std::unique_ptr<ssl::context> context;
  if (config.certificate.empty()) return context;
  context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  error_code error;
  context->use_certificate_chain_file(config.certificate, error);
  if (error) return unfit("certificate", config.certificate, error);
  context->use_private_key_file(config.key, ssl::context::pem, error);
  if (error) return unfit("key", config.key, error);
  if (config.client_ca.empty()) return context;
  // The certificates of clients must not end up in the chain that we show.
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_NO_AUTO_CHAIN);
  context->load_verify_file(config.client_ca, error);
  if (error) return unfit("client_ca", config.client_ca, error);
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, error);
  if (error) return unfit("client_ca", config.client_ca, error);
  return context;
}

}  // namespace crossfade::sync
