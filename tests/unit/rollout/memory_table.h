#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/control/group_state.h"
#include "tests/fakes/http_server.h"

namespace crossfade::rollout {

/// What happened, in order, on whichever thread.
class Notes {
 public:
  void add(std::string what);
  std::vector<std::string> all() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

/// A control table in memory, behind the wire protocol: it knows the calls and conditions that
/// ControlTable sends and no others. Every replacement of the state is noted as it takes effect:
/// "store fencing, version 2", "store journaled, version 2, journal", "store -, version 3" without
/// a hand-off.
class MemoryTable {
 public:
  using Answer = std::optional<fakes::Reply>;

  explicit MemoryTable(Notes& notes) : notes_(notes) {}

  fakes::Reply answer(const fakes::Received& request);
  /// Puts a state there as revision 1, with its rules.
  void begin(const control::GroupState& state);
  /// The state as it is stored.
  nlohmann::json state() const;
  /// Another process writes its name into the state.
  void take_over(const std::string& process);

  /// Asked with the note before a write takes effect: an answer means that it does not.
  std::function<Answer(const std::string& note)> instead;
  /// The same afterwards: it has, and this is what is heard of it.
  std::function<Answer(const std::string& note)> heard;
  /// How late a read (GetItem, Query) is answered, with what was there when it came.
  std::function<std::chrono::milliseconds(const std::string& call)> read_delay;

 private:
  using Json = nlohmann::json;
  using Key = std::pair<std::string, std::string>;

  fakes::Reply get(const Json& request) const;
  fakes::Reply query(const Json& request) const;
  fakes::Reply read(const std::string& call, const Json& body) const;
  fakes::Reply put_all(const std::vector<Json>& puts, bool transaction);
  bool holds(const Json& put) const;

  Notes& notes_;
  mutable std::recursive_mutex mutex_;  ///< what is told of a write may look or write, too
  std::map<Key, std::string> items_;    ///< as JSON
};

}  // namespace crossfade::rollout
