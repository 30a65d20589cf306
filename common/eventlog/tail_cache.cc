#include "common/eventlog/tail_cache.h"

#include <fmt/core.h>

#include <algorithm>

namespace crossfade::eventlog {
namespace {

std::size_t cost(const Record& record) {
  return sizeof(Record) + record.bytes.capacity();
}

}  // namespace

void TailCache::add(Record record) {
  bytes_ += cost(record);
  records_.push_back(std::move(record));
  while (bytes_ > limit_) {
    bytes_ -= cost(records_.front());
    records_.pop_front();
  }
}

Result<std::vector<Record>> TailCache::read(Position from, std::size_t max_bytes) const {
  const auto after = [](const Record& record, Position at) { return record.end <= at; };
  auto record = std::lower_bound(records_.begin(), records_.end(), from, after);
  if (record->begin != from) return inside_a_record(from, record->begin, record->end);
  std::vector<Record> found;
  std::size_t bytes = 0;
  for (; record != records_.end(); ++record) {
    bytes += record->bytes.size();
    if (!found.empty() && bytes > max_bytes) break;
    found.push_back(*record);
  }
  return found;
}

Error inside_a_record(Position from, Position begin, Position end) {
  return fail(Fault::corrupt,
              fmt::format("position {} is inside the record from {} to {}: it is not a position "
                          "that this log has given out",
                          from, begin, end));
}

}  // namespace crossfade::eventlog
