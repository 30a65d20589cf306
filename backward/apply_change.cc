#include "backward/apply.h"
#include "common/async/backoff.h"
#include "common/codec/document.h"

namespace crossfade::backward {
namespace {

constexpr Milliseconds kFirstPause{100};
constexpr Milliseconds kLongestPause{5'000};

}  // namespace

/// Until the change is written or set aside; gives up only for what ends the link, and for the
/// stop. A restore that cannot be done now is moot once a later change of the key waits.
Task<Result<void>> Apply::apply_until_done(const Pending& pending) {
  const Change& change = pending.change;
  Stop& stop = group_.stop();
  Backoff backoff(kFirstPause, kLongestPause, context_.random);
  while (!stop.requested()) {
    auto applied = co_await apply_one(pending);
    if (applied) {
      if (backoff.attempts() > 0) context_.health.well("backward apply");
      co_return applied;
    }
    const Error& error = applied.error();
    if (error.next() != Next::retry && error.next() != Next::retry_patiently) co_return error;
    context_.health.trouble("backward apply", error.message);
    if (change.kind == ChangeKind::restore && said_again(change.key.bson)) co_return Result<void>();
    co_await stop.sleep(backoff.next() + kFirstPause);
  }
  co_return fail(Fault::stopped, "stopped");
}

Task<Result<void>> Apply::apply_one(const Pending& pending) {
  const Change& change = pending.change;
  if (change.kind == ChangeKind::rejected) co_return co_await park(pending, change.reason);
  const bool asked = change.kind == ChangeKind::restore;
  const auto position = asked ? kPresent : pending.position;
  const bool ours = context_.owner(change.key, position) == Side::mongodb;
  if (!ours && asked) co_return co_await ask_restore(change.key);
  if (!ours) co_return co_await violation(pending);
  auto written = co_await write(change, pending.position);
  if (written) co_return written;
  if (written.error().fault == Fault::rejected)
    co_return co_await park(pending, written.error().message);
  co_return written;
}

Task<Result<void>> Apply::write(const Change& change, std::int64_t position) {
  switch (change.kind) {
    case ChangeKind::put:
      co_return co_await context_.writer.put(change.key, change.image, position);
    case ChangeKind::remove:
      co_return co_await context_.writer.remove(change.key, position, group_.stop());
    default:
      co_return co_await restore(change.key, position);
  }
}

Task<Result<void>> Apply::restore(const Key& key, std::int64_t position) {
  CO_TRY(std::optional<std::string> document, co_await read_document(key));
  if (context_.owner(key, kPresent) != Side::mongodb) co_return co_await ask_restore(key);
  if (!document) co_return co_await context_.writer.remove(key, position, group_.stop());
  co_return co_await context_.writer.put(key, std::move(*document), position);
}

Task<Result<std::optional<std::string>>> Apply::read_document(const Key& key) {
  CO_TRY(const std::string filter, context_.mapper.key_filter(key));
  auto read = [&]() -> Result<std::optional<std::string>> {
    mongo::Client client = context_.mongo.acquire();
    TRY(std::optional<std::string> found, client.find_one(options_.collection, key.bson));
    if (found || !options_.by_key_too) return found;
    return client.find_one(options_.collection, filter);
  };
  co_return co_await mongo_calls_.ask(key, read);
}

/// The violation is stored first, then the restore is asked for, then the record is done: a crash
/// repeats it under the same id.
Task<Result<void>> Apply::violation(const Pending& pending) {
  CO_TRY_VOID(co_await settler_.settle(pending.change, pending.position));
  co_return co_await ask_restore(pending.change.key);
}

Task<Result<void>> Apply::ask_restore(const Key& key) {
  std::vector<Key> keys{key};
  co_return co_await context_.restorer.ask(std::move(keys), context_.clock.wall_ms());
}

Task<Result<void>> Apply::park(const Pending& pending, std::string reason) {
  const Change& change = pending.change;
  state::DeadLetter letter;
  letter.id = options_.link + "/backward/" + std::to_string(pending.position);
  letter.link = options_.link;
  letter.direction = "backward";
  letter.key = change.key;
  letter.reason = std::move(reason);
  letter.document = change.image;
  letter.at_ms = context_.clock.wall_ms();
  const std::vector<state::DeadLetter> letters{std::move(letter)};
  auto store = [&]() -> Result<void> {
    mongo::Client client = context_.mongo.acquire();
    return parked_.add(client, letters);
  };
  context_.out.warning(
      "dead_letter",
      {{"link", options_.link}, {"direction", "backward"}, {"why", letters[0].reason}});
  co_return co_await mongo_calls_.ask(change.key, store);
}

}  // namespace crossfade::backward
