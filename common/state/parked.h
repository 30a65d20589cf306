#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/change.h"
#include "common/mongo/client.h"
#include "common/mongo/session.h"
#include "common/state/violation.h"

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

/// What a person decided about a violation.
struct Settlement {
  Side take = Side::dynamodb;  ///< whose image is the key's value
  std::string who;
  std::string reason;
  std::int64_t at_ms = 0;
};

/// The `dead_letters` and `violations` collections. Adding the same id again changes nothing.
/// Violations are read in the form of the present version. Blocking; inside offload() only.
class Parked {
 public:
  explicit Parked(const std::string& database)
      : dead_letters_{database, "dead_letters"}, violations_{database, "violations"} {}

  Result<void> add(mongo::Client& client, const std::vector<DeadLetter>& letters,
                   mongo::Session* session = nullptr) const;
  Result<void> add(mongo::Client& client, const std::vector<Violation>& violations,
                   mongo::Session* session = nullptr) const;

  /// Stores a violation anew while it is being settled: what was stored under its id gives way.
  Result<void> save(mongo::Client& client, const Violation& violation) const;

  /// What was intended is done.
  Result<void> end_violation(mongo::Client& client, const std::string& id, Outcome outcome) const;

  /// Of one direction, or of all when it is empty.
  Result<std::int64_t> count_dead_letters(mongo::Client& client, const std::string& link,
                                          const std::string& direction = {}) const;
  Result<std::int64_t> count_violations(mongo::Client& client, const std::string& link) const;
  /// Of these violations, how many came out so.
  Result<std::int64_t> count_outcome(mongo::Client& client, const std::vector<std::string>& ids,
                                     Outcome outcome) const;
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
