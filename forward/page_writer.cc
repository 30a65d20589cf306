#include "forward/page_writer.h"

#include <fmt/core.h>

#include "common/base/hash.h"
#include "common/codec/document.h"
#include "forward/synced_field.h"

namespace crossfade::forward {
namespace {

using Op = mongo::WriteOp::Kind;

/// A duplicate of the primary key only: any other unique index means a document of the user's is in
/// the way.
bool already_there(const Error& error) {
  return error.fault == Fault::duplicate_key && error.message.find("_id_") != std::string::npos;
}

/// Operations on documents, and the bytes that they point to.
struct Operations {
  std::vector<std::string> marked;
  std::vector<std::string> filters;
  std::vector<mongo::WriteOp> list;
};

void add_operation(Operations& out, std::string_view bson, bool overwrite) {
  if (overwrite) out.filters.push_back(codec::DocumentBuilder().copy("_id", bson, "_id").finish());
  const std::string_view filter =
      overwrite ? std::string_view(out.filters.back()) : std::string_view();
  out.list.push_back({overwrite ? Op::replace_upsert : Op::insert, filter, bson});
}

Operations operations_for(const codec::ScanPage& page, const PageWriterOptions& options,
                          std::int64_t now_ms) {
  Operations out;
  out.marked.reserve(page.documents.size());
  out.filters.reserve(page.documents.size());
  out.list.reserve(page.documents.size());
  for (const codec::MappedDocument& document : page.documents) {
    std::string_view bson = document.bson;
    if (!options.synced_field.empty()) {
      out.marked.push_back(
          with_synced_field(bson, options.synced_field, options.link, options.epoch, now_ms));
      bson = out.marked.back();
    }
    add_operation(out, bson, options.overwrite);
  }
  return out;
}

}  // namespace

state::DeadLetter PageWriter::letter(std::string_view identity, std::string reason,
                                     std::int64_t now_ms) const {
  state::DeadLetter out;
  out.id = fmt::format("{}/load/{:016x}", options_.link, stable_hash(identity));
  out.link = options_.link;
  out.direction = "load";
  out.reason = std::move(reason);
  out.at_ms = now_ms;
  return out;
}

Result<void> PageWriter::write_documents(mongo::Client& client, const codec::ScanPage& page,
                                         std::vector<state::DeadLetter>& letters,
                                         std::int64_t now_ms) const {
  const Operations operations = operations_for(page, options_, now_ms);
  if (operations.list.empty()) return {};
  TRY(const mongo::BulkResult done, client.bulk(options_.collection, operations.list, false));
  for (const mongo::WriteError& failure : done.errors) {
    if (!options_.overwrite && already_there(failure.error)) continue;
    if (failure.error.next() != Next::dead_letter) return failure.error;
    const codec::MappedDocument& document = page.documents[static_cast<std::size_t>(failure.index)];
    letters.push_back(letter(document.key.bson, failure.error.message, now_ms));
    letters.back().key = document.key;
    letters.back().document = document.bson;
  }
  return {};
}

/// Dying before the checkpoint is saved repeats the page, whose documents are then already there.
Result<PageWritten> PageWriter::write(mongo::Client& client, std::string& body,
                                      const state::SegmentCheckpoint& segment,
                                      std::int64_t now_ms) const {
  TRY(const codec::ScanPage page, mapper_.read_scan_page(body));
  std::vector<state::DeadLetter> letters;
  for (const codec::Rejected& rejected : page.rejected) {
    letters.push_back(
        letter(rejected.key.empty() ? rejected.text : rejected.key, rejected.reason, now_ms));
    letters.back().text = rejected.text;
  }
  TRY_VOID(write_documents(client, page, letters, now_ms));
  TRY_VOID(parked_.add(client, letters));
  state::SegmentCheckpoint next = segment;
  next.next_key = page.last_key;
  next.items += static_cast<std::int64_t>(page.documents.size() + page.rejected.size());
  next.done = page.last_key.empty();
  TRY_VOID(store_.save(client, options_.link, next));
  return PageWritten{std::move(next), page.consumed_units};
}

}  // namespace crossfade::forward
