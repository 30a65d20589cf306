#pragma once

#include <set>
#include <string>

#include "common/async/offload.h"
#include "common/async/stop.h"
#include "common/model/change.h"

namespace crossfade::backward {

/// Calls of MongoDB on behalf of single keys, and which keys are held up by them. One thread only.
class MongoCalls {
 public:
  /// `moved` is notified when a key becomes blocked.
  MongoCalls(ThreadPool& threads, Signal& moved) : threads_(threads), moved_(moved) {}

  /// `work` is as for offload(). Until one call has succeeded, the key counts as blocked.
  template <class Work>
  Task<std::invoke_result_t<Work&>> ask(const Key& key, Work& work) {
    const std::string blocked = key.bson;
    blocked_.insert(blocked);
    moved_.notify();
    auto done = co_await offload(threads_, work);
    if (done) blocked_.erase(blocked);
    co_return done;
  }
  void forget(const std::string& key) { blocked_.erase(key); }
  std::size_t blocked() const { return blocked_.size(); }

 private:
  ThreadPool& threads_;
  Signal& moved_;
  std::set<std::string> blocked_;
};

}  // namespace crossfade::backward
