#include "forward/lane.h"

namespace crossfade::forward {

/// The document is read first: if nobody has changed it between the barrier and a moment after
/// that, it is what it was at the barrier, or what an earlier straggler made of it. The transaction
/// finds it so again, or nothing is written and the record is judged anew.
Task<Result<void>> Lane::add_straggler(const Step& step, LaneBatch& batch) {
  ApplyContext& context = apply_.context_;
  const Key& key = step.change.key;
  CO_TRY(std::optional<std::string> document, co_await read_document(key));
  CO_TRY(const bool changed, co_await context.changed_since_barrier(key, apply_.group_.stop()));
  context.out.info("straggler", {{"link", apply_.options_.link}, {"applied", !changed}});
  if (changed) co_return co_await add_violation(step, batch);
  CO_TRY(batch.expects, expectation_of(key, std::move(document)));
  const bool put = step.change.kind == ChangeKind::put;
  batch.writes.push_back(
      write_of(key, put ? with_marker(step.change.image) : std::string(), step.position));
  co_return Result<void>();
}

}  // namespace crossfade::forward
