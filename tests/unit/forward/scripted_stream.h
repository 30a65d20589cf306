#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
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
  };

  void add_shard(const std::string& id, const std::string& parent = "");
  /// No more records; children may follow.
  void close(const std::string& shard);
  /// The stream has forgotten it.
  void forget(const std::string& shard);
  void disable();
  /// `change` has Keys, NewImage, OldImage as DynamoDB writes them; a `userIdentity` goes where
  /// DynamoDB puts it.
  void add(const std::string& shard, const std::string& sequence, nlohmann::json change,
           std::int64_t created_ms);
  /// The next GetRecords of any shard fails so.
  void fail_next_read(const std::string& code);

  std::vector<Iterator> iterators() const;
  int reads() const;

  fakes::Reply answer(const fakes::Received& request);

 private:
  struct Shard {
    std::string id;
    std::string parent;
    bool closed = false;
    std::vector<nlohmann::json> records;
  };

  nlohmann::json describe(const nlohmann::json& body) const;
  nlohmann::json iterator(const nlohmann::json& body);
  nlohmann::json records(const nlohmann::json& body);
  Shard& find(const std::string& id);

  mutable std::mutex mutex_;
  std::vector<Shard> shards_;
  std::vector<Iterator> iterators_;
  std::vector<std::string> errors_;
  int reads_ = 0;
  bool enabled_ = true;
};

}  // namespace crossfade::forward
