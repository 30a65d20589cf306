#include "common/mongo/session.h"

#include <mongoc/mongoc.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "common/codec/document.h"
#include "common/mongo/session_impl.h"

namespace crossfade::mongo {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds kFirstPause = 20ms;
constexpr Milliseconds kLongestPause = 1s;
constexpr std::int64_t kMajorityTimeoutMs = 30'000;

struct OptionsClose {
  void operator()(mongoc_transaction_opt_t* options) const {
    mongoc_transaction_opts_destroy(options);
  }
  void operator()(mongoc_session_opt_t* options) const { mongoc_session_opts_destroy(options); }
  void operator()(mongoc_write_concern_t* concern) const { mongoc_write_concern_destroy(concern); }
};

using TransactionOptions = std::unique_ptr<mongoc_transaction_opt_t, OptionsClose>;
using SessionOptions = std::unique_ptr<mongoc_session_opt_t, OptionsClose>;
using WriteConcern = std::unique_ptr<mongoc_write_concern_t, OptionsClose>;

TransactionOptions majority() {
  const WriteConcern concern(mongoc_write_concern_new());
  mongoc_write_concern_set_wmajority(concern.get(), kMajorityTimeoutMs);
  TransactionOptions options(mongoc_transaction_opts_new());
  mongoc_transaction_opts_set_write_concern(options.get(), concern.get());
  return options;
}

std::string lsid_of(const mongoc_client_session_t* session) {
  const bson_t* lsid = mongoc_client_session_get_lsid(session);
  const std::string_view bytes(reinterpret_cast<const char*>(bson_get_data(lsid)), lsid->len);
  return std::string(codec::DocumentView(bytes).binary("id").value_or(""));
}

}  // namespace

Session::Impl::~Impl() {
  if (session == nullptr) return;
  if (mongoc_client_session_in_transaction(session))
    mongoc_client_session_abort_transaction(session, nullptr);
  mongoc_client_reset(client.impl().client);
  mongoc_client_session_destroy(session);
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::start(Client client) {
  auto impl = std::make_unique<Impl>(std::move(client));
  const SessionOptions options(mongoc_session_opts_new());
  mongoc_session_opts_set_causal_consistency(options.get(), false);
  bson_error_t error{};
  impl->session = mongoc_client_start_session(impl->client.impl().client, options.get(), &error);
  if (impl->session == nullptr) return to_error(error, {}, Activity::read);
  impl->id = lsid_of(impl->session);
  return Session(std::move(impl));
}

const std::string& Session::id() const {
  return impl_->id;
}

Client& Session::client() {
  return impl_->client;
}

Result<void> Session::begin() {
  abort();
  const TransactionOptions options = majority();
  bson_error_t error{};
  if (!mongoc_client_session_start_transaction(impl_->session, options.get(), &error))
    return to_error(error, {}, Activity::transaction);
  return {};
}

Result<void> Session::commit(Milliseconds patience) {
  const auto deadline = SteadyClock::now() + patience;
  for (Milliseconds pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    Reply reply;
    bson_error_t error{};
    if (mongoc_client_session_commit_transaction(impl_->session, reply.get(), &error)) return {};
    Error failed = to_error(error, reply.bytes(), Activity::commit);
    if (!failed.outcome_unknown || SteadyClock::now() + pause >= deadline) return failed;
    std::this_thread::sleep_for(pause);
  }
}

void Session::abort() {
  if (mongoc_client_session_in_transaction(impl_->session))
    mongoc_client_session_abort_transaction(impl_->session, nullptr);
}

}  // namespace crossfade::mongo
