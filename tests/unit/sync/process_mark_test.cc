#include "sync/process_mark.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/dynamo/fixture.h"

namespace crossfade::sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ProcessMarkTest : public testing::Test {
 protected:
  std::string data_dir(const std::string& name = "data") const { return folder.path(name); }
  std::string text() const {
    std::ifstream file(data_dir() + "/process");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void edit(const std::string& field, const std::string& value) const {
    std::vector<MarkedProcess> marks = read_marks(text());
    for (MarkedProcess& one : marks) (field == "boot" ? one.boot : one.file) = value;
    std::ofstream(data_dir() + "/process") << write_marks(marks);
  }

  dynamo::Folder folder;
};

TEST_F(ProcessMarkTest, WhoGetsTheLockKnowsThatTheOthersHaveEnded) {
  {
    EXPECT_THAT(ProcessMark(data_dir(), "p1").ended(), IsEmpty());
  }
  {
    EXPECT_THAT(ProcessMark(data_dir(), "p2").ended(), ElementsAre("p1"));
  }
  EXPECT_THAT(ProcessMark(data_dir(), "p3").ended(), ElementsAre("p1", "p2"));
}

TEST_F(ProcessMarkTest, NothingIsKnownWhileOneLives) {
  const ProcessMark first(data_dir(), "p1");
  EXPECT_THAT(ProcessMark(data_dir(), "p2").ended(), IsEmpty());
  EXPECT_THAT(read_marks(text()), SizeIs(1)) << "only who has the lock is named";
}

TEST_F(ProcessMarkTest, ACopySaysNothing) {
  const ProcessMark first(data_dir(), "p1");
  std::filesystem::copy(data_dir(), data_dir("copy"));
  EXPECT_THAT(ProcessMark(data_dir("copy"), "p2").ended(), IsEmpty());
}

TEST_F(ProcessMarkTest, AnotherMachineOrFileSaysNothing) {
  for (const std::string field : {"boot", "file"}) {
    {
      const ProcessMark former(data_dir(), "p1");
    }
    edit(field, "another");
    EXPECT_THAT(ProcessMark(data_dir(), "p2").ended(), IsEmpty()) << field;
    std::filesystem::remove(data_dir() + "/process");
  }
}

TEST_F(ProcessMarkTest, KeepsTheLastOnes) {
  for (int i = 0; i < 40; ++i) {
    const ProcessMark one(data_dir(), "p" + std::to_string(i));
  }
  const auto marks = read_marks(text());
  ASSERT_THAT(marks, SizeIs(16));
  EXPECT_EQ(marks.back().id, "p39");
}

TEST_F(ProcessMarkTest, AFolderThatCannotBeMadeIsNoMark) {
  const std::string file = folder.write("file", "");
  EXPECT_THAT(ProcessMark(file + "/data", "p1").ended(), IsEmpty());
}

const char* const kGolden =
    R"({"v":1,"processes":[{"id":"p1","boot":"b","file":"8:1"},{"id":"p2","boot":"c","file":"8:2"}]})";

TEST(ProcessMarkFormat, StaysAsItIs) {
  const auto marks = read_marks(kGolden);
  ASSERT_THAT(marks, SizeIs(2));
  EXPECT_EQ(marks[1].id, "p2");
  EXPECT_EQ(marks[1].boot, "c");
  EXPECT_EQ(marks[1].file, "8:2");
  EXPECT_EQ(write_marks(marks), kGolden);
}

TEST(ProcessMarkFormat, WhatCannotBeReadNamesNobody) {
  for (const std::string text :
       {"", "{", "[]", R"({"v":2,"processes":[]})", R"({"v":1,"processes":[7]})",
        R"({"v":1,"processes":[{"id":"p1","boot":"b"}]})",
        R"({"v":1,"processes":[{"id":"p1","boot":"b","file":7}]})", R"({"v":1,"processes":3})"})
    EXPECT_THAT(read_marks(text), IsEmpty()) << text;
}

}  // namespace
}  // namespace crossfade::sync
