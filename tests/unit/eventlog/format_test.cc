#include "common/eventlog/format.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "tests/unit/eventlog/log_fixture.h"

namespace crossfade::eventlog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kId = "00112233445566778899aabbccddeeff";
constexpr std::string_view kPath = "/log/00000000000000000000.log";

/// Version 1 as it was first released: a header, a group of two records, a group of one.
constexpr std::string_view kGolden =
    "78666164656c6f670100000067abb739000000000000000000a8da769b010000"
    "3030313132323333343435353636373738383939616162626363646465656666"
    "050000803852b7f1ae202c9a82e9bf8f01a8da769b0100006669727374"
    "020000000ad9e91600ff"
    "05000080b9a02bec89202c9a82e9bf8f02a8da769b0100007468697264";

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

std::string segment_of_version_1() {
  const FrameCodec codec(kId);
  std::string bytes = encode(SegmentHeader{std::string(kId), 0, 1'767'225'600'000});
  codec.encode(bytes, 0, "first", 1'767'225'600'001);
  codec.encode(bytes, 29, std::string("\x00\xff", 2), std::nullopt);
  codec.encode(bytes, 39, "third", 1'767'225'600'002);
  return bytes;
}

class FormatTest : public test::LogFixture {
 protected:
  void change(std::size_t at, char to) {
    std::string bytes = from_hex(kGolden);
    bytes[at] = to;
    disk_->set_content(std::string(kPath), bytes);
  }
};

TEST_F(FormatTest, IsWrittenAsItAlwaysWas) {
  EXPECT_EQ(to_hex(segment_of_version_1()), kGolden);
}

TEST_F(FormatTest, IsReadAsItAlwaysWas) {
  disk_->set_content(std::string(kPath), from_hex(kGolden));
  reopen();
  EXPECT_FALSE(log_->fresh());
  EXPECT_EQ(log_->id(), kId);
  EXPECT_EQ(log_->end(), 68);
  EXPECT_THAT(read_all(), ElementsAre("first", std::string("\x00\xff", 2), "third"));
  EXPECT_EQ(to_hex(disk_->content(std::string(kPath))), kGolden);
}

TEST_F(FormatTest, AppendsGoOnInTheSameFormat) {
  disk_->set_content(std::string(kPath), from_hex(kGolden));
  clock_.advance(Milliseconds(5));
  reopen();
  append_one("fourth");
  std::string expected = segment_of_version_1();
  FrameCodec(kId).encode(expected, 68, "fourth", 1'767'225'600'005);
  EXPECT_EQ(to_hex(disk_->content(std::string(kPath))), to_hex(expected));
}

TEST_F(FormatTest, UnknownVersionIsRefused) {
  change(8, 2);
  const Result<void> opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().fault, Fault::invalid);
  EXPECT_EQ(opened.error().message,
            "/log/00000000000000000000.log has format version 2, and this program knows version 1: "
            "run the version of Crossfade that wrote it");
}

TEST_F(FormatTest, DamageOfAnyHeaderByteIsFound) {
  for (std::size_t at = 0; at < kHeaderBytes; ++at) {
    if (at >= 8 && at < 12) continue;
    change(at, '!');
    const Result<void> opened = open();
    ASSERT_FALSE(opened) << "at " << at;
    EXPECT_EQ(opened.error().fault, Fault::corrupt) << "at " << at;
    EXPECT_THAT(opened.error().message, HasSubstr(std::string(kPath)));
  }
}

TEST(FrameCodecTest, PassesOnlyTheSameBytesAtTheSamePlaceOfTheSameLog) {
  const FrameCodec codec(kId);
  std::string frame;
  codec.encode(frame, 1000, "record", 7);
  EXPECT_TRUE(codec.intact(1000, frame));
  EXPECT_FALSE(codec.intact(1001, frame));
  EXPECT_FALSE(FrameCodec("ffeeddccbbaa99887766554433221100").intact(1000, frame));
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string damaged = frame;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_FALSE(codec.intact(1000, damaged)) << "at " << at;
  }
}

TEST(FrameCodecTest, EmptyDiskIsNotAnEmptyRecord) {
  EXPECT_FALSE(FrameCodec(kId).intact(0, std::string(8, '\0')));
}

}  // namespace
}  // namespace crossfade::eventlog
