#include "forward/lane_writer.h"

#include "common/codec/document.h"

namespace crossfade::forward {
namespace {

using codec::DocumentBuilder;

constexpr Milliseconds kCommitPatience{10'000};

std::vector<mongo::WriteOp> operations_of(const std::vector<DocumentWrite>& writes,
                                          std::vector<std::size_t>& owners) {
  std::vector<mongo::WriteOp> out;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const DocumentWrite& write = writes[i];
    const bool remove = write.document.empty();
    using Op = mongo::WriteOp::Kind;
    out.push_back({remove ? Op::remove : Op::replace_upsert, write.filter, write.document});
    owners.push_back(i);
    if (remove && !write.also.empty()) {
      out.push_back({Op::remove, write.also, {}});
      owners.push_back(i);
    }
  }
  return out;
}

std::string with_id(std::string_view document, std::string_view id_document) {
  DocumentBuilder out;
  out.copy("_id", id_document, "_id");
  out.fields_except(document, "_id");
  return out.finish();
}

state::DeadLetter dead_letter(const std::string& link, const DocumentWrite& write,
                              const Error& error, std::int64_t now_ms) {
  state::DeadLetter out;
  out.id = link + "/forward/" + std::to_string(write.position);
  out.link = link;
  out.direction = "forward";
  out.key = write.key;
  out.reason = error.message;
  out.document = write.document;
  out.at_ms = now_ms;
  return out;
}

}  // namespace

LaneWriter::LaneWriter(mongo::Session session, LaneWriterOptions options)
    : session_(std::move(session)),
      options_(std::move(options)),
      checkpoints_(options_.state_database),
      parked_(options_.state_database),
      heartbeats_(options_.state_database) {}

Result<LaneWriter> LaneWriter::open(mongo::Pool& lanes, mongo::Client& client,
                                    const LaneWriterOptions& options, std::int64_t now_ms) {
  TRY(mongo::Session session, mongo::Session::start(lanes.acquire()));
  const state::Writers writers(options.state_database);
  TRY_VOID(writers.add(client, session.id(), options.link, now_ms));
  return LaneWriter(std::move(session), options);
}

Result<void> LaneWriter::apply(LaneBatch& batch, mongo::Client& reader, const codec::Mapper& mapper,
                               std::int64_t now_ms) {
  while (true) {
    Result<void> done = try_once(batch);
    if (done) return done;
    const bool unclear = done.error().outcome_unknown || done.error().fault == Fault::stale;
    if (unclear) return settle(done.error(), batch, reader);
    if (!repair(done.error(), batch, reader, mapper, now_ms)) return done;
  }
}

/// Dying before commit leaves nothing; dying after it leaves all of it, and the checkpoint says so.
Result<void> LaneWriter::try_once(const LaneBatch& batch) {
  TRY_VOID(session_.begin());
  Result<void> written = write_all(batch);
  if (!written) {
    session_.abort();
    return written;
  }
  return session_.commit(kCommitPatience);
}

Result<void> LaneWriter::write_all(const LaneBatch& batch) {
  TRY_VOID(checkpoints_.advance(session_.client(), batch.from, batch.to, &session_));
  if (batch.expects) TRY_VOID(check(*batch.expects));
  TRY_VOID(parked_.add(session_.client(), batch.dead_letters, &session_));
  TRY_VOID(parked_.add(session_.client(), batch.violations, &session_));
  if (batch.settled) TRY_VOID(heartbeats_.write(batch.to.id, batch.settled->note, session_));
  if (batch.writes.empty()) return {};
  std::vector<std::size_t> owners;
  const std::vector<mongo::WriteOp> operations = operations_of(batch.writes, owners);
  auto done = session_.client().bulk(options_.collection, operations, true, &session_);
  if (done) return {};
  Error error = done.error();
  if (error.index >= 0)
    error.index = static_cast<std::int32_t>(owners[static_cast<std::size_t>(error.index)]);
  return error;
}

/// Whoever changes the document between this and our write aborts the transaction.
Result<void> LaneWriter::check(const Expectation& expected) {
  mongo::FindOptions options;
  options.session = &session_;
  TRY(std::optional<std::string> found,
      session_.client().find_one(options_.collection, expected.by_id, options));
  if (!found && !expected.by_key.empty()) {
    TRY(found, session_.client().find_one(options_.collection, expected.by_key, options));
  }
  if (found == expected.document) return {};
  return fail(Fault::condition_failed, "The document has been changed since it was read.");
}

/// Nobody told us whether this or an earlier commit of the batch took place: the checkpoint knows.
Result<void> LaneWriter::settle(const Error& cause, const LaneBatch& batch, mongo::Client& reader) {
  TRY(const state::LaneCheckpoint stored, checkpoints_.read(reader, batch.to.id));
  const bool same_log = stored.log == batch.to.log && stored.epoch == batch.to.epoch;
  if (same_log && stored.offset == batch.to.offset) return {};
  if (!same_log || stored.offset != batch.from.offset) return fail(Fault::stale, cause.message);
  return fail(Fault::transient, cause.message);
}

/// Mends the one write that failed: a document with a foreign `_id` holds the key, or it cannot be
/// stored.
bool LaneWriter::repair(const Error& error, LaneBatch& batch, mongo::Client& reader,
                        const codec::Mapper& mapper, std::int64_t now_ms) {
  if (error.index < 0 || error.next() != Next::dead_letter) return false;
  const auto place = batch.writes.begin() + error.index;
  if (error.fault == Fault::duplicate_key) {
    auto filter = mapper.key_filter(place->key);
    if (!filter) return false;
    auto found = reader.find_one(options_.collection, filter.value());
    if (!found) return false;
    if (found.value()) {
      const std::string id = DocumentBuilder().copy("_id", *found.value(), "_id").finish();
      if (id != place->filter) {
        place->document = with_id(place->document, id);
        place->filter = id;
        return true;
      }
    }
  }
  batch.dead_letters.push_back(dead_letter(options_.link, *place, error, now_ms));
  batch.writes.erase(place);
  if (batch.settled) {
    batch.settled->outcome = Outcome::restored;
    batch.violations.front().outcome = Outcome::restored;
  }
  return true;
}

}  // namespace crossfade::forward
