#include "sync/token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace crossfade::sync {
namespace {

using testing::HasSubstr;

constexpr const char* kToken = "0123456789abcdef";

class TokenFile : public testing::Test {
 protected:
  ~TokenFile() override { std::remove(file_.c_str()); }

  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(file_) << text;
    ASSERT_EQ(::chmod(file_.c_str(), mode), 0);
  }
  std::string fault() {
    const auto token = read_token(file_);
    EXPECT_FALSE(token);
    return token ? "" : token.error().message;
  }

  std::string file_ = testing::TempDir() + "crossfade_token_test";
};

TEST_F(TokenFile, HoldsOneLine) {
  for (const char* end : {"", "\n", "\r\n"}) {
    write(std::string(kToken) + end);
    EXPECT_EQ(read_token(file_).value(), kToken);
  }
}

TEST_F(TokenFile, IsReadableByItsOwnerAlone) {
  for (const mode_t mode : {0600U, 0400U, 0700U}) {
    write(kToken, mode);
    EXPECT_TRUE(read_token(file_)) << mode;
  }
  for (const mode_t mode : {0640U, 0604U, 0620U, 0610U}) {
    write(kToken, mode);
    EXPECT_THAT(fault(), HasSubstr("others may use it (mode 06")) << mode;
    EXPECT_THAT(fault(), HasSubstr("chmod 600"));
  }
}

TEST_F(TokenFile, BelongsToUs) {
  if (::geteuid() == 0) {
    write(kToken);
    ASSERT_EQ(::chown(file_.c_str(), 65534, 65534), 0);
    EXPECT_THAT(fault(), HasSubstr("it belongs to another user"));
  } else {
    EXPECT_THAT(read_token("/etc/hostname").error().message, HasSubstr("belongs to another user"));
  }
}

TEST_F(TokenFile, IsARegularFileThatIsThere) {
  EXPECT_EQ(fault(), "The token file " + file_ + " cannot be used: No such file or directory.");
  EXPECT_THAT(read_token(testing::TempDir()).error().message, HasSubstr("no regular file"));
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(fault(), HasSubstr("no regular file"));
}

TEST_F(TokenFile, HoldsATokenThatIsLongEnough) {
  const std::vector<std::string> none = {
      "", "\n", "short", "0123456789abcdef\nmore\n", "0123456789 abcdef", std::string(1025, 'x')};
  for (const std::string& text : none) {
    write(text);
    EXPECT_THAT(fault(), HasSubstr("16 to 1024 visible characters")) << text;
    EXPECT_THAT(fault(), testing::Not(HasSubstr("0123456789")));
  }
  write(std::string(1024, 'x'));
  EXPECT_TRUE(read_token(file_));
}

TEST(Token, MustBeTheSame) {
  EXPECT_TRUE(carries_token("Bearer 0123456789abcdef", kToken));
  EXPECT_TRUE(carries_token("bearer 0123456789abcdef", kToken));
  for (const char* header :
       {"", "0123456789abcdef", "Bearer ", "Bearer 0123456789abcdeg", "Bearer 0123456789abcdef ",
        "Bearer 0123456789abcde", "Basic 0123456789abcdef", "Bearer  0123456789abcdef"}) {
    EXPECT_FALSE(carries_token(header, kToken)) << header;
  }
}

}  // namespace
}  // namespace crossfade::sync
