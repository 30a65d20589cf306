#pragma once

#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "tests/fakes/http_server.h"

namespace crossfade::forward {

/// A stream that a test fills record by record, behind an HttpServer. Thread-safe.
class ScriptedStream {
 public:
  struct Iterator {
    std::string shard;
    std::string type;
    std::string sequence;

    bool operator==(const Iterator&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Iterator& one) {
      return out << one.shard << " " << one.type << " " << one.sequence;
    }
  };

  void add_shard(const std::string& id, const std::string& parent = "");
  /// No more records; children may follow.
  void close(const std::string& shard);
  /// The stream has forgotten it.
  void forget(const std::string& shard);
  /// Its first records are older than 24 hours: an iterator at its begin is refused.
  void trim_begin(const std::string& shard);
  void disable();
  /// `change` has Keys, NewImage, OldImage as DynamoDB writes them; a `userIdentity` goes where
  /// DynamoDB puts it.
  void add(const std::string& shard, const std::string& sequence, nlohmann::json change,
           std::int64_t created_ms);
  /// The next GetRecords of any shard fails so.
  void fail_next_read(const std::string& code);

  std::vector<Iterator> iterators() const;

  fakes::Reply answer(const fakes::Received& request);

 private:
  struct Shard {
    std::string id;
    std::string parent;
    bool closed = false;
    bool trimmed = false;
    std::vector<nlohmann::json> records;
  };

  nlohmann::json describe(const nlohmann::json& body) const;
  fakes::Reply iterator(const nlohmann::json& body);
  nlohmann::json records(const nlohmann::json& body);
  Shard& find(const std::string& id);

  mutable std::mutex mutex_;
  std::vector<Shard> shards_;
  std::vector<Iterator> iterators_;
  std::vector<std::string> errors_;
  bool enabled_ = true;
};

}  // namespace crossfade::forward
