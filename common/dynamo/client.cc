#include "common/dynamo/client.h"

#include "common/dynamo/client_impl.h"
#include "common/dynamo/credential_chain.h"

namespace crossfade::dynamo {

Result<std::unique_ptr<Client>> Client::create(const ClientOptions& options,
                                               const Executor& executor, ThreadPool& pool,
                                               const Clock& clock, Random& random, Log& log) {
  const Parts parts{executor, pool, clock, random, log};
  return create(options, Environment::system(), parts);
}

Result<std::unique_ptr<Client>> Client::create(const ClientOptions& options,
                                               Environment environment, const Parts& parts) {
  auto impl = std::make_unique<Impl>();
  impl->environment = std::move(environment);
  TRY(const ProfileFiles files, read_profile_files(impl->environment));
  TRY(const Settings settings, find_settings(options, impl->environment, files));
  const ChainOptions chain{
      .profile = options.profile, .region = settings.region, .ca_file = options.ca_file};
  impl->caller = std::make_unique<Caller>(
      options, settings, make_credential_chain(impl->environment, chain, parts), parts);
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

void Client::stop() {
  impl_->caller->stop();
}

const ClientStatistics& Client::statistics() const {
  return impl_->caller->statistics();
}

Task<Result<std::string>> Client::Impl::read(Service service, std::string_view operation,
                                             std::string resource, std::string body) {
  Call call;
  call.service = service;
  call.operation = operation;
  call.resource = std::move(resource);
  call.body = std::move(body);
  CallOutcome outcome = co_await caller->call(call);
  co_return std::move(outcome.body);
}

Task<Result<WriteOutcome>> Client::Impl::write_item(std::string_view operation,
                                                    const std::string& table, std::string body,
                                                    MaySend may_send) {
  Call call;
  call.operation = operation;
  call.resource = table;
  call.body = std::move(body);
  call.write = true;
  call.item_write = true;
  call.may_send = std::move(may_send);
  CallOutcome outcome = co_await caller->call(call);
  WriteOutcome written;
  written.earlier_attempt_unknown = outcome.earlier_attempt_unknown;
  if (!outcome.body) {
    if (outcome.body.error().fault != Fault::condition_failed) co_return outcome.body.error();
    written.applied = false;
    written.current = outcome.body.error().detail;
  }
  co_return written;
}

}  // namespace crossfade::dynamo
