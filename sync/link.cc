#include "sync/link.h"

#include <algorithm>

#include "sync/link_parts.h"

namespace crossfade::sync {
namespace {

constexpr Milliseconds kAnchorPoll{20};
constexpr Milliseconds kHousekeepingEvery{1'000};
constexpr Milliseconds kRulesWithin{5'000};
constexpr int kCollectEveryRounds = 30;
constexpr int kCountWhenIdleRounds = 10;

}  // namespace

Link::Link(const LinkConfig& config, LinkEnvironment& environment, Stop& parent)
    : config_(config),
      environment_(environment),
      subject_(config.subject_attribute, config.subject_pattern),
      stop_(parent),
      authority_(config.authority),
      changed_(parent.executor()) {}

Link::~Link() = default;

Task<Result<void>> Link::run() {
  environment_.log.info(
      "link_start",
      {{"link", config_.name}, {"table", config_.table}, {"collection", config_.collection}});
  auto ended = co_await live();
  running_ = false;
  applying_ = false;
  if (!ended && ended.error().fault != Fault::stopped && !stop_.requested()) {
    stopped_ = ended.error().message;
    environment_.log.error("link_stopped", {{"link", config_.name}, {"why", stopped_}});
  }
  stop_.request();
  changed_.notify();
  co_return ended;
}

void Link::give_up(const std::string& why) {
  if (!stopped_.empty()) return;
  stopped_ = why;
  environment_.log.error("link_stopped", {{"link", config_.name}, {"why", stopped_}});
  stop_.request();
}

Task<Result<void>> Link::live() {
  CO_TRY_VOID(co_await begin_with(&Link::set_up));
  CO_TRY_VOID(co_await begin_with(&Link::prepare_capture));
  running_ = true;
  members_->start(forward_capture_->run());
  members_->start(drive());
  members_->start(housekeeping());
  co_return co_await members_->join();
}

Task<Result<void>> Link::set_up() {
  auto made = co_await set_up_link(config_, environment_, stop_.executor());
  if (!made) unfit_ = made.error().next();
  if (!made) co_return made.error();
  setup_ = std::move(made).value();
  CO_TRY_VOID(know_canary());
  build();
  co_await count_parked();
  co_return Result<void>();
}

Task<Result<void>> Link::prepare_capture() {
  CO_TRY_VOID(co_await load_->recall());
  co_return co_await forward_capture_->prepare();
}

/// What else goes wrong at the start is told at once and ends the link.
Task<Result<void>> Link::begin_with(Step step) {
  while (true) {
    auto done = co_await (this->*step)();
    const bool waits = !done && !stop_.requested() && co_await may_wait(done.error().next());
    if (!waits) {
      health_.well("start");
      co_return done;
    }
    health_.trouble("start", done.error().message);
    co_await stop_.sleep(kHousekeepingEvery);
  }
}

/// Throttling is waited out. So is a store that does not answer, where authority has moved before:
/// an unplanned rollback is decided exactly then.
Task<bool> Link::may_wait(Next next) {
  if (next == Next::retry_patiently) co_return true;
  if (next != Next::retry || !waits_for_rules_) co_return false;
  if (!authority_.adopted()) co_await changed_.wait(stop_, kRulesWithin);
  co_return authority_.has_moved();
}

void Link::build() {
  restore_forward_ = std::make_unique<state::Restorer>(*setup_->forward_log);
  restore_backward_ = std::make_unique<state::Restorer>(*setup_->backward_log);
  members_ = std::make_unique<TaskGroup>(stop_);
  LinkParts parts{config_, environment_, *setup_, health_, members_->stop()};
  authority_.know_log(setup_->forward_log->id());
  authority_.know_subjects([this](const Key& key) { return subject_of(key); });
  conflicts_ = make_conflicts(parts, recent_keys_, [this](Side side) {
    Stop& stop = members_->stop();
    return side == Side::dynamodb ? forward_capture_->drain(stop) : backward_capture_->drain(stop);
  });
  pages_ = make_page_writer(parts);
  load_ = make_load(parts, *pages_);
  forward_capture_ = make_forward_capture(parts, forward_progress_, recent_keys_);
}

/// Each step is stored before the next begins; a restart goes on at the stored one.
Task<Result<void>> Link::drive() {
  if (setup_->record.phase < state::Phase::catching_up) {
    CO_TRY_VOID(co_await copy());
    if (members_->stop().requested()) co_return Result<void>();
    CO_TRY_VOID(co_await build_indexes());
    if (members_->stop().requested()) co_return Result<void>();
  }
  CO_TRY_VOID(co_await patiently(&Link::arm));
  co_await rules_known();
  if (members_->stop().requested()) co_return Result<void>();
  CO_TRY_VOID(co_await patiently(&Link::prepare_forward));
  CO_TRY_VOID(co_await patiently(&Link::prepare_backward));
  start_applying();
  if (setup_->record.phase == state::Phase::synced) co_return Result<void>();
  activity_ = "Applying the changes that were captured during the load.";
  CO_TRY_VOID(co_await patiently(&Link::catch_up));
  if (members_->stop().requested()) co_return Result<void>();
  state::LinkRecord record = setup_->record;
  record.phase = state::Phase::synced;
  co_return co_await save(std::move(record));
}

/// A store that does not answer at the moment is waited for; every step may be taken again.
Task<Result<void>> Link::patiently(Step step) {
  while (true) {
    auto done = co_await (this->*step)();
    const bool again = !done && (done.error().next() == Next::retry ||
                                 done.error().next() == Next::retry_patiently);
    if (!again) {
      health_.well("phase");
      co_return done;
    }
    health_.trouble("phase", done.error().message);
    co_await members_->stop().sleep(kHousekeepingEvery);
    if (members_->stop().requested()) co_return Result<void>();
  }
}

Task<Result<void>> Link::catch_up() {
  return drain_once(members_->stop());
}

Task<Result<void>> Link::copy() {
  while (!forward_capture_->anchored() && !members_->stop().requested())
    co_await members_->stop().sleep(kAnchorPoll);
  if (members_->stop().requested()) co_return Result<void>();
  if (setup_->record.phase == state::Phase::defined) {
    const Target target(setup_->collection);
    auto create = [&]() -> Result<void> {
      mongo::Client client = environment_.mongo.acquire();
      return target.create(client);
    };
    CO_TRY_VOID(co_await offload(environment_.threads, create));
    state::LinkRecord record = setup_->record;
    record.phase = state::Phase::copying;
    CO_TRY_VOID(co_await save(std::move(record)));
  }
  activity_ = "Copying the table.";
  CO_TRY_VOID(co_await load_->run());
  if (members_->stop().requested()) co_return Result<void>();
  co_await count_parked();
  environment_.log.info("load_done", {{"link", config_.name}, {"items", load_->items()}});
  co_return Result<void>();
}

Task<Result<void>> Link::build_indexes() {
  if (!config_.indexes) co_return Result<void>();
  const auto plans =
      plan_indexes(setup_->table, codec::Names(config_.raw_names), config_.collection);
  for (std::size_t i = 0; i < plans.size() && !members_->stop().requested(); ++i) {
    activity_ =
        "Building index " + std::to_string(i + 1) + " of " + std::to_string(plans.size()) + ".";
    CO_TRY_VOID(co_await build_index(plans[i]));
  }
  co_return Result<void>();
}

/// An index that cannot be built is the operator's to mend; the statement is in the log.
Task<Result<void>> Link::build_index(IndexPlan plan) {
  const Target target(setup_->collection);
  auto build_it = [&]() -> Result<void> {
    mongo::Client client = environment_.mongo.acquire();
    return target.build(client, plan);
  };
  while (!members_->stop().requested()) {
    const auto built = co_await offload(environment_.threads, build_it);
    if (built) break;
    const bool again = built.error().next() == Next::retry;
    environment_.log.warning(
        "index_failed",
        {{"link", config_.name}, {"why", built.error().message}, {"by_hand", plan.statement}});
    if (!again) break;
    co_await members_->stop().sleep(kHousekeepingEvery);
  }
  co_return Result<void>();
}

/// From here on the change stream's position is kept, before the first write of the apply.
Task<Result<void>> Link::arm() {
  const Target target(setup_->collection);
  auto images = [&]() -> Result<bool> {
    mongo::Client client = environment_.mongo.acquire();
    return target.keep_images(client, setup_->server);
  };
  const Result<bool> kept = co_await offload(environment_.threads, images);
  if (!kept)
    environment_.log.warning("images_off", {{"link", config_.name}, {"why", kept.error().message}});
  LinkParts parts{config_, environment_, *setup_, health_, members_->stop()};
  backward_capture_ =
      make_backward_capture(parts, backward_progress_, recent_keys_, kept && kept.value());
  CO_TRY_VOID(co_await backward_capture_->prepare());
  if (setup_->record.phase >= state::Phase::catching_up) co_return Result<void>();
  state::LinkRecord record = setup_->record;
  record.phase = state::Phase::catching_up;
  record.armed_at = setup_->forward_log->end();
  co_return co_await save(std::move(record));
}

Task<Result<void>> Link::prepare_forward() {
  LinkParts parts{config_, environment_, *setup_, health_, members_->stop()};
  forward_apply_ = make_forward_apply(
      parts, forward_progress_, *restore_backward_,
      [this](const Change& change, eventlog::Position at) { return authority_.judge(change, at); },
      [this](Key key, Stop& stop) { return changed_since_barrier(std::move(key), stop); },
      conflicts_->in_dynamodb());
  use_epoch();
  return forward_apply_->prepare();
}

Task<Result<void>> Link::prepare_backward() {
  LinkParts parts{config_, environment_, *setup_, health_, members_->stop()};
  item_writer_ = make_item_writer(parts, [this] { return authority_.may_write(); });
  use_epoch();
  backward_apply_ = make_backward_apply(
      parts, backward_progress_, *restore_forward_, *item_writer_,
      [this](const Key& key, eventlog::Position at) { return authority_.owner(key, at); },
      conflicts_->in_mongodb(), authority_.barrier().backward);
  return backward_apply_->prepare();
}

void Link::start_applying() {
  if (stranded_at_) {
    forward_apply_->hold(stranded_at_->forward);
    backward_apply_->hold(stranded_at_->backward);
  }
  members_->start(forward_apply_->run());
  members_->start(backward_capture_->run());
  members_->start(backward_apply_->run());
  LinkParts parts{config_, environment_, *setup_, health_, members_->stop()};
  proof_ = std::make_unique<LinkProof>(
      parts, recent_keys_, [this](const RecentKey& one) { return passed(one); },
      [this](const Key& key) { return is_canary(key); });
  proof_->start(*members_);
  applying_ = true;
  activity_ = "Both directions follow their source.";
  changed_.notify();
}

Result<void> Link::know_canary() {
  if (config_.canary.empty()) return {};
  TRY(CanaryKey canary, canary_key(config_.canary, setup_->table, *setup_->mapper));
  authority_.exempt_canary(std::move(canary.key));
  return {};
}

bool Link::passed(const RecentKey& one) const {
  return one.forward < forward_apply_->applied() && one.backward < backward_apply_->applied();
}

/// Dying before the save repeats the step that led here; dying after it goes on with the next.
Task<Result<void>> Link::save(state::LinkRecord record) {
  const state::LinkStore links(environment_.config.mongodb.state_database);
  auto store = [&]() -> Result<void> {
    mongo::Client client = environment_.mongo.acquire();
    return links.save(client, record);
  };
  while (true) {
    const auto saved = co_await offload(environment_.threads, store);
    if (saved) break;
    if (saved.error().next() != Next::retry) co_return saved;
    health_.trouble("state", saved.error().message);
    co_await members_->stop().sleep(kHousekeepingEvery);
    if (members_->stop().requested())
      co_return fail(Fault::stopped, "stopped before the link's phase was stored");
  }
  health_.well("state");
  setup_->record = std::move(record);
  activity_ = "Both directions follow their source.";
  environment_.log.info(
      "phase", {{"link", config_.name}, {"phase", state::to_string(setup_->record.phase)}});
  changed_.notify();
  co_return Result<void>();
}

Task<Result<void>> Link::housekeeping() {
  std::int64_t counted_at = -1;
  for (int round = 1; !members_->stop().requested(); ++round) {
    co_await members_->stop().sleep(kHousekeepingEvery);
    const std::int64_t done =
        forward_progress_.applied_total() + backward_progress_.applied_total();
    if (done != counted_at || round % kCountWhenIdleRounds == 0) co_await count_parked();
    counted_at = done;
    co_await keep_epoch();
    if (round % kCountWhenIdleRounds == 1) co_await look_at_oplog();
    if (!applying_ || round % kCollectEveryRounds != 0) continue;
    CO_TRY_VOID(co_await setup_->forward_log->collect(forward_apply_->stored()));
    CO_TRY_VOID(co_await setup_->backward_log->collect(backward_apply_->stored()));
  }
  co_return Result<void>();
}

}  // namespace crossfade::sync
