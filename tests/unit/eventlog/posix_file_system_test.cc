#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/eventlog/event_log.h"
#include "common/eventlog/file_system.h"
#include "tests/unit/async/run.h"

namespace crossfade::eventlog {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

class PosixFileSystemTest : public testing::Test {
 protected:
  PosixFileSystemTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "eventlog-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~PosixFileSystemTest() override { std::filesystem::remove_all(root_); }

  std::string path(const std::string& name) const { return root_ + "/" + name; }

  std::string root_;
  std::shared_ptr<FileSystem> files_ = posix_file_system();
};

TEST_F(PosixFileSystemTest, WritesReadsAndCuts) {
  const Result<std::unique_ptr<File>> file = files_->open(path("a"), Open::create);
  ASSERT_TRUE(file);
  ASSERT_TRUE(write_all(**file, 0, "hello world"));
  ASSERT_TRUE((*file)->truncate(7));
  ASSERT_TRUE((*file)->sync());
  EXPECT_EQ(*(*file)->size(), 7);
  std::string bytes(20, '?');
  EXPECT_EQ(*(*file)->read_at(2, bytes), 5U);
  EXPECT_EQ(bytes.substr(0, 6), "llo w?");
  EXPECT_EQ(*(*file)->read_at(100, bytes), 0U);
}

TEST_F(PosixFileSystemTest, FilesAndDirectoriesArePrivate) {
  ASSERT_TRUE(files_->make_directory(path("deep/below")));
  ASSERT_TRUE(files_->open(path("deep/below/a"), Open::create));
  struct stat status{};
  ASSERT_EQ(::stat(path("deep/below/a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U & ~0077U);
  ASSERT_EQ(::stat(path("deep").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_TRUE(files_->make_directory(path("deep/below")));
}

TEST_F(PosixFileSystemTest, RenamesListsAndRemoves) {
  ASSERT_TRUE(files_->open(path("a"), Open::create));
  ASSERT_TRUE(files_->open(path("b"), Open::create));
  ASSERT_TRUE(files_->rename(path("a"), path("c")));
  EXPECT_THAT(*files_->list(root_), UnorderedElementsAre("b", "c"));
  ASSERT_TRUE(files_->remove(path("b")));
  ASSERT_TRUE(files_->sync_directory(root_));
  EXPECT_THAT(*files_->list(root_), UnorderedElementsAre("c"));
}

TEST_F(PosixFileSystemTest, ErrorsNameTheFileAndTheReason) {
  const Result<std::unique_ptr<File>> missing = files_->open(path("none"), Open::read);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().fault, Fault::not_found);
  EXPECT_EQ(missing.error().message, "cannot open " + path("none") + ": No such file or directory");
  EXPECT_EQ(files_->remove(path("none")).error().fault, Fault::not_found);
  EXPECT_FALSE(files_->list(path("none")));
  EXPECT_FALSE(files_->rename(path("none"), path("other")));
  EXPECT_FALSE(files_->free_bytes(path("none")));
  EXPECT_FALSE(files_->make_directory("/proc/nothing/can/be/made/here"));
}

TEST_F(PosixFileSystemTest, FullDeviceIsDiskFull) {
  const Result<std::unique_ptr<File>> full = files_->open("/dev/full", Open::write);
  ASSERT_TRUE(full);
  const Result<void> written = write_all(**full, 0, "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().fault, Fault::disk_full);
  EXPECT_THAT(written.error().message, HasSubstr("No space left on device"));
}

TEST_F(PosixFileSystemTest, LockIsHeldByOneUntilItEnds) {
  Result<std::unique_ptr<FileLock>> first = files_->lock(path("lock"));
  ASSERT_TRUE(first);
  const Result<std::unique_ptr<FileLock>> second = files_->lock(path("lock"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::invalid);
  first->reset();
  EXPECT_TRUE(files_->lock(path("lock")));
}

TEST_F(PosixFileSystemTest, FreeSpaceIsThatOfTheFileSystem) {
  const auto expected = std::filesystem::space(root_).available;
  const Result<std::int64_t> free = files_->free_bytes(root_);
  ASSERT_TRUE(free);
  EXPECT_NEAR(static_cast<double>(*free), static_cast<double>(expected), 1 << 30);
}

TEST_F(PosixFileSystemTest, LogLivesOnARealDisk) {
  boost::asio::io_context io;
  ThreadPool pool(2);
  const SystemClock clock;
  Log log(LogLevel::off);
  Options options;
  options.directory = path("data/orders/forward");
  options.segment_bytes = 1000;
  options.retention = Milliseconds(0);
  options.min_free_bytes = 0;
  options.tail_bytes = 0;
  for (int round = 0; round < 3; ++round) {
    Result<std::unique_ptr<EventLog>> opened =
        EventLog::open(options, io.get_executor(), pool, clock, log);
    ASSERT_TRUE(opened) << opened.error().message;
    EventLog& events = **opened;
    EXPECT_EQ(events.fresh(), round == 0);
    EXPECT_EQ(EventLog::open(options, io.get_executor(), pool, clock, log).error().fault,
              Fault::invalid);
    for (int i = 0; i < 20; ++i) {
      std::vector<std::string> records(2, std::string(100, 'x'));
      ASSERT_TRUE(crossfade::test::run(io, events.append(std::move(records))));
    }
    EXPECT_EQ(crossfade::test::run(io, events.read(events.usage().first, 1 << 20))->size(), 8U);
    ASSERT_TRUE(crossfade::test::run(io, events.collect(events.end())));
    EXPECT_LT(events.usage().bytes, 2000);
  }
  std::ofstream(path("data/orders/forward/") + "00000000000000000000.log") << "damage";
  EXPECT_EQ(EventLog::open(options, io.get_executor(), pool, clock, log).error().fault,
            Fault::corrupt);
}

}  // namespace
}  // namespace crossfade::eventlog
