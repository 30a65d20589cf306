#include "common/eventlog/segment_list.h"

#include <algorithm>

namespace crossfade::eventlog {

SegmentList::SegmentList(const std::vector<Segment>& segments) {
  for (const Segment& segment : segments) add(segment);
}

const Segment& SegmentList::holding(Position position) const {
  const auto before = [](Position at, const Segment& segment) { return at < segment.begin; };
  return *std::prev(std::upper_bound(segments_.begin(), segments_.end(), position, before));
}

Position SegmentList::begin_at(std::int64_t time_ms) const {
  const auto made = [time_ms](const Segment& segment) { return segment.created_ms <= time_ms; };
  const auto found = std::find_if(segments_.rbegin(), segments_.rend(), made);
  return found == segments_.rend() ? first() : found->begin;
}

void SegmentList::add(const Segment& segment) {
  segments_.push_back(segment);
  bytes_ += segment.bytes();
}

void SegmentList::extend(Position end) {
  bytes_ += end - segments_.back().end;
  segments_.back().end = end;
}

std::vector<Segment> SegmentList::take_out(Position applied, std::int64_t time_ms) {
  std::vector<Segment> taken;
  while (segments_.size() > 1 && segments_[0].end <= applied &&
         segments_[1].created_ms <= time_ms) {
    taken.push_back(segments_.front());
    bytes_ -= taken.back().bytes();
    segments_.pop_front();
  }
  return taken;
}

void SegmentList::put_back(const std::vector<Segment>& segments) {
  segments_.insert(segments_.begin(), segments.begin(), segments.end());
  for (const Segment& segment : segments) bytes_ += segment.bytes();
}

}  // namespace crossfade::eventlog
