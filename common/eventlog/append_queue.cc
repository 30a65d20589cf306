#include "common/eventlog/append_queue.h"

namespace crossfade::eventlog {

Task<Result<std::vector<Position>>> AppendQueue::append(std::vector<std::string> records) {
  Append mine;
  for (const std::string& record : records) mine.bytes += record.size();
  mine.records = std::move(records);
  waiting_.push_back(&mine);
  const bool behind_another = writing_;
  while (!mine.outcome) {
    if (writing_)
      co_await settled_.wait(never_, std::chrono::hours(1));
    else
      co_await lead(behind_another);
  }
  co_return std::move(*mine.outcome);
}

Task<void> AppendQueue::lead(bool behind_another) {
  writing_ = true;
  if (behind_another) {
    const Milliseconds passed(clock_.steady_ms() - began_ms_);
    if (passed < limits_.delay) co_await never_.sleep(limits_.delay - passed);
  }
  began_ms_ = clock_.steady_ms();
  std::vector<Append*> group = take_group();
  co_await sink_.write_group(std::move(group));
  writing_ = false;
  settled_.notify();
}

std::vector<Append*> AppendQueue::take_group() {
  std::vector<Append*> group;
  std::size_t bytes = 0;
  while (!waiting_.empty()) {
    bytes += waiting_.front()->bytes;
    if (!group.empty() && bytes > limits_.group_bytes) break;
    group.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return group;
}

}  // namespace crossfade::eventlog
