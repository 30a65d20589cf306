#include "common/control/state_write.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/control/attributes.h"
#include "common/control/handoff_json.h"
#include "common/dynamo/crypto.h"
#include "common/dynamo/raw_json.h"

namespace crossfade::control {
namespace {

constexpr std::size_t kTokenDigits = 32;
constexpr std::string_view kConditionFailed = "ConditionalCheckFailed";

/// Who wrote a version of the rules, why and when, for those who look at the table.
struct Author {
  std::string who;
  std::string why;
  std::int64_t at_ms = 0;
};

Author author_of(const GroupState& state) {
  Author author;
  if (!state.history.empty()) {
    const Transition& last = state.history.back();
    author = {last.who, last.reason, last.at_ms};
  }
  if (!state.handoff) return author;
  const HandoffRecord& record = *state.handoff;
  return {record.who, record.reason, std::max({author.at_ms, record.began_ms, record.fence_ms})};
}

dynamo::PutRequest state_item(const std::string& table, const StateWrite& write) {
  dynamo::PutRequest put;
  put.table = table;
  AttributeWriter item(write.doc.size() * 5 / 4);
  item.text("pk", partition_of(write.group)).text("sk", "state");
  item.text("doc", write.doc).number("rev", write.revision);
  put.item_json = item.finish();
  if (write.revision == 1) {
    put.condition = {"attribute_not_exists(#p)", R"({"#p":"pk"})", ""};
  } else {
    put.condition = {"#r = :r", R"({"#r":"rev"})",
                     AttributeWriter().number(":r", write.revision - 1).finish()};
  }
  return put;
}

dynamo::PutRequest fresh_item(const std::string& table, AttributeWriter item) {
  return {table, item.finish(), {"attribute_not_exists(#p)", R"({"#p":"pk"})", ""}};
}

dynamo::PutRequest rules_item(const std::string& table, const GroupState& state) {
  const Author author = author_of(state);
  AttributeWriter item;
  item.text("pk", partition_of(state.rules.group));
  item.text("sk", fmt::format("rules/{:019}", state.rules.version));
  item.text("doc", to_json(state.rules)).text("who", author.who).text("why", author.why);
  item.number("at", author.at_ms);
  return fresh_item(table, std::move(item));
}

dynamo::PutRequest journal_item(const std::string& table, const GroupState& state) {
  AttributeWriter item;
  item.text("pk", partition_of(state.rules.group));
  item.text("sk", journal_key(state.rules.epoch));
  item.text("doc", to_json(*state.handoff));
  return fresh_item(table, std::move(item));
}

void append_put(std::string& puts, const dynamo::PutRequest& request) {
  dynamo::RequestBody put(request.item_json.size() + 256);
  put.text("TableName", request.table).raw("Item", request.item_json);
  put.condition(request.condition);
  dynamo::RequestBody action(request.item_json.size() + 512);
  action.raw("Put", std::move(put).finish());
  if (!puts.empty()) puts += ',';
  puts += std::move(action).finish();
}

std::string transaction_of(const std::string& puts) {
  const dynamo::Digest digest = dynamo::sha256(puts);
  dynamo::RequestBody request(puts.size() + 128);
  request.text("ClientRequestToken", dynamo::hex(digest).substr(0, kTokenDigits));
  request.raw("TransactItems", "[" + puts + "]");
  return std::move(request).finish();
}

Error too_large(const std::string& group, std::size_t bytes) {
  return fail(Fault::invalid,
              fmt::format("The state of group \"{}\" would take {} bytes and the control table "
                          "holds {}: its lists of subjects are too long, use a percentage.",
                          group, bytes, kMostBytes));
}

bool is_ours(const StateWrite& write, const std::optional<Attributes>& stored) {
  return stored && text_in(*stored, "doc") == write.doc &&
         number_in(*stored, "rev") == write.revision;
}

}  // namespace

std::string journal_key(std::int64_t epoch) {
  return fmt::format("journal/{:019}", epoch);
}

std::string partition_of(std::string_view group) {
  return fmt::format("group/{}", group);
}

Result<StateWrite> plan_write(const std::string& table, const GroupState& state, Besides besides) {
  StateWrite write;
  write.group = state.rules.group;
  write.doc = to_json(state);
  write.revision = state.revision + 1;
  if (write.doc.size() > kMostBytes) return too_large(write.group, write.doc.size());
  write.put = state_item(table, write);
  if (!besides.rules && !besides.journal) return write;
  std::string puts;
  append_put(puts, write.put);
  if (besides.rules) append_put(puts, rules_item(table, state));
  if (besides.journal && state.handoff) append_put(puts, journal_item(table, state));
  write.transaction = transaction_of(puts);
  return write;
}

Result<void> judge_put(const StateWrite& write, std::string_view answer) {
  TRY(const std::optional<Attributes> stored, item_of_answer(answer));
  if (is_ours(write, stored)) return {};
  return fail(
      Fault::stale,
      fmt::format("Another process has changed the state of group \"{}\" meanwhile.", write.group));
}

Result<void> judge_transaction(const StateWrite& write, std::string_view answer) {
  const auto list = dynamo::raw_member(answer, "CancellationReasons");
  const auto reasons = list ? dynamo::raw_elements(*list) : std::nullopt;
  const bool state_refused = !reasons || reasons->empty() ||
                             dynamo::raw_text_member(reasons->front(), "Code") == kConditionFailed;
  if (state_refused) {
    return judge_put(write, reasons && !reasons->empty() ? reasons->front() : "{}");
  }
  return fail(Fault::corrupt,
              fmt::format("The control table already holds the version of the rules or the journal "
                          "entry that comes next in group \"{}\": was its state removed by hand?",
                          write.group));
}

}  // namespace crossfade::control
