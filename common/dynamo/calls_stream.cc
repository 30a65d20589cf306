#include <nlohmann/json.hpp>

#include "common/dynamo/client_impl.h"
#include "common/dynamo/request_body.h"

namespace crossfade::dynamo {
namespace {

using nlohmann::json;

std::string_view type_of(IteratorRequest::From from) {
  switch (from) {
    case IteratorRequest::From::trim_horizon:
      return "TRIM_HORIZON";
    case IteratorRequest::From::latest:
      return "LATEST";
    case IteratorRequest::From::at_sequence:
      return "AT_SEQUENCE_NUMBER";
    case IteratorRequest::From::after_sequence:
      return "AFTER_SEQUENCE_NUMBER";
  }
  return {};
}

std::string text_of(const json& object, const char* name) {
  return object.value(name, "");
}

Shard read_shard(const json& shard) {
  const json& range = shard.at("SequenceNumberRange");
  return Shard{.id = text_of(shard, "ShardId"),
               .parent = text_of(shard, "ParentShardId"),
               .first_sequence = text_of(range, "StartingSequenceNumber"),
               .last_sequence = text_of(range, "EndingSequenceNumber")};
}

Error unreadable(std::string_view operation) {
  return fail(Fault::transient,
              "The answer of DynamoDB to " + std::string(operation) + " cannot be read.");
}

Result<StreamDescription> read_description(const std::string& body) {
  try {
    const json answer = json::parse(body);
    const json& stream = answer.at("StreamDescription");
    StreamDescription result;
    result.status = text_of(stream, "StreamStatus");
    result.view_type = text_of(stream, "StreamViewType");
    result.next_after = text_of(stream, "LastEvaluatedShardId");
    const auto shards = stream.find("Shards");
    if (shards == stream.end()) return result;
    for (const json& shard : *shards) result.shards.push_back(read_shard(shard));
    return result;
  } catch (const std::exception&) {
    return unreadable("DescribeStream");
  }
}

Result<std::string> read_iterator(const std::string& body) {
  try {
    return json::parse(body).at("ShardIterator").get<std::string>();
  } catch (const std::exception&) {
    return unreadable("GetShardIterator");
  }
}

}  // namespace

Task<Result<StreamDescription>> Client::describe_stream(const DescribeStreamRequest& request) {
  RequestBody description;
  description.text("StreamArn", request.stream_arn);
  if (!request.after_shard.empty()) {
    description.text("ExclusiveStartShardId", request.after_shard);
  }
  if (!request.children_of.empty()) {
    RequestBody filter;
    filter.text("Type", "CHILD_SHARDS").text("ShardId", request.children_of);
    description.raw("ShardFilter", std::move(filter).finish());
  }
  CO_TRY(const std::string body,
         co_await impl_->read(Service::streams, "DescribeStream", request.stream_arn,
                              std::move(description).finish()));
  co_return read_description(body);
}

Task<Result<std::string>> Client::get_shard_iterator(const IteratorRequest& request) {
  RequestBody where;
  where.text("StreamArn", request.stream_arn).text("ShardId", request.shard);
  where.text("ShardIteratorType", type_of(request.from));
  if (!request.sequence.empty()) where.text("SequenceNumber", request.sequence);
  CO_TRY(const std::string body,
         co_await impl_->read(Service::streams, "GetShardIterator", request.stream_arn,
                              std::move(where).finish()));
  co_return read_iterator(body);
}

Task<Result<std::string>> Client::get_records(const std::string& iterator, int limit) {
  RequestBody request(iterator.size() + 64);
  request.text("ShardIterator", iterator);
  if (limit > 0) request.number("Limit", limit);
  return impl_->read(Service::streams, "GetRecords", "of the iterator",
                     std::move(request).finish());
}

}  // namespace crossfade::dynamo
