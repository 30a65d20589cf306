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

std::string letter_id(const std::string& link, std::string_view identity) {
  return fmt::format("{}/load/{:016x}", link, stable_hash(identity));
}

}  // namespace

state::DeadLetter PageWriter::letter_of(const codec::Rejected& rejected,
                                        std::int64_t now_ms) const {
  state::DeadLetter out;
  out.id = letter_id(options_.link, rejected.key.empty() ? rejected.text : rejected.key);
  out.link = options_.link;
  out.direction = "load";
  out.reason = rejected.reason;
  out.text = rejected.text;
  out.at_ms = now_ms;
  return out;
}

Result<void> PageWriter::write_documents(mongo::Client& client, const codec::ScanPage& page,
                                         std::vector<state::DeadLetter>& letters,
                                         std::int64_t now_ms) const {
  std::vector<mongo::WriteOp> operations;
  std::vector<std::string> marked;
  std::vector<std::string> filters;
  operations.reserve(page.documents.size());
  marked.reserve(page.documents.size());
  filters.reserve(page.documents.size());
  for (const codec::MappedDocument& document : page.documents) {
    std::string_view bson = document.bson;
    if (!options_.synced_field.empty()) {
      marked.push_back(
          with_synced_field(bson, options_.synced_field, options_.link, options_.epoch, now_ms));
      bson = marked.back();
    }
    if (options_.overwrite)
      filters.push_back(codec::DocumentBuilder().copy("_id", bson, "_id").finish());
    operations.push_back(
        {options_.overwrite ? Op::replace_upsert : Op::insert,
         options_.overwrite ? std::string_view(filters.back()) : std::string_view(), bson});
  }
  if (operations.empty()) return {};
  TRY(const mongo::BulkResult done, client.bulk(options_.collection, operations, false));
  for (const mongo::WriteError& failure : done.errors) {
    if (!options_.overwrite && already_there(failure.error)) continue;
    if (failure.error.next() != Next::dead_letter) return failure.error;
    const codec::MappedDocument& document = page.documents[static_cast<std::size_t>(failure.index)];
    state::DeadLetter letter;
    letter.id = letter_id(options_.link, document.key.bson);
    letter.link = options_.link;
    letter.direction = "load";
    letter.key = document.key;
    letter.reason = failure.error.message;
    letter.document = document.bson;
    letter.at_ms = now_ms;
    letters.push_back(std::move(letter));
  }
  return {};
}

/// Dying before the checkpoint is saved repeats the page, whose documents are then already there.
Result<PageWritten> PageWriter::write(mongo::Client& client, std::string& body,
                                      state::SegmentCheckpoint& segment,
                                      std::int64_t now_ms) const {
  TRY(const codec::ScanPage page, mapper_.read_scan_page(body));
  std::vector<state::DeadLetter> letters;
  for (const codec::Rejected& rejected : page.rejected)
    letters.push_back(letter_of(rejected, now_ms));
  TRY_VOID(write_documents(client, page, letters, now_ms));
  TRY_VOID(parked_.add(client, letters));
  const auto items = static_cast<std::int64_t>(page.documents.size() + page.rejected.size());
  state::SegmentCheckpoint next = segment;
  next.next_key = page.last_key;
  next.items += items;
  next.done = page.last_key.empty();
  TRY_VOID(store_.save(client, options_.link, next));
  segment = std::move(next);
  return PageWritten{items, page.consumed_units};
}

}  // namespace crossfade::forward
