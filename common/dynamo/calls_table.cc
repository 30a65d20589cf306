#include <nlohmann/json.hpp>

#include "common/dynamo/client_impl.h"
#include "common/dynamo/raw_json.h"
#include "common/dynamo/request_body.h"

namespace crossfade::dynamo {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
  return object.value(name, "");
}

char type_of(const json& table, const std::string& attribute) {
  for (const json& definition : table.at("AttributeDefinitions")) {
    if (text_of(definition, "AttributeName") == attribute) {
      return text_of(definition, "AttributeType").at(0);
    }
  }
  return 'S';
}

struct KeyNames {
  std::string hash;
  std::string sort;
};

KeyNames key_names(const json& owner) {
  KeyNames names;
  for (const json& element : owner.at("KeySchema")) {
    std::string& place = text_of(element, "KeyType") == "HASH" ? names.hash : names.sort;
    place = text_of(element, "AttributeName");
  }
  return names;
}

void read_indexes(const json& table, const char* member, bool global, TableDescription& result) {
  const auto found = table.find(member);
  if (found == table.end() || !found->is_array()) return;
  for (const json& index : *found) {
    KeyNames names = key_names(index);
    result.indexes.push_back(
        {text_of(index, "IndexName"), std::move(names.hash), std::move(names.sort), global});
  }
}

void read_stream(const json& table, TableDescription& result) {
  const auto specification = table.find("StreamSpecification");
  if (specification != table.end() && specification->is_object()) {
    result.stream_enabled = specification->value("StreamEnabled", false);
    result.stream_view_type = text_of(*specification, "StreamViewType");
  }
  if (result.stream_enabled) result.stream_arn = text_of(table, "LatestStreamArn");
}

TableDescription read_table(const json& table) {
  TableDescription result;
  result.name = text_of(table, "TableName");
  result.status = text_of(table, "TableStatus");
  result.arn = text_of(table, "TableArn");
  KeyNames names = key_names(table);
  result.hash = std::move(names.hash);
  result.sort = std::move(names.sort);
  result.hash_type = type_of(table, result.hash);
  if (!result.sort.empty()) result.sort_type = type_of(table, result.sort);
  read_stream(table, result);
  read_indexes(table, "LocalSecondaryIndexes", false, result);
  read_indexes(table, "GlobalSecondaryIndexes", true, result);
  result.item_count = table.value("ItemCount", std::int64_t{0});
  result.size_bytes = table.value("TableSizeBytes", std::int64_t{0});
  return result;
}

Error unreadable(std::string_view operation) {
  return fail(Fault::transient,
              "The answer of DynamoDB to " + std::string(operation) + " cannot be read.");
}

Result<TableDescription> read_description(const std::string& body) {
  try {
    return read_table(json::parse(body).at("Table"));
  } catch (const std::exception&) {
    return unreadable("DescribeTable");
  }
}

/// Adds the names of a page; returns where the next one starts, empty at the end.
Result<std::string> read_names(const std::string& body, std::vector<std::string>& names) {
  try {
    const json page = json::parse(body);
    for (const json& name : page.at("TableNames")) names.push_back(name);
    return text_of(page, "LastEvaluatedTableName");
  } catch (const std::exception&) {
    return unreadable("ListTables");
  }
}

}  // namespace

Task<Result<TableDescription>> Client::describe_table(std::string table) {
  RequestBody request;
  request.text("TableName", table);
  CO_TRY(const std::string body,
         co_await impl_->read(Service::tables, "DescribeTable", std::move(table),
                              std::move(request).finish()));
  co_return read_description(body);
}

Task<Result<std::vector<std::string>>> Client::list_tables() {
  std::vector<std::string> names;
  std::string start;
  do {
    RequestBody request;
    if (!start.empty()) request.text("ExclusiveStartTableName", start);
    CO_TRY(const std::string body,
           co_await impl_->read(Service::tables, "ListTables", "", std::move(request).finish()));
    CO_TRY(start, read_names(body, names));
  } while (!start.empty());
  co_return names;
}

Task<Result<void>> Client::create_table(std::string request_json) {
  return impl_->change_table("CreateTable", std::move(request_json));
}

Task<Result<void>> Client::update_table(std::string request_json) {
  return impl_->change_table("UpdateTable", std::move(request_json));
}

Task<Result<void>> Client::Impl::change_table(std::string_view operation, std::string body) {
  Call call;
  call.operation = operation;
  call.resource = raw_text_member(body, "TableName");
  call.body = std::move(body);
  call.write = true;
  const CallOutcome outcome = co_await caller->call(call);
  if (!outcome.body) co_return outcome.body.error();
  co_return Result<void>();
}

}  // namespace crossfade::dynamo
