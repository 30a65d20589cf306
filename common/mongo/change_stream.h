#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/mongo/client.h"

namespace crossfade::mongo {

struct ChangeStreamOptions {
  std::vector<Namespace>
      namespaces;              ///< watched together, cluster-wide, filtered on the server by `ns`
  std::string resume_after;    ///< token as received (BSON document); empty: see start_at
  std::uint64_t start_at = 0;  ///< cluster time, inclusive; 0 and no token: from now
  /// Pre- and post-images when available (6.0+; an update of a collection that keeps none has no
  /// document then), else, and on older servers, updateLookup (a later version, or null).
  bool images = false;
  Milliseconds await{500};  ///< longest wait of next() for an event; bounds shutdown
  int batch_size = 1'000;
};

struct ChangeBatch {
  std::vector<std::string> events;  ///< BSON of each change event, in order; at most about 16 MB
  std::string resume_token;         ///< of the batch's end, also when it has no events
  std::uint64_t cluster_time = 0;   ///< operation time of the answer (seconds << 32 | increment)
};

/// A change stream by its commands (aggregate, getMore), so that a whole batch arrives at once and
/// the token of an empty batch is seen. Blocking: one thread of its own. After a resumable fault it
/// reopens itself once at the last token it returned; a second in a row is the caller's to retry,
/// by calling next() again. Never resumes behind what it returned. Fault::history_lost (286),
/// Fault::corrupt (280, a token that is none, invalidate) are final; Fault::rejected (10334): the
/// next event is larger than 16 MB. Needs a replica set or mongos.
///
/// Events of the namespaces only, a rename onto one of them and a dropDatabase of theirs included.
/// A token taken right behind an event resumes only while `namespaces` still let that event through
/// (else 280 as soon as a later event comes): widening the list is safe, narrowing it is not.
/// A call can take longer than `await` while the server reads through oplog of other collections.
class ChangeStream {
 public:
  static Result<ChangeStream> open(Client client, ChangeStreamOptions options);
  ChangeStream(ChangeStream&&) noexcept;
  ~ChangeStream();

  /// The first call may return the token of the opening at once.
  Result<ChangeBatch> next();

 private:
  struct Impl;
  explicit ChangeStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::mongo
