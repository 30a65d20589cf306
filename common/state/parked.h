#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/change.h"
#include "common/mongo/client.h"
#include "common/mongo/session.h"
#include "router/rules.h"

namespace crossfade::state {

/// A record that could not be applied, kept whole. A later change of the same key carries the whole
/// item again and so replaces what was parked.
struct DeadLetter {
  std::string id;  ///< unique and the same on a replay: "orders/forward/1234", "orders/load/<key>"
  std::string link;
  std::string direction;  ///< load | forward | backward
  Key key;                ///< may be empty when not even the key could be read
  std::string reason;
  std::string text;      ///< DynamoDB JSON as received; may be empty
  std::string document;  ///< or the BSON document; may be empty
  std::int64_t at_ms = 0;
};

/// A change on the side without authority, with both images. Absent image: no such item on that
/// side.
struct Violation {
  std::string id;
  std::string link;
  Side side = Side::dynamodb;  ///< where the change was made
  std::string operation;       ///< put | remove
  Key key;
  std::optional<std::string> dynamodb;
  std::optional<std::string> mongodb;
  std::int64_t source_time_ms = 0;
  std::int64_t at_ms = 0;
};

/// What a person decided about a violation.
struct Settlement {
  Side take = Side::dynamodb;  ///< whose image is the key's value
  std::string who;
  std::string reason;
  std::int64_t at_ms = 0;
};

/// The `dead_letters` and `violations` collections. Storing the same id again changes nothing.
/// Blocking; inside offload() only.
class Parked {
 public:
  explicit Parked(const std::string& database)
      : dead_letters_{database, "dead_letters"}, violations_{database, "violations"} {}

  Result<void> add(mongo::Client& client, const std::vector<DeadLetter>& letters,
                   mongo::Session* session = nullptr) const;
  Result<void> add(mongo::Client& client, const std::vector<Violation>& violations,
                   mongo::Session* session = nullptr) const;

  /// Of one direction, or of all when it is empty.
  Result<std::int64_t> count_dead_letters(mongo::Client& client, const std::string& link,
                                          const std::string& direction = {}) const;
  Result<std::int64_t> count_violations(mongo::Client& client, const std::string& link) const;
  /// Newest first; every link when the name is empty.
  Result<std::vector<std::string>> list_dead_letters(mongo::Client& client, const std::string& link,
                                                     int limit) const;
  Result<std::vector<std::string>> list_violations(mongo::Client& client, const std::string& link,
                                                   int limit) const;
  Result<std::optional<std::string>> find_violation(mongo::Client& client,
                                                    const std::string& id) const;
  /// Writes down what was decided, once: false when it was before, or there is no such violation.
  Result<bool> settle_violation(mongo::Client& client, const std::string& id,
                                const Settlement& settlement) const;

 private:
  mongo::Namespace dead_letters_;
  mongo::Namespace violations_;
};

}  // namespace crossfade::state
