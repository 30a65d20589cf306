// Who may ask the admin endpoint: tokens, certificates, addresses.
#include <gmock/gmock.h>

#include "tests/fakes/certificates.h"
#include "tests/unit/sync/admin_fixture.h"
#include "tests/unit/sync/secret_files.h"

namespace crossfade::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kToken = "0123456789abcdef0123";

class AdminAccessTest : public AdminServerTest {
 protected:
  dynamo::HttpResponse get_with(const std::string& authorization, const std::string& target) {
    dynamo::HttpRequest request;
    request.method = "GET";
    request.path = target;
    if (!authorization.empty()) request.headers = {{"Authorization", authorization}};
    return ask(request, pool_).value();
  }
  std::string refused() {
    const auto server = AdminServer::listen(config_, view_, io_.get_executor());
    EXPECT_FALSE(server);
    return server ? "" : server.error().message;
  }

  SecretFiles files_;
};

TEST_F(AdminAccessTest, ATokenIsNeededWhereThereIsOne) {
  config_.token_file = files_.write("token", std::string(kToken) + "\n");
  begin();
  for (const char* authorization : {"", "Bearer", "Bearer 0123456789abcdef0124", kToken}) {
    const dynamo::HttpResponse response = get_with(authorization, "/v1/links");
    EXPECT_EQ(response.status, 401) << authorization;
    EXPECT_EQ(response.header("www-authenticate"), "Bearer");
    EXPECT_EQ(response.header("content-type"), "application/problem+json");
  }
  EXPECT_EQ(get_with(std::string("Bearer ") + kToken, "/v1/links").status, 200);
  EXPECT_EQ(get_with("", "/nothing").status, 401);
  EXPECT_EQ(get_with("", "/metrics").status, 401);
}

TEST_F(AdminAccessTest, WhetherItLivesIsNoSecret) {
  config_.token_file = files_.write("token", kToken);
  begin();
  EXPECT_EQ(get_with("", "/healthz").status, 200);
  EXPECT_EQ(get_with("", "/readyz").status, 200);
}

TEST_F(AdminAccessTest, ARefusedChangeIsNotRead) {
  config_.token_file = files_.write("token", kToken);
  begin();
  const std::string head =
      "POST /v1/groups/shop/ramp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n";
  EXPECT_THAT(raw(head), StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
  EXPECT_THAT(raw(head + std::string(900'000, 'x')), StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
}

TEST_F(AdminAccessTest, WhereOthersReachItATokenIsRequired) {
  config_.host = "0.0.0.0";
  EXPECT_EQ(refused(),
            "The admin endpoint would listen on 0.0.0.0:0, where others reach it, without a token: "
            "give one with \"admin: {token_file: ...}\".");
  config_.host = "::";
  EXPECT_THAT(refused(), HasSubstr("[::]:0"));
  config_.host = "0.0.0.0";
  config_.token_file = files_.write("token", kToken);
  begin();
  EXPECT_EQ(get_with("", "/v1/links").status, 401);
  EXPECT_EQ(get_with(std::string("Bearer ") + kToken, "/v1/links").status, 200);
}

TEST_F(AdminAccessTest, AFileThatOthersReadIsRefused) {
  config_.token_file = files_.write("token", kToken);
  ::chmod(config_.token_file.c_str(), 0644);
  EXPECT_THAT(refused(), HasSubstr("others may use it (mode 0644)"));
}

class AdminTlsTest : public AdminAccessTest {
 protected:
  AdminTlsTest() {
    const fakes::TlsIdentity own = authority_.issue("IP:127.0.0.1");
    config_.tls.certificate = files_.write("certificate", own.certificate);
    config_.tls.key = files_.write("key", own.key);
  }

  Result<dynamo::HttpResponse> get_by(const dynamo::HttpOptions& options) {
    dynamo::HttpPool pool(options, io_.get_executor());
    dynamo::HttpRequest request;
    request.method = "GET";
    request.path = "/v1/links";
    return ask(request, pool);
  }

  fakes::CertificateAuthority authority_;
};

TEST_F(AdminTlsTest, ServesByItsCertificate) {
  begin();
  dynamo::HttpOptions by_authority;
  by_authority.ca_file = files_.write("ca", authority_.certificate());
  const auto response = get_by(by_authority);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  dynamo::HttpOptions by_itself;
  by_itself.ca_file = config_.tls.certificate;
  EXPECT_TRUE(get_by(by_itself));
  const auto by_nobody = get_by({});
  ASSERT_FALSE(by_nobody);
  EXPECT_THAT(by_nobody.error().message, HasSubstr("certificate is not accepted"));
}

TEST_F(AdminTlsTest, SpeaksNothingElse) {
  begin();
  EXPECT_THAT(raw("GET /healthz HTTP/1.1\r\n\r\n"), testing::Not(HasSubstr("200")));
}

TEST_F(AdminTlsTest, LetsInWhoHasACertificateOfItsAuthority) {
  const fakes::CertificateAuthority clients;
  config_.tls.client_ca = files_.write("clients", clients.certificate());
  begin();
  dynamo::HttpOptions options;
  options.ca_file = config_.tls.certificate;
  EXPECT_FALSE(get_by(options));
  const fakes::TlsIdentity stranger = authority_.issue("DNS:stranger");
  options.client_certificate = files_.write("stranger", stranger.certificate);
  options.client_key = files_.write("stranger_key", stranger.key);
  EXPECT_FALSE(get_by(options));
  const fakes::TlsIdentity known = clients.issue("DNS:anna");
  options.client_certificate = files_.write("anna", known.certificate);
  options.client_key = files_.write("anna_key", known.key);
  const auto response = get_by(options);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
}

TEST_F(AdminTlsTest, NamesTheFileThatIsNoCertificate) {
  const AdminTlsConfig good = config_.tls;
  config_.tls.certificate = files_.write("broken", "nothing");
  EXPECT_THAT(refused(), StartsWith("admin.tls.certificate: " + config_.tls.certificate));
  config_.tls = good;
  config_.tls.key = "/nowhere/key.pem";
  EXPECT_THAT(refused(), StartsWith("admin.tls.key: /nowhere/key.pem cannot be used: "));
  config_.tls = good;
  config_.tls.client_ca = "/nowhere/ca.pem";
  EXPECT_THAT(refused(), StartsWith("admin.tls.client_ca: "));
}

}  // namespace
}  // namespace crossfade::sync
