#pragma once

#include <string>

#include "tests/fakes/http_server.h"

namespace crossfade::fakes {

/// A certificate authority that lives as long as the test: made with OpenSSL, kept in memory.
class CertificateAuthority {
 public:
  CertificateAuthority();
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  const std::string& certificate() const { return certificate_; }
  /// For a server; `names` like `DNS:localhost,IP:127.0.0.1`.
  TlsIdentity issue(const std::string& names) const;

 private:
  struct Impl;
  Impl* impl_;
  std::string certificate_;
};

}  // namespace crossfade::fakes
