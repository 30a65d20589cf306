// The command line in front of a service with a token and a certificate.
#include <gmock/gmock.h>

#include "tests/fakes/certificates.h"
#include "tests/unit/sync/cli_fixture.h"
#include "tests/unit/sync/secret_files.h"

namespace crossfade::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// What the service and its command line are given; made before either.
struct Secrets {
  Secrets() {
    const fakes::TlsIdentity own = authority.issue("IP:127.0.0.1");
    admin.tls.certificate = files.write("service", own.certificate);
    admin.tls.key = files.write("service_key", own.key);
    admin.token_file = files.write("service_token", "0123456789abcdef0123\n");
  }

  SecretFiles files;
  fakes::CertificateAuthority authority;
  AdminConfig admin{"127.0.0.1", 0};
};

class CliAccessTest : private Secrets, public CliWithService {
 protected:
  CliAccessTest() : CliWithService(Secrets::admin) {}

  /// The command line's own configuration.
  int status(const std::string& more) {
    admin_ = more;
    configure(port());
    return call_with_config({"status"});
  }
  std::string token() const { return ", token_file: " + Secrets::admin.token_file; }
  std::string certificate() const {
    return ", tls: {certificate: " + Secrets::admin.tls.certificate +
           ", key: " + Secrets::admin.tls.key + "}";
  }
  std::string written(const std::string& name, const std::string& text) {
    return files.write(name, text);
  }
  const std::string& authority_certificate() const { return authority.certificate(); }
};

TEST_F(CliAccessTest, ReadsTheServicesOwnConfiguration) {
  EXPECT_EQ(status(token() + certificate()), 0) << err();
  EXPECT_THAT(out(), StartsWith("orders: synced"));
}

TEST_F(CliAccessTest, TrustsAnAuthority) {
  const std::string ca = written("ca", authority_certificate());
  EXPECT_EQ(status(token() + ", tls: {ca: " + ca + "}"), 0) << err();
  const fakes::CertificateAuthority stranger;
  const std::string other = written("other", stranger.certificate());
  EXPECT_EQ(status(token() + ", tls: {ca: " + other + "}"), 1);
  EXPECT_THAT(err(), HasSubstr("certificate is not accepted"));
  EXPECT_THAT(err(), HasSubstr("admin.tls.ca"));
}

TEST_F(CliAccessTest, SaysThatATokenIsNeeded) {
  EXPECT_EQ(status(certificate()), 1);
  EXPECT_EQ(err(), "crossfade: This endpoint needs the token of admin.token_file.\n");
  const std::string wrong = written("wrong", "another-token-than-that");
  EXPECT_EQ(status(", token_file: " + wrong + certificate()), 1);
  EXPECT_EQ(err(), "crossfade: This endpoint needs the token of admin.token_file.\n");
  EXPECT_EQ(status(", token_file: /nowhere/token" + certificate()), 1);
  EXPECT_EQ(
      err(),
      "crossfade: The token file /nowhere/token cannot be used: No such file or directory.\n");
}

}  // namespace
}  // namespace crossfade::sync
