#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backward/coalesce.h"
#include "backward/watermark.h"
#include "common/model/change.h"
#include "tests/unit/protocol/scenario.h"

namespace crossfade::protocol {

/// What the write token of an item says. The process that sent it stands for its time of issue.
struct Token {
  int key = 0;
  int position = 0;
  int process = 0;
  bool remove = false;

  bool operator==(const Token&) const = default;
};

struct Item {
  Value value = 0;
  std::optional<Token> token;

  bool operator==(const Item&) const = default;
};

/// A record of DynamoDB's stream that is not captured yet. Only the checks look at `ours`.
struct StreamEvent {
  int key = 0;
  std::optional<Item> now;
  std::optional<Item> before;
  bool ours = false;
  bool violation = false;
};

/// An event of MongoDB's change stream that is not captured yet.
struct DocumentEvent {
  int key = 0;
  std::optional<Value> now;
  bool ours = false;
  bool violation = false;
};

/// A record of an event log; its position is its index.
struct Entry {
  ChangeKind kind = ChangeKind::put;
  int key = 0;
  Value value = 0;
  std::optional<Token> token;
  bool gone = false;
  bool violation = false;
  bool listed = false;
};

/// A prepared transaction of the forward apply.
struct Batch {
  int from = 0;
  int to = 0;
  std::vector<std::pair<int, std::optional<Value>>> writes;
  std::vector<int> violations;
};

/// A write on its way to DynamoDB. Which of them a deadline can rule out depends on who knows of
/// it: `known` to the process that lives, `covered` by the time stored with a checkpoint.
struct Request {
  enum class Kind : std::uint8_t { put, mark, erase } kind = Kind::put;
  int key = 0;
  int position = 0;
  int process = 0;
  Value value = 0;
  bool known = true;
  bool covered = false;
};

/// The backward apply's work on one key.
struct Worker {
  enum class Stage : std::uint8_t { read, put, mark, wait, erase };
  std::vector<int> waiting;
  std::vector<int> batch;  ///< what is left of the changes taken at once
  Stage stage = Stage::read;
  std::optional<Value> value;
  bool absent = false;
  bool late = false;  ///< an earlier write of the key may still land

  bool idle() const { return batch.empty(); }
};

struct BackwardCheckpoint {
  int offset = 0;
  bool clean = false;
  bool wary = false;
};

/// Two stores, their change feeds, the two event logs and the service between them, as one value: a
/// step is taken, the checks are made, and the value can be copied, compared by its fingerprint and
/// gone on with in another way. The service's decisions are the real ones: EchoFilter,
/// BatchPlanner, Watermark, ReplayWindow, the order of tokens.
class World {
 public:
  explicit World(const Scenario& scenario);

  /// What can happen next.
  std::vector<Step> steps() const;
  void take(const Step& step);
  /// Nothing is left to do for the service: every log is applied, every feed captured.
  bool quiet() const;
  /// The invariant that the steps so far have broken, as a sentence; empty while all hold. In a
  /// quiet world this includes that both sides are equal and nothing was swallowed.
  std::string broken() const;
  /// Equal for worlds that can only go on alike.
  std::uint64_t fingerprint() const;
  /// Ends what the adversary may still do.
  void leave_alone();

 private:
  // application.cc
  void application_steps(std::vector<Step>& out) const;
  void document_steps(int key, std::vector<Step>& out) const;
  void item_steps(int key, std::vector<Step>& out) const;
  void act(const Step& step);
  void application_writes(int key, std::optional<Item> now);
  void application_writes_document(int key, std::optional<Value> now);

  // forward_half.cc
  void forward_steps(std::vector<Step>& out) const;
  void capture_stream();
  void append_forward(const StreamEvent& event, bool echo);
  bool is_echo(const StreamEvent& event, bool rebuilt) const;
  void check_verdict(const StreamEvent& event, bool echo);
  void plan(int count);
  void commit(const Batch& batch);
  void recover_filter();

  // backward_half.cc
  void backward_steps(std::vector<Step>& out) const;
  void capture_documents();
  void append_backward(Entry entry);
  void enqueue(int position);
  void begin_batch(Worker& worker, int count);
  void work(int key, int count);
  void settle_violation(int key);
  void wait_for_late_writes(int key);
  std::optional<Request> next_request(int key) const;
  void send(int key, StepKind how);
  void answered(int key, const Request& request, bool applied);
  void done_with_first(int key);
  void open_first(int key);
  void suspect(Worker& worker);
  Worker::Stage first_stage(const Worker& worker) const;
  void store_checkpoint(bool stopping);
  bool late(int key) const;

  // dynamodb.cc
  bool allowed(const Request& request) const;
  bool land(const Request& request);
  void check_refused(const Request& request);
  void check_order(const Request& request);
  void land_late(int index);

  // crash.cc
  void adversary_steps(std::vector<Step>& out) const;
  void crash();
  void stop();
  void restart();

  bool ours_to_write(int key) const { return scenario_->owner(key) == Side::mongodb; }
  bool planted(Plant plant) const { return scenario_->plant == plant; }
  void complain(const std::string& what);

  const Scenario* scenario_;
  int actions_left_;
  int crashes_left_;
  int losses_left_;
  int process_ = 1;
  Value next_value_ = 10;
  std::string broken_;

  PerKey<std::optional<Item>> items_;
  PerKey<std::optional<Value>> documents_;
  PerKey<std::optional<Value>> truth_;  ///< the authority's last word
  PerKey<std::vector<Item>> images_;    ///< that an application may bring back
  PerKey<bool> touched_{};              ///< an application wrote items of a key of ours
  PerKey<int> highest_;                 ///< position of ours that took effect
  std::vector<StreamEvent> stream_;
  std::vector<DocumentEvent> document_events_;
  std::vector<Request> network_;
  int violations_made_ = 0;
  int violations_listed_ = 0;
  int violations_moot_ = 0;
  int items_written_ = 0;
  int documents_written_ = 0;

  std::vector<Entry> forward_log_;
  int forward_checkpoint_ = 0;
  PerKey<std::optional<Entry>> seen_;  ///< the live filter's memory: last echo of each key
  std::optional<Batch> prepared_;
  std::optional<Batch> zombie_;  ///< of a process that died before its commit

  std::vector<Entry> backward_log_;
  BackwardCheckpoint stored_;
  backward::Watermark watermark_{0};
  int first_ticket_position_ = 0;
  std::vector<bool> acknowledged_;  ///< by position
  PerKey<Worker> workers_;
  backward::ReplayWindow window_;
  int window_end_ = 0;
  bool wary_ = false;
  bool inherited_wary_ = false;
};

Key key_of(int key);
WriteToken token_of(const Token& token);
/// A request to bring the authority's value of the key back.
Entry restore_of(int key);

}  // namespace crossfade::protocol
