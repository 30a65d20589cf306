#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "router/rules.h"

namespace crossfade::protocol {

/// What an item or a document holds: each action of an application makes a new one.
using Value = int;

constexpr int kMostKeys = 3;
template <class T>
using PerKey = std::array<T, kMostKeys>;

/// A fault put into the service on purpose: the checks must find each of them.
enum class Plant : std::uint8_t {
  none,
  filter_trusts_presence,    ///< any item with a token is an echo
  filter_ignores_key,        ///< a token copied under another key counts
  filter_forgets,            ///< no memory of tokens that came by
  filter_not_rebuilt,        ///< nor after a crash
  guard_ignores_key,         ///< a token copied from another key refuses our write
  guard_ignores_position,    ///< an older write overwrites a newer one
  remove_without_mark,       ///< one plain delete
  remove_ignores_late,       ///< a delete does not wait for writes that may still land
  idle_counts_as_clean,      ///< a checkpoint without open writes speaks for a later crash
  replay_each_change,        ///< after a crash every change of a key is written again in turn
  suspects_not_stored,       ///< a checkpoint says nothing of writes of the process before
  checkpoint_at_cursor,      ///< the checkpoint passes writes that are not acknowledged
  violation_dropped,         ///< not stored
  violation_not_restored,    ///< stored, but the authority's value is not brought back
  session_not_registered,    ///< our own documents come back as an application's
  commit_without_checkpoint  ///< a prepared batch of a dead process still takes effect
};

struct Scenario {
  std::vector<Side> owners;  ///< by key; as many keys as owners
  int actions = 3;           ///< of applications
  int crashes = 0;
  int losses = 0;          ///< replies that do not arrive
  std::size_t images = 2;  ///< newest former images of a key that an application may bring back
  bool wrong_side = true;  ///< applications also write on the side without authority
  Plant plant = Plant::none;

  int keys() const { return static_cast<int>(owners.size()); }
  Side owner(int key) const { return owners[static_cast<std::size_t>(key)]; }
};

enum class StepKind : std::uint8_t {
  // applications
  put_item,     ///< a new value, no token
  update_item,  ///< a new value, the token stays
  carry_token,  ///< a new value with the token of a former image `n`
  undo_item,    ///< former image `n` as it was
  copy_item,    ///< what key `n` holds, its token too
  delete_item,
  put_document,
  delete_document,
  // the service
  capture_stream,
  prepare,  ///< `n` records of the forward log
  commit,
  capture_documents,
  work,  ///< of key; begins with `n` waiting changes
  store_checkpoint,
  // the adversary
  lose_reply,     ///< the key's next write takes effect, its reply is lost
  lose_request,   ///< it may land later, and is sent again
  land,           ///< late write `n`
  commit_zombie,  ///< the transaction of a process that died
  crash,
  crash_sending,  ///< with the key's next write under way
  stop
};

struct Step {
  StepKind kind;
  int key = 0;
  int n = 0;
};

std::string to_string(const Step& step);

}  // namespace crossfade::protocol
