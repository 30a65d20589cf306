#include "common/dynamo/client_impl.h"
#include "common/dynamo/raw_json.h"
#include "common/dynamo/request_body.h"

namespace crossfade::dynamo {

namespace {
constexpr std::size_t kOverheadBytes = 512;
}

Task<Result<std::string>> Client::scan(const ScanRequest& request) {
  RequestBody body;
  body.text("TableName", request.table)
      .number("Segment", request.segment)
      .number("TotalSegments", request.total_segments)
      .flag("ConsistentRead", request.consistent)
      .text("ReturnConsumedCapacity", "TOTAL");
  if (!request.start_key.empty()) body.raw("ExclusiveStartKey", request.start_key);
  if (request.limit > 0) body.number("Limit", request.limit);
  if (!request.projection.empty()) {
    body.text("ProjectionExpression", request.projection);
    body.raw("ExpressionAttributeNames", request.names_json);
  }
  return impl_->read(Service::tables, "Scan", request.table, std::move(body).finish());
}

Task<Result<std::string>> Client::query(std::string request_json) {
  std::string table(raw_text_member(request_json, "TableName"));
  return impl_->read(Service::tables, "Query", std::move(table), std::move(request_json));
}

Task<Result<std::string>> Client::get_item(std::string table, const std::string& key_json,
                                           bool consistent) {
  RequestBody body;
  body.text("TableName", table).raw("Key", key_json).flag("ConsistentRead", consistent);
  return impl_->read(Service::tables, "GetItem", std::move(table), std::move(body).finish());
}

Task<Result<WriteOutcome>> Client::put_item(const PutRequest& request) {
  RequestBody body(request.item_json.size() + kOverheadBytes);
  body.text("TableName", request.table).raw("Item", request.item_json);
  body.condition(request.condition);
  return impl_->write_item("PutItem", request.table, std::move(body).finish(), request.may_send);
}

Task<Result<WriteOutcome>> Client::update_item(const UpdateRequest& request) {
  RequestBody body(request.condition.values_json.size() + kOverheadBytes);
  body.text("TableName", request.table).raw("Key", request.key_json);
  body.text("UpdateExpression", request.update_expression).condition(request.condition);
  return impl_->write_item("UpdateItem", request.table, std::move(body).finish(), request.may_send);
}

Task<Result<WriteOutcome>> Client::delete_item(const DeleteRequest& request) {
  RequestBody body;
  body.text("TableName", request.table).raw("Key", request.key_json);
  body.condition(request.condition);
  return impl_->write_item("DeleteItem", request.table, std::move(body).finish(), request.may_send);
}

}  // namespace crossfade::dynamo
