#include "backward/item_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace crossfade::backward {
namespace {

/// The stored token is absent, of another link or another key (copied there), or older than ours.
constexpr std::string_view kOlder =
    "(attribute_not_exists(#x.#w) OR #x.#w.#l <> :l OR #x.#w.#h <> :h OR #x.#w.#e < :e "
    "OR (#x.#w.#e = :e AND #x.#w.#p < :p))";
constexpr std::string_view kIsOurMark =
    "#x.#w.#l = :l AND #x.#w.#e = :e AND #x.#w.#p = :p AND #x.#w.#d = :d";

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump();
}

std::string number(const char* name, std::int64_t value) {
  return fmt::format(R"("{}":{{"N":"{}"}})", name, value);
}

std::string text(const char* name, const std::string& value) {
  return fmt::format(R"("{}":{{"S":{}}})", name, json_text(value));
}

}  // namespace

ItemWriter::ItemWriter(ItemWriterOptions options, dynamo::Client& client,
                       const codec::Mapper& mapper, const Clock& clock)
    : options_(std::move(options)), client_(client), mapper_(mapper), clock_(clock) {}

WriteToken ItemWriter::token_for(const Key& key, std::int64_t position, bool remove) const {
  const std::int64_t now = clock_.wall_ms() + client_.statistics().clock_offset_ms;
  return {options_.link_id, options_.epoch, position, hash_of(key), now, remove};
}

dynamo::Condition ItemWriter::guard(const WriteToken& token) const {
  dynamo::Condition out;
  out.expression = kOlder;
  out.names_json = fmt::format(R"({{"#x":{},"#w":"w","#l":"l","#h":"h","#e":"e","#p":"p"}})",
                               json_text(options_.reserved));
  out.values_json = fmt::format("{{{},{},{},{}}}", text(":l", token.link),
                                text(":h", fmt::format("{:016x}", token.key_hash)),
                                number(":e", token.epoch), number(":p", token.position));
  return out;
}

/// Dying here: the put has landed or not; the log says to put it again, and the guard settles it.
Task<Result<void>> ItemWriter::put(Key key, std::string document, std::int64_t position) {
  const WriteToken token = token_for(key, position, false);
  CO_TRY(codec::MappedItem item, mapper_.to_item(document, &token));
  const dynamo::PutRequest request{options_.table, std::move(item.json), guard(token),
                                   options_.may_write};
  const auto outcome = co_await client_.put_item(request);
  note(key, outcome);
  if (!outcome) co_return outcome.error();
  co_return Result<void>();
}

/// Dying between mark and delete: the log says to remove it again, the mark is found to be ours,
/// the delete follows.
Task<Result<void>> ItemWriter::remove(Key key, std::int64_t position, Stop& stop) {
  const WriteToken token = token_for(key, position, true);
  CO_TRY(const std::string key_json, mapper_.key_json(key));
  while (true) {
    const auto marked = co_await mark(key, key_json, token);
    if (!marked) co_return marked.error();
    const bool absent = !marked->applied && marked->current.find("\"Item\"") == std::string::npos;
    const bool late = clock_.wall_ms() < late_until(key);
    if (absent && !late) co_return Result<void>();
    if (late) CO_TRY_VOID(co_await wait_for_late_writes(key, stop));
    if (absent) continue;
    const auto removed = co_await remove_marked(key_json, token);
    if (!removed) co_return removed.error();
    co_return Result<void>();
  }
}

Task<Result<dynamo::WriteOutcome>> ItemWriter::mark(const Key& key, const std::string& key_json,
                                                    const WriteToken& token,
                                                    const dynamo::Condition& as_read) {
  dynamo::UpdateRequest request{options_.table, key_json, "SET #x = :x", guard(token)};
  dynamo::Condition there = as_read;
  if (there.expression.empty()) {
    there.expression = "attribute_exists(#k)";
    there.names_json = fmt::format(R"({{"#k":{}}})", json_text(options_.hash_attribute));
  }
  const std::string mark = fmt::format(R"({{":x":{{"M":{{"w":{}}}}}}})", codec::token_json(token));
  request.condition = both(both(std::move(there), request.condition), {"", "", mark});
  request.may_send = options_.may_write;
  auto outcome = co_await client_.update_item(request);
  note(key, outcome);
  co_return outcome;
}

Task<Result<dynamo::WriteOutcome>> ItemWriter::remove_marked(const std::string& key_json,
                                                             const WriteToken& token,
                                                             const dynamo::Condition& as_read) {
  dynamo::DeleteRequest request{options_.table, key_json, {}};
  request.condition.expression = kIsOurMark;
  request.condition.names_json =
      fmt::format(R"({{"#x":{},"#w":"w","#l":"l","#e":"e","#p":"p","#d":"del"}})",
                  json_text(options_.reserved));
  request.condition.values_json =
      fmt::format(R"({{{},{},{},":d":{{"BOOL":true}}}})", text(":l", token.link),
                  number(":e", token.epoch), number(":p", token.position));
  request.condition = both(std::move(request.condition), as_read);
  request.may_send = options_.may_write;
  co_return co_await client_.delete_item(request);
}

Task<Result<void>> ItemWriter::wait_for_late_writes(const Key& key, Stop& stop) {
  const std::int64_t wait = late_until(key) - clock_.wall_ms();
  ++waiting_;
  if (wait > 0) co_await stop.sleep(Milliseconds(wait));
  --waiting_;
  if (clock_.wall_ms() < late_until(key))
    co_return fail(Fault::stopped, "stopped before a delete could be sent");
  late_until_ms_.erase(hash_of(key));
  co_return Result<void>();
}

std::int64_t ItemWriter::late_until(const Key& key) const {
  const auto found = late_until_ms_.find(hash_of(key));
  const std::int64_t inherited = inherited_wary_ms_;
  return found == late_until_ms_.end() ? inherited : std::max(inherited, found->second);
}

void ItemWriter::suspect(const Key& key, std::int64_t until_ms) {
  std::int64_t& known = late_until_ms_[hash_of(key)];
  known = std::max(known, until_ms);
  wary_until_ms_ = std::max(wary_until_ms_, until_ms);
}

void ItemWriter::note(const Key& key, const Result<dynamo::WriteOutcome>& outcome) {
  const bool unknown = outcome ? outcome->earlier_attempt_unknown : outcome.error().outcome_unknown;
  if (unknown) suspect(key, late_until_now());
  if (late_until_ms_.size() < kTidyAt) return;
  const std::int64_t now = clock_.wall_ms();
  boost::unordered::erase_if(late_until_ms_,
                             [&](const auto& entry) { return entry.second <= now; });
}

}  // namespace crossfade::backward
