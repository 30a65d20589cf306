#include "common/dynamo/profiles.h"

#include "common/dynamo/settings.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::dynamo {
namespace {

using ::testing::HasSubstr;

TEST(Profiles, AreReadAsTheCommandLineToolsWriteThem) {
  const ProfileMap config = parse_profiles(
      "# a comment\n; another\n[default]\nregion = eu-west-1\r\n\n[profile dev]\nregion=us-east-1\n"
      "s3 =\n  max_concurrent_requests = 20\n[profile \"two words\"]\nrole_arn = a=b\n"
      "[sso-session x]\nregion = never\n[dev]\nregion = never\nno setting\n",
      true);
  EXPECT_EQ(config.size(), 3U);
  EXPECT_EQ(config.at("default").at("region"), "eu-west-1");
  EXPECT_EQ(config.at("dev").at("region"), "us-east-1");
  EXPECT_FALSE(config.at("dev").contains("max_concurrent_requests"));
  EXPECT_EQ(config.at("two words").at("role_arn"), "a=b");
}

TEST(Profiles, OfTheCredentialsFileHaveNoPrefix) {
  const ProfileMap keys =
      parse_profiles("[dev]\naws_access_key_id = A\naws_secret_access_key = k#;=y", false);
  EXPECT_EQ(keys.at("dev").at("aws_secret_access_key"), "k#;=y");
}

TEST(Profiles, OddTextIsSurvived) {
  for (const char* odd : {"", "[", "[]", "]", "=", "[a\n=b", "a=b\n[profile"}) {
    parse_profiles(odd, true);
    parse_profiles(odd, false);
  }
}

class SettingsTest : public DynamoTest {
 protected:
  Result<Settings> find() {
    const auto files = read_profile_files(environment());
    EXPECT_TRUE(files) << files.error().message;
    return find_settings(options, environment(), *files);
  }
};

TEST_F(SettingsTest, TheRegionsOwnHosts) {
  options.region = "eu-central-1";
  const auto settings = find();
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->tables, (HttpTarget{true, "dynamodb.eu-central-1.amazonaws.com", "443"}));
  EXPECT_EQ(settings->streams,
            (HttpTarget{true, "streams.dynamodb.eu-central-1.amazonaws.com", "443"}));
}

TEST_F(SettingsTest, ChinaHasAnotherSuffix) {
  options.region = "cn-north-1";
  EXPECT_EQ(find()->tables.host, "dynamodb.cn-north-1.amazonaws.com.cn");
}

TEST_F(SettingsTest, AnEndpointServesBoth) {
  variables["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"] = "http://ignored:1";
  options.endpoint = "http://127.0.0.1:8000";
  EXPECT_EQ(find()->tables.port, "8000");
  EXPECT_EQ(find()->streams.port, "8000");
}

TEST_F(SettingsTest, TheEnvironmentNamesEndpoints) {
  variables["AWS_ENDPOINT_URL"] = "http://all:1";
  EXPECT_EQ(find()->tables.host, "all");
  EXPECT_EQ(find()->streams.host, "all");
  variables["AWS_ENDPOINT_URL_DYNAMODB"] = "http://tables:2";
  variables["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"] = "http://streams:3";
  EXPECT_EQ(find()->tables.host, "tables");
  EXPECT_EQ(find()->streams.host, "streams");
}

TEST_F(SettingsTest, TheRegionIsLookedForInOrder) {
  const std::string config = "[default]\nregion = eu-north-1\n[profile dev]\nregion = sa-east-1\n";
  variables["AWS_CONFIG_FILE"] = folder.write("config", config);
  variables.erase("AWS_REGION");
  EXPECT_EQ(find()->region, "eu-north-1");
  variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(find()->region, "sa-east-1");
  variables["AWS_DEFAULT_REGION"] = "us-west-1";
  EXPECT_EQ(find()->region, "us-west-1");
  variables["AWS_REGION"] = "us-west-2";
  EXPECT_EQ(find()->region, "us-west-2");
  options.region = "us-east-2";
  EXPECT_EQ(find()->region, "us-east-2");
}

TEST_F(SettingsTest, NoRegionIsSaid) {
  variables.erase("AWS_REGION");
  ASSERT_FALSE(find());
  EXPECT_EQ(find().error().fault, Fault::invalid);
  EXPECT_THAT(find().error().message, HasSubstr("dynamodb.region"));
}

TEST_F(SettingsTest, ARegionCannotBeAnything) {
  options.region = "us-east-1.evil.example/";
  ASSERT_FALSE(find());
  EXPECT_THAT(find().error().message, HasSubstr("us-east-1.evil.example/"));
}

TEST_F(SettingsTest, FilesThatCannotBeReadAreNamed) {
  variables["AWS_CONFIG_FILE"] = folder.path("");
  const auto files = read_profile_files(environment());
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().fault, Fault::invalid);
}

}  // namespace
}  // namespace crossfade::dynamo
