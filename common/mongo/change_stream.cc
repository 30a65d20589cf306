#include "common/mongo/change_stream.h"

#include <mongoc/mongoc.h>

#include <optional>

#include "common/codec/document.h"
#include "common/mongo/session_impl.h"
#include "common/mongo/watch_command.h"

namespace crossfade::mongo {
namespace {

constexpr int kFirstWithImages = 6;
constexpr const char* kDatabase = "admin";

Error not_watchable() {
  return fail(Fault::invalid,
              "change streams need a replica set (one member is enough: mongod --replSet, then "
              "rs.initiate()), and this MongoDB is a standalone");
}

Result<std::uint32_t> primary(mongoc_client_t* client) {
  bson_error_t error{};
  mongoc_server_description_t* server = mongoc_client_select_server(client, true, nullptr, &error);
  if (server == nullptr) return to_error(error, {}, Activity::watch);
  const std::uint32_t id = mongoc_server_description_id(server);
  mongoc_server_description_destroy(server);
  return id;
}

bool ends_with_invalidate(const std::vector<std::string>& events) {
  return !events.empty() &&
         codec::DocumentView(events.back()).text("operationType") == "invalidate";
}

}  // namespace

struct ChangeStream::Impl {
  Impl(Session own_session, ChangeStreamOptions wanted, bool with_images)
      : session(std::move(own_session)),
        options(std::move(wanted)),
        images(with_images),
        token(options.resume_after) {}
  ~Impl() { close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> reopen();
  Result<ChangeBatch> next();
  boost::system::result<std::string, Failure> run(std::string_view command);
  Result<std::string> more();
  Result<ChangeBatch> take(std::string_view reply);
  void accept_token(std::string_view candidate);
  void close();

  Session session;
  ChangeStreamOptions options;
  bool images;
  std::uint32_t server = 0;
  std::int64_t cursor = 0;
  std::string token;
  std::uint64_t opened_at = 0;
  bool opening_told = false;
};

boost::system::result<std::string, Failure> ChangeStream::Impl::run(std::string_view command) {
  codec::DocumentBuilder opts;
  opts.fields(write_options(&session)).int32("serverId", static_cast<std::int32_t>(server));
  const std::string wanted = std::move(opts).finish();
  Reply reply;
  bson_error_t error{};
  if (!mongoc_client_command_with_opts(session.client().impl().client, kDatabase,
                                       Borrowed(command).get(), nullptr, Borrowed(wanted).get(),
                                       reply.get(), &error))
    return failure_of(error, reply.bytes());
  return std::string(reply.bytes());
}

Result<void> ChangeStream::Impl::reopen() {
  TRY(server, primary(session.client().impl().client));
  const auto opened = run(watch_command(options, token, images));
  if (!opened) return classify(opened.error(), Activity::watch);
  const codec::DocumentView reply(*opened);
  cursor = reply.integer("cursor.id").value_or(0);
  opened_at = reply.timestamp("operationTime").value_or(0);
  accept_token(reply.document("cursor.postBatchResumeToken").value_or(""));
  return {};
}

void ChangeStream::Impl::accept_token(std::string_view candidate) {
  if (!candidate.empty()) token = std::string(later_token(token, candidate));
}

Result<std::string> ChangeStream::Impl::more() {
  auto answer = run(more_command(cursor, options));
  if (answer) return *std::move(answer);
  cursor = 0;
  if (!resumable(answer.error())) return classify(answer.error(), Activity::watch);
  TRY_VOID(reopen());
  answer = run(more_command(cursor, options));
  if (answer) return *std::move(answer);
  cursor = 0;
  return classify(answer.error(), Activity::watch);
}

Result<ChangeBatch> ChangeStream::Impl::take(std::string_view reply) {
  const codec::DocumentView answer(reply);
  const auto events = answer.documents("cursor.nextBatch");
  cursor = answer.integer("cursor.id").value_or(0);
  ChangeBatch batch;
  batch.events.assign(events.begin(), events.end());
  batch.cluster_time = answer.timestamp("operationTime").value_or(0);
  if (ends_with_invalidate(batch.events))
    return fail(Fault::corrupt, "MongoDB has invalidated the change stream");
  if (cursor == 0 && events.empty())
    return fail(Fault::transient, "MongoDB has closed the change stream");
  if (const auto after = answer.document("cursor.postBatchResumeToken"))
    accept_token(*after);
  else if (!events.empty())
    accept_token(codec::DocumentView(events.back()).document("_id").value_or(""));
  batch.resume_token = token;
  return batch;
}

Result<ChangeBatch> ChangeStream::Impl::next() {
  if (cursor == 0) TRY_VOID(reopen());
  if (!opening_told) {
    opening_told = true;
    return ChangeBatch{{}, token, opened_at};
  }
  TRY(const std::string reply, more());
  return take(reply);
}

void ChangeStream::Impl::close() {
  if (cursor != 0) std::ignore = run(kill_command(cursor));
  cursor = 0;
}

ChangeStream::ChangeStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChangeStream::ChangeStream(ChangeStream&&) noexcept = default;
ChangeStream::~ChangeStream() = default;

Result<ChangeStream> ChangeStream::open(Client client, ChangeStreamOptions options) {
  TRY(const ServerFacts facts, client.server());
  if (!facts.can_watch()) return not_watchable();
  const bool images = options.images && facts.major >= kFirstWithImages;
  TRY(Session session, Session::start(std::move(client)));
  auto impl = std::make_unique<Impl>(std::move(session), std::move(options), images);
  TRY_VOID(impl->reopen());
  return ChangeStream(std::move(impl));
}

Result<ChangeBatch> ChangeStream::next() {
  return impl_->next();
}

}  // namespace crossfade::mongo
