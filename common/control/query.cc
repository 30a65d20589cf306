#include "common/control/query.h"

#include <fmt/core.h>

#include "common/control/state_write.h"
#include "common/dynamo/raw_json.h"

namespace crossfade::control {

std::string request_of(const Query& query) {
  dynamo::RequestBody names;
  names.text("#p", "pk").text("#s", "sk");
  std::string projection;
  for (std::size_t i = 0; i < query.attributes.size(); ++i) {
    const std::string placeholder = fmt::format("#a{}", i);
    names.text(placeholder, query.attributes[i]);
    projection += (i > 0 ? "," : "") + placeholder;
  }
  AttributeWriter values;
  values.text(":p", partition_of(query.group)).text(":s", query.prefix);
  dynamo::RequestBody request;
  request.text("TableName", query.table)
      .flag("ConsistentRead", true)
      .text("KeyConditionExpression", "#p = :p AND begins_with(#s, :s)")
      .text("ProjectionExpression", projection)
      .raw("ExpressionAttributeNames", std::move(names).finish())
      .raw("ExpressionAttributeValues", std::move(values).finish());
  if (query.descending) request.flag("ScanIndexForward", false);
  if (query.limit > 0) request.number("Limit", query.limit);
  if (!query.start_key.empty()) request.raw("ExclusiveStartKey", query.start_key);
  return std::move(request).finish();
}

Result<QueryPage> page_of(std::string_view answer) {
  const auto list = dynamo::raw_member(answer, "Items");
  const auto items = list ? dynamo::raw_elements(*list) : std::nullopt;
  if (!items) {
    return fail(Fault::transient,
                "DynamoDB's answer to a Query of the control table has no items.");
  }
  QueryPage page;
  for (const std::string_view item : *items) {
    TRY(Attributes read, attributes_of(item));
    page.items.push_back(std::move(read));
  }
  if (const auto next = dynamo::raw_member(answer, "LastEvaluatedKey")) page.next_key = *next;
  return page;
}

}  // namespace crossfade::control
