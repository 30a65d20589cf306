#include "backward/settler.h"

#include "common/codec/document.h"

namespace crossfade::backward {
namespace {

/// Somebody changes the item again and again between our look and our write: then his value stands.
constexpr int kMostLooks = 5;

bool has_outcome(const std::optional<std::string>& stored) {
  return stored && codec::DocumentView(*stored).text("outcome");
}

Outcome intended_by(const std::string& stored) {
  const auto name = codec::DocumentView(stored).text("intended");
  return name ? outcome_of(*name).value_or(Outcome::restored) : Outcome::restored;
}

/// Too many attributes, or an item that is too large for DynamoDB with them.
bool has_no_form(const Error& error) {
  return error.fault == Fault::rejected || error.fault == Fault::invalid;
}

}  // namespace

Task<Result<void>> Settler::settle(const Change& change, std::int64_t position) {
  if (context_.arbiter.policy() == ConflictPolicy::authority) {
    Dispute dispute{change, position, {}, false, {}};
    CO_TRY_VOID(co_await look(dispute));
    co_return co_await restored(dispute);
  }
  bool settled = false;
  for (int looks = 1; !settled; ++looks) {
    CO_TRY(settled, co_await look_and_settle(change, position, looks >= kMostLooks));
  }
  co_return Result<void>();
}

/// False: the item was changed meanwhile.
Task<Result<bool>> Settler::look_and_settle(const Change& change, std::int64_t position,
                                            bool last_look) {
  Dispute dispute{change, position, {}, false, {}};
  CO_TRY(const std::optional<std::string> before, co_await stored(dispute));
  if (has_outcome(before)) co_return true;
  CO_TRY_VOID(co_await look(dispute));
  if (before && carried_out(dispute, *before)) {
    CO_TRY_VOID(co_await end(dispute, intended_by(*before)));
    co_return true;
  }
  codec::Ruling ruling;
  if (dispute.readable && !last_look) {
    CO_TRY(ruling, co_await context_.arbiter.rule(change, dispute.image()));
  }
  if (ruling.outcome != Outcome::restored) co_return co_await carry_out(dispute, std::move(ruling));
  CO_TRY_VOID(co_await restored(dispute));
  co_return true;
}

Task<Result<void>> Settler::look(Dispute& dispute) {
  CO_TRY(const std::string key_json, context_.mapper.key_json(dispute.change.key));
  CO_TRY(dispute.body, co_await context_.client.get_item(options_.table, key_json, true));
  std::string body = dispute.body;
  auto item = context_.mapper.read_item(body);
  dispute.readable = item.has_value();
  if (item) dispute.item = std::move(item).value();
  co_return Result<void>();
}

bool Settler::carried_out(const Dispute& dispute, const std::string& stored) const {
  const bool removal = dispute.change.kind == ChangeKind::remove;
  if (!dispute.item) return removal && intended_by(stored) == Outcome::kept;
  return !removal && dispute.item->token &&
         context_.writer.wrote(*dispute.item->token, dispute.change.key, dispute.position);
}

Task<Result<void>> Settler::restored(const Dispute& dispute) {
  state::Violation violation = violation_of(dispute);
  violation.outcome = Outcome::restored;
  co_return co_await save(dispute, std::move(violation));
}

/// What is intended is stored first: a process that dies behind the write leaves both images.
Task<Result<bool>> Settler::carry_out(const Dispute& dispute, codec::Ruling ruling) {
  state::Violation violation = violation_of(dispute);
  violation.intended = ruling.outcome;
  if (ruling.outcome == Outcome::merged) violation.merged = ruling.value;
  CO_TRY_VOID(co_await save(dispute, std::move(violation)));
  ItemSwap swap{dispute.change.key, dispute.body, ruling.value, ruling.attributes,
                dispute.position};
  const auto written = co_await context_.writer.swap(std::move(swap), stop_);
  if (!written && has_no_form(written.error())) {
    CO_TRY_VOID(co_await restored(dispute));
    co_return true;
  }
  if (!written) co_return written.error();
  if (!*written) co_return false;
  CO_TRY_VOID(co_await end(dispute, ruling.outcome));
  co_return true;
}

std::string Settler::id_of(std::int64_t position) const {
  return options_.link + "/backward/" + std::to_string(position);
}

state::Violation Settler::violation_of(const Dispute& dispute) const {
  const Change& change = dispute.change;
  state::Violation out;
  out.id = id_of(dispute.position);
  out.link = options_.link;
  out.side = Side::mongodb;
  out.operation = change.kind == ChangeKind::put ? "put" : "remove";
  out.key = change.key;
  out.dynamodb = dispute.image();
  if (change.kind == ChangeKind::put) out.mongodb = change.image;
  out.source_time_ms = change.source_time_ms;
  out.at_ms = context_.clock.wall_ms();
  return out;
}

Task<Result<std::optional<std::string>>> Settler::stored(const Dispute& dispute) {
  const std::string id = id_of(dispute.position);
  auto read = [&]() -> Result<std::optional<std::string>> {
    mongo::Client client = context_.mongo.acquire();
    return parked_.find_violation(client, id);
  };
  co_return co_await calls_.ask(dispute.change.key, read);
}

/// With the policy `authority` nothing is decided anew: what is stored already stays as it is.
Task<Result<void>> Settler::save(const Dispute& dispute, state::Violation violation) {
  const bool once = context_.arbiter.policy() == ConflictPolicy::authority;
  const std::vector<state::Violation> violations{std::move(violation)};
  auto store = [&]() -> Result<void> {
    mongo::Client client = context_.mongo.acquire();
    return once ? parked_.add(client, violations) : parked_.save(client, violations.front());
  };
  co_return co_await calls_.ask(dispute.change.key, store);
}

Task<Result<void>> Settler::end(const Dispute& dispute, Outcome outcome) {
  const std::string id = id_of(dispute.position);
  auto write = [&]() -> Result<void> {
    mongo::Client client = context_.mongo.acquire();
    return parked_.end_violation(client, id, outcome);
  };
  CO_TRY_VOID(co_await calls_.ask(dispute.change.key, write));
  context_.arbiter.carried_out(dispute.change, outcome);
  context_.out.info("conflict", {{"link", options_.link}, {"outcome", to_string(outcome)}});
  co_return Result<void>();
}

}  // namespace crossfade::backward
