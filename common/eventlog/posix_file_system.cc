#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "common/eventlog/file_system.h"

namespace crossfade::eventlog {
namespace {

Fault fault_of(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return Fault::disk_full;
    case ENOENT:
      return Fault::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Fault::forbidden;
    default:
      return Fault::corrupt;
  }
}

Error failed(std::string_view what, const std::string& path, int code) {
  return fail(fault_of(code),
              fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(code)));
}

template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Result<Descriptor> open_descriptor(const std::string& path, int flags) {
  const int number = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  if (number < 0) return failed("open", path, errno);
  return Descriptor(number);
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::int64_t offset, std::span<char> into) override {
    std::size_t filled = 0;
    while (filled < into.size()) {
      const ssize_t got = uninterrupted([&] {
        return ::pread(descriptor_.number(), into.data() + filled, into.size() - filled,
                       offset + static_cast<std::int64_t>(filled));
      });
      if (got < 0) return failed("read", path_, errno);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

  Result<std::size_t> write_at(std::int64_t offset, std::string_view bytes) override {
    const ssize_t put = uninterrupted(
        [&] { return ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), offset); });
    if (put < 0) return failed("write", path_, errno);
    if (put == 0) return failed("write", path_, ENOSPC);
    return static_cast<std::size_t>(put);
  }

  Result<void> truncate(std::int64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(descriptor_.number(), size); }) != 0)
      return failed("truncate", path_, errno);
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_.number()) != 0) return failed("sync", path_, errno);
    return {};
  }

  Result<std::int64_t> size() override {
    struct stat status{};
    if (::fstat(descriptor_.number(), &status) != 0) return failed("stat", path_, errno);
    return static_cast<std::int64_t>(status.st_size);
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<void> make_directory(const std::string& path) override {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return {};
    const std::filesystem::path parent = std::filesystem::absolute(path, error).parent_path();
    if (error || parent == path) return failed("create", path, error.value());
    TRY_VOID(make_directory(parent.string()));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("create", path, errno);
    return sync_directory(parent.string());
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entry(directory, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
      names.push_back(entry->path().filename().string());
    if (error) return failed("list", directory, error.value());
    return names;
  }

  Result<std::unique_ptr<File>> open(const std::string& path, Open how) override {
    const int flags = how == Open::read     ? O_RDONLY
                      : how == Open::create ? O_RDWR | O_CREAT | O_TRUNC
                                            : O_RDWR;
    TRY(Descriptor descriptor, open_descriptor(path, flags));
    return std::make_unique<PosixFile>(std::move(descriptor), path);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from, errno);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return failed("remove", path, errno);
    return {};
  }

  Result<void> sync_directory(const std::string& directory) override {
    TRY(const Descriptor descriptor, open_descriptor(directory, O_RDONLY | O_DIRECTORY));
    if (::fsync(descriptor.number()) != 0) return failed("sync", directory, errno);
    return {};
  }

  Result<std::int64_t> free_bytes(const std::string& directory) override {
    struct statvfs status{};
    if (uninterrupted([&] { return ::statvfs(directory.c_str(), &status); }) != 0)
      return failed("ask for the free space of", directory, errno);
    return static_cast<std::int64_t>(status.f_bavail) * static_cast<std::int64_t>(status.f_frsize);
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    TRY(Descriptor descriptor, open_descriptor(path, O_RDWR | O_CREAT));
    if (uninterrupted([&] { return ::flock(descriptor.number(), LOCK_EX | LOCK_NB); }) == 0)
      return std::make_unique<PosixLock>(std::move(descriptor));
    if (errno != EWOULDBLOCK) return failed("lock", path, errno);
    return fail(Fault::invalid, fmt::format("another process holds {}", path));
  }
};

}  // namespace

std::shared_ptr<FileSystem> posix_file_system() {
  return std::make_shared<PosixFileSystem>();
}

}  // namespace crossfade::eventlog
