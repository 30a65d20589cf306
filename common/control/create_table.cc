#include <fmt/core.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/control/control_table.h"
#include "common/control/table_errors.h"
#include "common/dynamo/request_body.h"

namespace crossfade::control {
namespace {

constexpr Milliseconds kLookAgain{500};
constexpr int kLooks = 240;

std::string request_for(const std::string& table) {
  dynamo::RequestBody request(512);
  request.text("TableName", table)
      .raw(
          "AttributeDefinitions",
          R"([{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}])")
      .raw("KeySchema",
           R"([{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}])")
      .text("BillingMode", "PAY_PER_REQUEST");
  return std::move(request).finish();
}

Result<void> check_keys(const dynamo::TableDescription& table) {
  const bool good =
      table.hash == "pk" && table.hash_type == 'S' && table.sort == "sk" && table.sort_type == 'S';
  if (good) return {};
  return fail(Fault::invalid,
              fmt::format("The table {} is no control table: its keys are not pk and sk, both of "
                          "type S. Give another name as control.table.",
                          table.name));
}

bool is_taken(const Error& error) {
  return error.detail.find("ResourceInUseException") != std::string::npos;
}

}  // namespace

std::string create_table_command(const std::string& table, const std::string& region) {
  return fmt::format(
      "aws dynamodb create-table{} --table-name {}"
      " --attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S"
      " --key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE"
      " --billing-mode PAY_PER_REQUEST",
      region.empty() ? "" : " --region " + region, table);
}

Error explained(Error error, const std::string& table) {
  if (error.fault == Fault::not_found) {
    error.message = fmt::format(
        "There is no control table {}: create it with `crossfade init`, or check control.table, "
        "the region and the account.",
        table);
  }
  return error;
}

/// Dying here: the table is there or not; running it again goes on.
Task<Result<bool>> ControlTable::create() {
  CO_TRY(const bool created, co_await begin_creating());
  CO_TRY_VOID(co_await wait_until_active());
  co_return created;
}

Task<Result<void>> ControlTable::check() {
  const auto table = co_await client_.describe_table(table_);
  if (!table) co_return explained(table.error(), table_);
  CO_TRY_VOID(check_keys(*table));
  if (table->status == "ACTIVE" || table->status == "UPDATING") co_return Result<void>();
  co_return fail(Fault::unavailable,
                 fmt::format("The control table {} is not ready yet ({}): try again in a moment.",
                             table_, table->status));
}

Task<Result<bool>> ControlTable::is_there() {
  const auto there = co_await client_.describe_table(table_);
  if (!there && there.error().fault == Fault::not_found) co_return false;
  if (!there) co_return with_command(there.error());
  CO_TRY_VOID(check_keys(*there));
  co_return true;
}

/// True when this call created it.
Task<Result<bool>> ControlTable::begin_creating() {
  CO_TRY(const bool there, co_await is_there());
  if (there) co_return false;
  const auto created = co_await client_.create_table(request_for(table_));
  if (created) co_return true;
  if (is_taken(created.error())) co_return false;
  co_return with_command(created.error());
}

Task<Result<void>> ControlTable::wait_until_active() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (int looks = 0; looks < kLooks; ++looks) {
    const auto table = co_await client_.describe_table(table_);
    if (!table && table.error().fault != Fault::not_found) co_return table.error();
    if (table) CO_TRY_VOID(check_keys(*table));
    if (table && table->status == "ACTIVE") co_return Result<void>();
    timer.expires_after(kLookAgain);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  co_return fail(Fault::unavailable,
                 fmt::format("The control table {} is still being created after two minutes: run "
                             "`crossfade init` again.",
                             table_));
}

Error ControlTable::with_command(Error error) const {
  if (error.fault == Fault::forbidden) {
    error.message += " Or let somebody who may create the control table: " +
                     create_table_command(table_, region_);
  }
  return error;
}

}  // namespace crossfade::control
