#include "sync/key_source.h"

#include <algorithm>

namespace crossfade::sync {
namespace {

using Page = std::optional<std::vector<Key>>;

constexpr std::size_t kPage = 1'000;

class GivenKeys final : public KeySource {
 public:
  explicit GivenKeys(std::vector<Key> keys) : keys_(std::move(keys)) {}

  Task<Result<Page>> next() override {
    if (at_ == keys_.size()) co_return Page();
    const std::size_t count = std::min(kPage, keys_.size() - at_);
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += count;
    co_return Page(std::vector<Key>(begin, begin + static_cast<std::ptrdiff_t>(count)));
  }

 private:
  std::vector<Key> keys_;
  std::size_t at_ = 0;
};

}  // namespace

KeySourcePtr keys_given(std::vector<Key> keys) {
  return std::make_unique<GivenKeys>(std::move(keys));
}

}  // namespace crossfade::sync
