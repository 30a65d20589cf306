#include <mongoc/mongoc.h>

#include <algorithm>

#include "common/codec/document.h"
#include "common/mongo/bulk_plan.h"
#include "common/mongo/client.h"
#include "common/mongo/driver.h"

namespace crossfade::mongo {
namespace {

/// The server's maxBsonObjectSize. The driver fails the whole bulk when one document exceeds it.
constexpr std::size_t kLargestDocument = 16'777'216;

struct BulkClose {
  void operator()(mongoc_bulk_operation_t* bulk) const { mongoc_bulk_operation_destroy(bulk); }
};
using Bulk = std::unique_ptr<mongoc_bulk_operation_t, BulkClose>;

/// One bulk write, executed chunk by chunk into one result.
class BulkRun {
 public:
  BulkRun(mongoc_collection_t* collection, std::span<const WriteOp> operations, bool ordered,
          Session* session)
      : collection_(collection),
        operations_(operations),
        ordered_(ordered),
        activity_(session == nullptr ? Activity::write : Activity::transaction),
        options_(codec::DocumentBuilder()
                     .fields(write_options(session))
                     .boolean("ordered", ordered)
                     .finish()),
        upsert_(codec::DocumentBuilder().boolean("upsert", true).finish()) {}

  Result<BulkResult> run();

 private:
  Result<void> run_chunk(const Chunk& chunk);
  Result<void> append_all(mongoc_bulk_operation_t* bulk, const Chunk& chunk);
  bool append(mongoc_bulk_operation_t* bulk, const WriteOp& operation, bson_error_t& error);
  Result<void> execute(mongoc_bulk_operation_t* bulk);
  void count(std::string_view reply);
  Result<void> note_server_errors(std::string_view reply);
  bool stop() const { return ordered_ && !result_.errors.empty(); }

  mongoc_collection_t* collection_;
  std::span<const WriteOp> operations_;
  bool ordered_;
  Activity activity_;
  std::string options_;
  std::string upsert_;
  Chunk appended_;
  std::vector<WriteError> refused_;
  BulkResult result_;
};

Result<BulkResult> BulkRun::run() {
  bool sent = false;
  for (const Chunk& chunk : plan_bulk(operations_, ordered_)) {
    if (auto done = run_chunk(chunk); !done) {
      Error error = done.error();
      error.outcome_unknown |= sent && activity_ == Activity::write;
      return error;
    }
    sent = true;
    if (stop()) break;
  }
  std::ranges::sort(result_.errors, {}, &WriteError::index);
  return std::move(result_);
}

Result<void> BulkRun::run_chunk(const Chunk& chunk) {
  const Borrowed options(options_);
  const Bulk bulk(mongoc_collection_create_bulk_operation_with_opts(collection_, options.get()));
  appended_.clear();
  refused_.clear();
  TRY_VOID(append_all(bulk.get(), chunk));
  if (!appended_.empty()) TRY_VOID(execute(bulk.get()));
  if (stop()) return {};
  std::ranges::move(refused_, std::back_inserter(result_.errors));
  return {};
}

Result<void> BulkRun::append_all(mongoc_bulk_operation_t* bulk, const Chunk& chunk) {
  appended_.reserve(chunk.size());
  for (const std::uint32_t index : chunk) {
    bson_error_t error{};
    if (append(bulk, operations_[index], error)) {
      appended_.push_back(index);
      continue;
    }
    const Failure failure{Failure::Source::document, 0, error.message, {}};
    Error refused = classify(failure, activity_);
    refused.index = static_cast<std::int32_t>(index);
    if (activity_ == Activity::transaction) return refused;
    refused_.push_back({refused.index, std::move(refused)});
    if (ordered_) break;
  }
  return {};
}

bool BulkRun::append(mongoc_bulk_operation_t* bulk, const WriteOp& operation, bson_error_t& error) {
  const Borrowed filter(operation.filter);
  const Borrowed document(operation.document);
  if (!filter.valid() || !document.valid()) {
    bson_set_error(&error, MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, "not a BSON document");
    return false;
  }
  if (operation.document.size() > kLargestDocument) {
    bson_set_error(&error, MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, "it is over 16 MB");
    return false;
  }
  switch (operation.kind) {
    case WriteOp::Kind::insert:
      return mongoc_bulk_operation_insert_with_opts(bulk, document.get(), nullptr, &error);
    case WriteOp::Kind::replace_upsert:
      return mongoc_bulk_operation_replace_one_with_opts(bulk, filter.get(), document.get(),
                                                         Borrowed(upsert_).get(), &error);
    case WriteOp::Kind::update:
      return mongoc_bulk_operation_update_one_with_opts(bulk, filter.get(), document.get(), nullptr,
                                                        &error);
    case WriteOp::Kind::remove:
      break;
  }
  return mongoc_bulk_operation_remove_one_with_opts(bulk, filter.get(), nullptr, &error);
}

Result<void> BulkRun::execute(mongoc_bulk_operation_t* bulk) {
  Reply reply;
  bson_error_t error{};
  const bool ok = mongoc_bulk_operation_execute(bulk, reply.get(), &error) != 0;
  count(reply.bytes());
  if (ok) return {};
  const codec::DocumentView answer(reply.bytes());
  const bool unconfirmed = !answer.documents("writeConcernErrors").empty();
  if (answer.documents("writeErrors").empty() || unconfirmed)
    return to_error(error, reply.bytes(), activity_);
  return note_server_errors(reply.bytes());
}

void BulkRun::count(std::string_view reply) {
  const codec::DocumentView answer(reply);
  result_.inserted += answer.integer("nInserted").value_or(0);
  result_.matched += answer.integer("nMatched").value_or(0);
  result_.upserted += answer.integer("nUpserted").value_or(0);
  result_.removed += answer.integer("nRemoved").value_or(0);
}

Result<void> BulkRun::note_server_errors(std::string_view reply) {
  for (const std::string_view entry : codec::DocumentView(reply).documents("writeErrors")) {
    const codec::DocumentView failed(entry);
    const auto at = static_cast<std::size_t>(failed.integer("index").value_or(0));
    if (at >= appended_.size())
      return fail(Fault::corrupt, "MongoDB names an operation that was not sent");
    const auto index = static_cast<std::int32_t>(appended_[at]);
    const auto code = static_cast<std::int32_t>(failed.integer("code").value_or(0));
    Error error = classify_operation(index, code, failed.text("errmsg").value_or(""), activity_);
    if (activity_ == Activity::transaction) return error;
    result_.errors.push_back({index, std::move(error)});
  }
  return {};
}

}  // namespace

Result<BulkResult> Client::bulk(const Namespace& where, std::span<const WriteOp> operations,
                                bool ordered, Session* session) {
  const Collection collection = impl_->collection(where);
  return BulkRun(collection.get(), operations, ordered, session).run();
}

}  // namespace crossfade::mongo
