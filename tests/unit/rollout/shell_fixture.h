#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>
#include <memory>
#include <string>

#include "rollout/group.h"
#include "tests/unit/dynamo/fixture.h"
#include "tests/unit/rollout/memory_table.h"

namespace crossfade::rollout {

constexpr Milliseconds kRequestLife{4'000};

/// A link that does what it is told at once, and notes it. What `fails` names answers with the
/// error; what `calls` names is called before.
class FakePair final : public LinkedPair {
 public:
  explicit FakePair(Notes& notes, std::string name = "orders") : notes_(notes) {
    facts_told.name = std::move(name);
    facts_told.synced = true;
    facts_told.stream_headroom_hours = 24;
    facts_told.oplog_headroom_hours = 24;
  }

  const std::string& name() const override { return facts_told.name; }
  std::optional<std::string> subject_of(const Key&) const override { return std::nullopt; }
  LinkFacts facts() const override { return facts_told; }
  Task<Result<void>> drain(Side from, Stop& limit) override;
  Task<Result<Verification>> verify(VerifyScope scope, RuleSet rules, Stop& limit) override;
  Task<Result<control::Barrier>> hold(bool reachable, Stop& limit) override;
  void release() override { notes_.add("release"); }
  void strand(const control::Barrier& barrier) override;
  Task<Result<Recovery>> recover(Stop& limit) override;
  void drive_under(std::shared_ptr<const OwnerLease> lease) override { given = std::move(lease); }
  void adopt(const RuleSet& rules, const std::optional<control::HandoffRecord>& last) override;

  std::shared_ptr<const OwnerLease> given;
  LinkFacts facts_told;
  Verification verification;
  std::map<std::string, Error> fails;
  std::map<std::string, std::function<void()>> calls;
  std::function<bool()> drained = [] { return true; };  ///< a drain goes on until then

 private:
  Result<void> met(const std::string& what);

  Notes& notes_;
};

class FakeHooks final : public Hooks {
 public:
  explicit FakeHooks(Notes& notes) : notes_(notes) {}
  Task<Result<std::string>> run(const HookOptions& hooks, std::string transition,
                                Variables variables) override;

  std::map<std::string, Error> fails;
  std::map<std::string, Variables> told;

 private:
  Notes& notes_;
};

class NoEvents final : public EventSink {
 public:
  void publish(std::string_view, std::string) override {}
};

/// One process with one group of `links`, over a control table in memory. Further processes come
/// with make_group().
class ShellTest : public dynamo::DynamoTest {
 protected:
  ShellTest();
  ~ShellTest() override;

  /// Ends with the test; the one before it lives on.
  Group& make_group(const std::string& process) { return make_group(process, stop); }
  Group& make_group(const std::string& process, Stop& parent);
  /// A group that an earlier process has left at `synced`.
  void begin_synced();
  /// Opened as a synced one, with its notes forgotten.
  void open(Group& group);
  MoveAnswer move(Group& group, const MoveRequest& request) { return run(group.move(request)); }
  MoveRequest ramp(double percent) const;
  MoveRequest verb(Verb verb) const;
  std::string refusal_of_lease(Group& group);
  /// Lets whatever is under way go on for that long.
  void rest(Milliseconds time);

  /// What a ramp notes up to and including `last`.
  static std::vector<std::string> ramp_until(const std::string& last);

  Notes notes;
  MemoryTable memory{notes};
  fakes::HttpServer server;
  std::unique_ptr<dynamo::Client> client;
  std::unique_ptr<control::ControlTable> table;
  FakePair pair{notes};
  std::vector<LinkedPair*> links{&pair};
  FakeHooks hooks{notes};
  NoEvents events;
  Failpoints failpoints{""};
  Stop stop{io.get_executor()};
  Stop later{io.get_executor()};   ///< of a process that comes when `stop` has ended another
  std::vector<std::string> ended;  ///< processes that have surely ended
  std::vector<std::unique_ptr<GroupContext>> contexts;
  std::vector<std::unique_ptr<Group>> groups;
};

}  // namespace crossfade::rollout
