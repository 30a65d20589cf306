#pragma once

#include <cstdint>
#include <string>

#include "common/codec/mapping.h"
#include "common/state/load_store.h"
#include "common/state/parked.h"

namespace crossfade::forward {

struct PageWriterOptions {
  std::string link;
  mongo::Namespace collection;
  std::string state_database;
  bool overwrite = false;    ///< into a collection that has documents: replace them
  std::string synced_field;  ///< visible marker; empty: none
  std::int64_t epoch = 1;
};

struct PageWritten {
  state::SegmentCheckpoint next;  ///< as stored
  double consumed_units = 0;
};

/// Turns the body of a Scan page into documents, writes them as one unordered bulk, parks what has
/// no form, and then moves the segment's checkpoint. Blocking, to be called through offload;
/// thread-safe.
class PageWriter {
 public:
  PageWriter(PageWriterOptions options, const codec::Mapper& mapper)
      : options_(std::move(options)),
        mapper_(mapper),
        parked_(options_.state_database),
        store_(options_.state_database) {}

  /// A document that is there already under the same `_id` is what an earlier try of this page
  /// wrote (or, with overwrite, is replaced).
  Result<PageWritten> write(mongo::Client& client, std::string& body,
                            const state::SegmentCheckpoint& segment, std::int64_t now_ms) const;

 private:
  Result<void> write_documents(mongo::Client& client, const codec::ScanPage& page,
                               std::vector<state::DeadLetter>& letters, std::int64_t now_ms) const;
  state::DeadLetter letter(std::string_view identity, std::string reason,
                           std::int64_t now_ms) const;

  PageWriterOptions options_;
  const codec::Mapper& mapper_;
  state::Parked parked_;
  state::LoadStore store_;
};

}  // namespace crossfade::forward
