// Every place that credentials may come from, each against a scripted server where it has one.
#include "common/dynamo/credential_chain.h"

#include "common/dynamo/credential_cache.h"
#include "common/dynamo/credential_container.h"
#include "common/dynamo/credential_json.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::dynamo {
namespace {

using fakes::Received;
using fakes::Reply;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::int64_t kNewYear = 1'767'225'600'000;
constexpr const char* kDocument =
    R"({"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"})";

std::string sts_answer(const std::string& call) {
  return "<" + call + "Response><" + call +
         "Result><Credentials><AccessKeyId>ASIASTS</AccessKeyId>"
         "<SecretAccessKey>sts-secret</SecretAccessKey><SessionToken>sts-token</SessionToken>"
         "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></" +
         call + "Result></" + call + "Response>";
}

class ChainTest : public DynamoTest {
 protected:
  ChainTest() {
    variables.erase("AWS_ACCESS_KEY_ID");
    variables.erase("AWS_SECRET_ACCESS_KEY");
    variables["AWS_ENDPOINT_URL_STS"] = server.url();
  }

  Result<Credentials> load() {
    const Environment own = environment();
    const ChainOptions chain{profile, "eu-west-1", "", patience};
    CredentialCache cache(make_credential_chain(own, chain, parts()), io.get_executor(), clock,
                          log);
    auto got = run(cache.get());
    if (!got) return got.error();
    return **got;
  }

  void write_config(const std::string& text) {
    variables["AWS_CONFIG_FILE"] = folder.write("config", text);
  }
  void write_keys(const std::string& text) {
    variables["AWS_SHARED_CREDENTIALS_FILE"] = folder.write("credentials", text);
  }
  std::string sts_form() { return server.received().at(0).body; }

  fakes::HttpServer server;
  std::string profile;
  Milliseconds patience = kPatience;
};

// ---- environment

TEST_F(ChainTest, KeysOfTheEnvironmentGoFirst) {
  variables["AWS_ACCESS_KEY_ID"] = "A";
  variables["AWS_SECRET_ACCESS_KEY"] = "s";
  variables["AWS_SESSION_TOKEN"] = "t";
  write_keys("[default]\naws_access_key_id = B\naws_secret_access_key = s\n");
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->access_key, "A");
  EXPECT_EQ(found->session_token, "t");
  EXPECT_EQ(found->expires_ms, std::nullopt);
}

TEST_F(ChainTest, HalfAKeyIsAnError) {
  variables["AWS_ACCESS_KEY_ID"] = "A";
  EXPECT_THAT(load().error().message, HasSubstr("must be set together"));
}

TEST_F(ChainTest, WithoutAnyAllPlacesAreNamed) {
  const auto found = load();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fault, Fault::credentials);
  for (const char* place : {"the environment", "profile default", "AWS_WEB_IDENTITY_TOKEN_FILE",
                            "the container's endpoint", "the EC2 instance's metadata"}) {
    EXPECT_THAT(found.error().message, HasSubstr(place));
  }
}

// ---- profiles

TEST_F(ChainTest, SharedFilesByProfile) {
  write_keys(
      "[default]\naws_access_key_id = A\naws_secret_access_key = s\n"
      "[dev]\naws_access_key_id = D\naws_secret_access_key = s\naws_session_token = t\n");
  EXPECT_EQ(load()->access_key, "A");
  variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(load()->access_key, "D");
  EXPECT_EQ(load()->session_token, "t");
  EXPECT_EQ(load()->source, "profile dev");
}

TEST_F(ChainTest, TheFilesInTheHomeFolder) {
  std::filesystem::create_directory(folder.path(".aws"));
  folder.write(".aws/credentials", "[default]\naws_access_key_id = H\naws_secret_access_key = s\n");
  EXPECT_EQ(load()->access_key, "H");
}

TEST_F(ChainTest, AnExplicitProfileBeatsTheEnvironment) {
  variables["AWS_ACCESS_KEY_ID"] = "A";
  variables["AWS_SECRET_ACCESS_KEY"] = "s";
  write_config("[profile dev]\naws_access_key_id = D\naws_secret_access_key = s\n");
  profile = "dev";
  EXPECT_EQ(load()->access_key, "D");
  profile = "nobody";
  EXPECT_THAT(load().error().message, HasSubstr("profile nobody is in neither"));
}

TEST_F(ChainTest, AProfileOfSsoNeedsAProcess) {
  write_config("[default]\nsso_session = x\n");
  EXPECT_THAT(load().error().message, HasSubstr("export-credentials"));
}

TEST_F(ChainTest, AProcessGivesCredentials) {
  const std::string file = folder.write("out.json", kDocument);
  write_config("[default]\ncredential_process = cat '" + file + "'\n");
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->access_key, "ASIA");
  EXPECT_TRUE(found->expires_ms);
}

TEST_F(ChainTest, AProcessThatFailsIsSaidAndItsOutputIsNot) {
  write_config("[default]\ncredential_process = echo hidden-text; exit 3\n");
  EXPECT_THAT(load().error().message, HasSubstr("credential_process"));
  write_config("[default]\ncredential_process = echo hidden-text\n");
  const auto found = load();
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, Not(HasSubstr("hidden-text")));
}

TEST_F(ChainTest, AProcessThatWritesTooMuchIsEnded) {
  write_config("[default]\ncredential_process = yes\n");
  EXPECT_THAT(load().error().message, HasSubstr("too much"));
}

// ---- roles

TEST_F(ChainTest, ARoleIsAssumedWithTheKeysOfAnotherProfile) {
  write_config(
      "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nexternal_id = x&y\n"
      "role_session_name = me\nduration_seconds = 900\n");
  write_keys("[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n");
  server.serve({Reply{.body = sts_answer("AssumeRole")}});
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->access_key, "ASIASTS");
  EXPECT_EQ(found->secret_key, "sts-secret");
  EXPECT_EQ(found->session_token, "sts-token");
  EXPECT_EQ(sts_form(),
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
            "RoleSessionName=me&DurationSeconds=900&ExternalId=x%26y");
  EXPECT_THAT(server.received().at(0).header("authorization"),
              StartsWith("AWS4-HMAC-SHA256 Credential=BASE/"));
  EXPECT_THAT(server.received().at(0).header("authorization"),
              HasSubstr("/eu-west-1/sts/aws4_request"));
}

TEST_F(ChainTest, ARoleMayUseTheKeysOfItsOwnProfile) {
  write_config("[default]\nrole_arn = arn:r\nsource_profile = default\n");
  write_keys("[default]\naws_access_key_id = OWN\naws_secret_access_key = s\n");
  server.serve({Reply{.body = sts_answer("AssumeRole")}});
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(server.received().at(0).header("authorization"), HasSubstr("Credential=OWN/"));
}

TEST_F(ChainTest, RolesThatNameEachOtherInACircleEnd) {
  write_config(
      "[default]\nrole_arn = arn:a\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:b\nsource_profile = default\n");
  EXPECT_THAT(load().error().message, HasSubstr("no keys to assume it with"));
}

TEST_F(ChainTest, ARoleMayUseTheEnvironmentsKeys) {
  variables["AWS_ACCESS_KEY_ID"] = "ENV";
  variables["AWS_SECRET_ACCESS_KEY"] = "s";
  write_config("[profile p]\nrole_arn = arn:r\ncredential_source = Environment\n");
  profile = "p";
  server.serve({Reply{.body = sts_answer("AssumeRole")}});
  EXPECT_EQ(load()->access_key, "ASIASTS");
  EXPECT_THAT(server.received().at(0).header("authorization"), HasSubstr("Credential=ENV/"));
}

TEST_F(ChainTest, RolesThatCannotBeAssumedAreExplained) {
  write_config("[default]\nrole_arn = arn:r\n");
  EXPECT_THAT(load().error().message, HasSubstr("no source_profile"));
  write_config("[default]\nrole_arn = arn:r\nsource_profile = nobody\n");
  EXPECT_THAT(load().error().message, HasSubstr("does not exist: nobody"));
  write_config("[default]\nrole_arn = arn:r\nsource_profile = default\nmfa_serial = m\n");
  EXPECT_THAT(load().error().message, HasSubstr("mfa_serial"));
}

TEST_F(ChainTest, StsIsQuotedWhenItRefuses) {
  write_config("[default]\nrole_arn = arn:r\nsource_profile = default\n");
  write_keys("[default]\naws_access_key_id = OWN\naws_secret_access_key = s\n");
  server.serve({Reply{.status = 403,
                      .body = "<ErrorResponse><Error><Code>AccessDenied</Code>"
                              "<Message>not you</Message></Error></ErrorResponse>"}});
  const auto found = load();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fault, Fault::credentials);
  EXPECT_THAT(found.error().message, HasSubstr("arn:r"));
  EXPECT_THAT(found.error().message, HasSubstr("AccessDenied: not you"));
}

TEST_F(ChainTest, StsInTroubleIsAskedThreeTimes) {
  write_config("[default]\nrole_arn = arn:r\nsource_profile = default\n");
  write_keys("[default]\naws_access_key_id = OWN\naws_secret_access_key = s\n");
  server.serve({Reply{.status = 500}, Reply{.act = Reply::Act::close},
                Reply{.body = sts_answer("AssumeRole")}});
  EXPECT_TRUE(load());
  EXPECT_EQ(server.received().size(), 3U);
}

// ---- web identity

TEST_F(ChainTest, AWebIdentityIsExchangedWithoutASignature) {
  variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder.write("token", "ey.J+/=\n");
  variables["AWS_ROLE_ARN"] = "arn:web";
  variables["AWS_ROLE_SESSION_NAME"] = "pod";
  write_keys("[default]\naws_access_key_id = LATER\naws_secret_access_key = s\n");
  server.serve({Reply{.body = sts_answer("AssumeRoleWithWebIdentity")}});
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->access_key, "ASIASTS");
  EXPECT_THAT(sts_form(), HasSubstr("Action=AssumeRoleWithWebIdentity&"));
  EXPECT_THAT(sts_form(), HasSubstr("&RoleSessionName=pod&WebIdentityToken=ey.J%2B%2F%3D"));
  EXPECT_EQ(server.received().at(0).header("authorization"), "");
}

TEST_F(ChainTest, TheTokenFileIsReadEachTime) {
  variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder.write("token", "first");
  variables["AWS_ROLE_ARN"] = "arn:web";
  server.serve({Reply{.body = sts_answer("AssumeRoleWithWebIdentity")}});
  ASSERT_TRUE(load());
  folder.write("token", "second");
  ASSERT_TRUE(load());
  EXPECT_THAT(server.received().at(0).body, HasSubstr("WebIdentityToken=first"));
  EXPECT_THAT(server.received().at(1).body, HasSubstr("WebIdentityToken=second"));
  EXPECT_THAT(sts_form(), HasSubstr("RoleSessionName=crossfade-"));
}

TEST_F(ChainTest, AWebIdentityMayStandInAProfile) {
  const std::string token = folder.write("token", "tok");
  write_config("[default]\nrole_arn = arn:web\nweb_identity_token_file = " + token + "\n");
  server.serve({Reply{.body = sts_answer("AssumeRoleWithWebIdentity")}});
  EXPECT_EQ(load()->source, "role arn:web");
}

TEST_F(ChainTest, ATokenThatIsMissingIsNamed) {
  variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder.path("nothing");
  EXPECT_THAT(load().error().message, HasSubstr("AWS_ROLE_ARN is not"));
  variables["AWS_ROLE_ARN"] = "arn:web";
  EXPECT_THAT(load().error().message, HasSubstr(folder.path("nothing")));
  EXPECT_EQ(load().error().fault, Fault::credentials);
}

// ---- container

TEST_F(ChainTest, TheContainersEndpointIsAskedWithItsToken) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url() + "/v1/credentials?x=1";
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "plain";
  server.serve({Reply{.body = kDocument}});
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->access_key, "ASIA");
  EXPECT_EQ(found->session_token, "t");
  EXPECT_EQ(server.received().at(0).method, "GET");
  EXPECT_EQ(server.received().at(0).path, "/v1/credentials?x=1");
  EXPECT_EQ(server.received().at(0).header("authorization"), "plain");
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder.write("token", " from-file\n");
  ASSERT_TRUE(load());
  EXPECT_EQ(server.received().at(1).header("authorization"), "from-file");
}

TEST_F(ChainTest, ATokenWithALineBreakInItIsNotSent) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url();
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nX-Evil: b";
  EXPECT_FALSE(load());
  EXPECT_EQ(server.received().size(), 0U);
}

TEST_F(ChainTest, PlainHttpIsForKnownHostsOnly) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://credentials.example/";
  EXPECT_THAT(load().error().message, HasSubstr("must be https"));
  for (const char* good : {"127.0.0.1", "127.1.2.3", "::1", "localhost", "169.254.170.2",
                           "169.254.170.23", "fd00:ec2::23"}) {
    EXPECT_TRUE(may_serve_credentials(good)) << good;
  }
  for (const char* bad : {"169.254.169.254", "10.0.0.1", "localhost.example", "", "fd00:ec2::24"}) {
    EXPECT_FALSE(may_serve_credentials(bad)) << bad;
  }
}

TEST_F(ChainTest, ARelativeUriIsAskedOfEcs) {
  variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/id";
  server.serve({Reply{.body = kDocument}});
  const Environment own = environment();
  ContainerCredentials container(
      own, parts(), std::make_shared<CredentialHttp>(parts(), "", patience), server.url());
  const auto found = run(container.load());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ((*found)->access_key, "ASIA");
  EXPECT_EQ(server.received().at(0).path, "/v2/credentials/id");
}

TEST_F(ChainTest, AContainerThatRefusesIsSaid) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url();
  server.serve({Reply{.status = 403, .body = "secret detail"}});
  EXPECT_THAT(load().error().message, HasSubstr("HTTP 403"));
  EXPECT_THAT(load().error().message, Not(HasSubstr("secret detail")));
}

// ---- metadata of the instance

class MetadataTest : public ChainTest {
 protected:
  MetadataTest() {
    variables.erase("AWS_EC2_METADATA_DISABLED");
    variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url();
  }

  void serve_role(const std::string& role) {
    server.serve([role](const Received& request) {
      if (request.method == "PUT") {
        const bool good = request.path == "/latest/api/token" &&
                          request.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600";
        return Reply{.status = good ? 200 : 400, .body = "session"};
      }
      if (request.header("x-aws-ec2-metadata-token") != "session") return Reply{.status = 401};
      const std::string roles = "/latest/meta-data/iam/security-credentials/";
      if (role.empty()) return Reply{.status = 404};
      if (request.path == roles) return Reply{.body = role};
      return Reply{.status = request.path == roles + role ? 200 : 404, .body = kDocument};
    });
  }
};

TEST_F(MetadataTest, TheInstancesRole) {
  serve_role("worker");
  const auto found = load();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->access_key, "ASIA");
  EXPECT_EQ(found->source, "the EC2 instance's metadata");
  EXPECT_EQ(server.received().size(), 3U);
}

TEST_F(MetadataTest, AnInstanceWithoutARole) {
  serve_role("");
  EXPECT_THAT(load().error().message, HasSubstr("No AWS credentials were found"));
}

TEST_F(MetadataTest, NobodyThereIsNotAnError) {
  patience = Milliseconds(100);
  server.serve({Reply{.act = Reply::Act::hang}});
  EXPECT_THAT(load().error().message, HasSubstr("No AWS credentials were found"));
}

TEST_F(MetadataTest, SwitchedOffItIsNotAsked) {
  variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_FALSE(load());
  EXPECT_EQ(server.received().size(), 0U);
}

TEST_F(MetadataTest, ARoleMayUseTheInstances) {
  fakes::HttpServer sts;
  variables["AWS_ENDPOINT_URL_STS"] = sts.url();
  sts.serve({Reply{.body = sts_answer("AssumeRole")}});
  serve_role("worker");
  write_config("[default]\nrole_arn = arn:r\ncredential_source = Ec2InstanceMetadata\n");
  EXPECT_EQ(load()->access_key, "ASIASTS");
  EXPECT_EQ(sts.received().at(0).header("x-amz-security-token"), "t");
}

// ---- documents

TEST(CredentialJson, TimesAreRead) {
  EXPECT_EQ(parse_iso_time("2026-01-01T00:00:00Z"), kNewYear);
  EXPECT_EQ(parse_iso_time("2026-01-01T00:00:00.123456Z"), kNewYear);
  EXPECT_EQ(parse_iso_time("2026-01-01T00:00:00+00:00"), kNewYear);
  for (const char* bad : {"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00"}) {
    EXPECT_EQ(parse_iso_time(bad), std::nullopt) << bad;
  }
}

TEST(CredentialJson, OnlyWholeDocumentsCount) {
  EXPECT_TRUE(parse_credentials(R"({"AccessKeyId":"a","SecretAccessKey":"b"})", "x"));
  EXPECT_EQ(
      parse_credentials(R"({"AccessKeyId":"a","SecretAccessKey":"b","SessionToken":"c"})", "x")
          ->session_token,
      "c");
  for (const char* bad : {"", "[]", "{}", R"({"AccessKeyId":"a"})",
                          R"({"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"later"})"}) {
    EXPECT_FALSE(parse_credentials(bad, "x")) << bad;
  }
}

}  // namespace
}  // namespace crossfade::dynamo
