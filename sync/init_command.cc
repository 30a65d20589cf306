#include "sync/init_command.h"

#include <fmt/core.h>

#include <ostream>

#include "sync/admin_reply.h"
#include "sync/cli_arguments.h"
#include "sync/cli_context.h"

namespace crossfade::sync {
namespace {

std::string json_of(const ControlTableMade& made, bool dry_run) {
  const std::string head =
      fmt::format(R"("table":{},"created":{})", json_text(made.table), made.created);
  if (!dry_run) return fmt::format("{{{}}}", head);
  return fmt::format(R"({{{},"missing":{},"by_hand":{}}})", head, made.missing,
                     json_text(made.by_hand));
}

std::string sentence_of(const ControlTableMade& made) {
  if (made.missing)
    return fmt::format("Nothing was done: the control table {} would be created, as by\n  {}",
                       made.table, made.by_hand);
  return fmt::format("The control table {} {}.", made.table,
                     made.created ? "is created" : "was there already");
}

}  // namespace

int init_command(const CliContext& context, const Config& config, const CliArguments& arguments) {
  const bool dry_run = arguments.of_group.dry_run;
  const auto made = context.make_control_table(config, dry_run);
  if (!made) return tell_error(context, arguments.json, made.error().message);
  context.out << (arguments.json ? json_of(*made, dry_run) : sentence_of(*made)) << "\n";
  return kOk;
}

}  // namespace crossfade::sync
