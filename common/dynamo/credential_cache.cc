#include "common/dynamo/credential_cache.h"

#include <fmt/core.h>

namespace crossfade::dynamo {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kAgeingMs = 15 * kMinute;
constexpr std::int64_t kOldMs = 10 * kMinute;
constexpr Milliseconds kLongestLoad = std::chrono::minutes(5);

Error none_found(const CredentialChain& chain) {
  std::string places;
  for (const auto& provider : chain) {
    if (!places.empty()) places += ", ";
    places += provider->name();
  }
  return fail(Fault::credentials,
              fmt::format("No AWS credentials were found; looked in: {}. For DynamoDB Local set "
                          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to those that the tables "
                          "were made with.",
                          places));
}

}  // namespace

CredentialCache::CredentialCache(CredentialChain chain, const Executor& executor,
                                 const Clock& clock, Log& log)
    : chain_(std::move(chain)), clock_(clock), log_(log), lasting_(executor), loaded_(executor) {}

CredentialCache::State CredentialCache::state() const {
  if (!current_) return State::missing;
  if (!current_->expires_ms) return State::fresh;
  const std::int64_t now = clock_.wall_ms();
  const std::int64_t left = *current_->expires_ms - now;
  if (left <= 0) return State::missing;
  if (left > kAgeingMs || now < not_before_ms_) return State::fresh;
  return left > kOldMs ? State::ageing : State::old;
}

Task<Result<std::shared_ptr<const Credentials>>> CredentialCache::get() {
  for (;;) {
    const State now = state();
    if (now == State::fresh || (now == State::ageing && loading_)) co_return current_;
    if (!loading_) co_await renew();
    while (loading_) co_await loaded_.wait(lasting_, kLongestLoad);
    if (failure_ && state() == State::missing) co_return *failure_;
    if (current_) co_return current_;
  }
}

void CredentialCache::refused(const Credentials& credentials) {
  if (current_ && current_->access_key == credentials.access_key &&
      current_->session_token == credentials.session_token) {
    current_ = nullptr;
    failure_.reset();
  }
}

Task<void> CredentialCache::renew() {
  loading_ = true;
  failure_.reset();
  auto loaded = co_await load();
  loading_ = false;
  not_before_ms_ = clock_.wall_ms() + kMinute;
  if (loaded) {
    current_ = std::make_shared<const Credentials>(std::move(*loaded));
    log_.debug("credentials_loaded", {{"source", current_->source}});
  } else {
    failure_ = loaded.error();
    log_.warning("credentials_not_loaded", {{"reason", failure_->message}});
  }
  loaded_.notify();
}

Task<Result<Credentials>> CredentialCache::load() {
  for (const auto& provider : chain_) {
    CO_TRY(std::optional<Credentials> found, co_await provider->load());
    if (found) co_return std::move(*found);
  }
  co_return none_found(chain_);
}

}  // namespace crossfade::dynamo
