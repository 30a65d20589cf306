#include "forward/lane.h"

namespace crossfade::forward {

/// A restore is asked for before the transaction: a crash between the two asks once more, never not
/// at all. What becomes MongoDB's value is written with the violation, if the document is still as
/// it was judged, and a note asks for it to be brought to DynamoDB behind everything that MongoDB
/// had committed before.
Task<Result<void>> Lane::add_violation(const Step& step, LaneBatch& batch) {
  ApplyContext& context = apply_.context_;
  const Key& key = step.change.key;
  state::Violation violation = violation_of(step);
  CO_TRY(violation.mongodb, co_await read_document(key));
  CO_TRY(const codec::Ruling ruling, co_await context.arbiter.rule(step.change, violation.mongodb));
  violation.outcome = ruling.outcome;
  if (ruling.outcome == Outcome::restored) {
    batch.violations.push_back(std::move(violation));
    std::vector<Key> keys{key};
    co_return co_await context.restorer.ask(std::move(keys), context.clock.wall_ms());
  }
  if (ruling.outcome == Outcome::merged) violation.merged = ruling.value;
  CO_TRY(batch.expects, expectation_of(key, violation.mongodb));
  batch.writes.push_back(
      write_of(key, ruling.value ? with_marker(*ruling.value) : std::string(), step.position));
  batch.settled = SettledChange{ruling.outcome, state::Note{key, step.position, violation.at_ms}};
  batch.violations.push_back(std::move(violation));
  co_return Result<void>();
}

state::Violation Lane::violation_of(const Step& step) const {
  state::Violation out;
  out.id = apply_.options_.link + "/forward/" + std::to_string(step.position);
  out.link = apply_.options_.link;
  out.side = Side::dynamodb;
  out.key = step.change.key;
  const bool put = step.change.kind == ChangeKind::put;
  out.operation = put ? "put" : "remove";
  if (put) out.dynamodb = step.change.image;
  out.source_time_ms = step.change.source_time_ms;
  out.at_ms = apply_.context_.clock.wall_ms();
  return out;
}

Result<Expectation> Lane::expectation_of(const Key& key,
                                         std::optional<std::string> document) const {
  Expectation out{key.bson, {}, std::move(document)};
  if (apply_.options_.by_key_too) {
    TRY(out.by_key, apply_.context_.mapper.key_filter(key));
  }
  return out;
}

/// The change is MongoDB's value now, and is under way to DynamoDB.
void Lane::settled(const Change& change, const LaneBatch& batch) {
  ApplyContext& context = apply_.context_;
  context.restorer.expect();
  context.arbiter.carried_out(change, batch.settled->outcome);
  context.out.info(
      "conflict", {{"link", apply_.options_.link}, {"outcome", to_string(batch.settled->outcome)}});
}

}  // namespace crossfade::forward
