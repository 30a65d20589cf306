#include "sync/token_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "common/dynamo/crypto.h"

namespace crossfade::sync {
namespace {

constexpr std::size_t kLeast = 16;
constexpr std::size_t kMost = 1024;
constexpr std::string_view kScheme = "bearer ";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Error unfit(const std::string& file, const std::string& why) {
  return fail(Fault::invalid, fmt::format("The token file {} cannot be used: {}.", file, why));
}

/// Why nobody should rely on a file like this; empty when it is well.
std::string risk_of(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "it is no regular file";
  if (status.st_uid != ::geteuid()) return "it belongs to another user";
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fmt::format("others may use it (mode {:04o}); \"chmod 600\" makes it ours alone",
                       status.st_mode & 07777U);
  }
  return {};
}

bool visible(const std::string& text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<std::string> read_token(const std::string& file) {
  const Descriptor open_file(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (open_file.number() < 0) return unfit(file, std::strerror(errno));
  struct stat status{};
  if (::fstat(open_file.number(), &status) != 0) return unfit(file, std::strerror(errno));
  const std::string risk = risk_of(status);
  if (!risk.empty()) return unfit(file, risk);
  std::string text(kMost + 2, '\0');
  const ssize_t size = ::read(open_file.number(), text.data(), text.size());
  if (size < 0) return unfit(file, std::strerror(errno));
  text.resize(static_cast<std::size_t>(size));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.size() >= kLeast && text.size() <= kMost && visible(text)) return text;
  return unfit(file, fmt::format("it must hold one line of {} to {} visible characters, such as "
                                 "\"openssl rand -hex 32\" prints",
                                 kLeast, kMost));
}

bool carries_token(std::string_view authorization, std::string_view token) {
  const auto lower = [](unsigned char c) { return static_cast<char>(std::tolower(c)); };
  const bool scheme = std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme,
                                         std::equal_to<>(), lower);
  const std::string_view given = scheme ? authorization.substr(kScheme.size()) : authorization;
  const dynamo::Digest theirs = dynamo::sha256(given);
  const dynamo::Digest ours = dynamo::sha256(token);
  const bool same = CRYPTO_memcmp(theirs.data(), ours.data(), ours.size()) == 0;
  return scheme && same;
}

}  // namespace crossfade::sync
