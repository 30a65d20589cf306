#include "sync/data_dir.h"

#include <gmock/gmock.h>

#include "tests/unit/dynamo/fixture.h"

namespace crossfade::sync {
namespace {

using testing::HasSubstr;

class DataDirTest : public testing::Test {
 protected:
  Result<std::string> look(const std::string& data_dir, std::int64_t min_free_bytes = 0) {
    Config config;
    config.data_dir = data_dir;
    config.log.min_free_bytes = min_free_bytes;
    return look_at_data_dir(config);
  }

  dynamo::Folder folder;
};

TEST_F(DataDirTest, AFolderThatIsThereOrCanBeMadeIsGood) {
  for (const std::string& name : {folder.path(""), folder.path("of/the/service")}) {
    const auto good = look(name);
    ASSERT_TRUE(good) << good.error().message;
    EXPECT_THAT(*good, HasSubstr(name));
    EXPECT_THAT(*good, HasSubstr("GiB free"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path("of"))) << "looking makes nothing";
}

TEST_F(DataDirTest, AFileInTheWayIsNamed) {
  const std::string file = folder.write("file", "");
  const auto refused = look(file + "/data");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(file + " is not a folder"));
}

TEST_F(DataDirTest, TooLittleRoomIsToldInFigures) {
  const auto refused = look(folder.path(""), 1LL << 60);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::disk_full);
  EXPECT_THAT(refused.error().message, HasSubstr("must stay free"));
}

}  // namespace
}  // namespace crossfade::sync
