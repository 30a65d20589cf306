#include "sync/control_table_maker.h"

#include "common/control/control_table.h"
#include "sync/process.h"
#include "sync/run_to_end.h"

namespace crossfade::sync {

Result<ControlTableMade> make_control_table(const Config& config, bool dry_run) {
  boost::asio::io_context context(1);
  const RunOptions options;
  TRY(const auto process, Process::create(config, options, context.get_executor()));
  control::ControlTable table(process->environment().dynamo, config.control.table,
                              config.dynamodb.region);
  ControlTableMade out{config.control.table, false, false, {}};
  if (dry_run) {
    TRY(const bool there, run_to_end(context, table.is_there()));
    out.missing = !there;
    out.by_hand = control::create_table_command(table.name(), config.dynamodb.region);
  } else {
    TRY(out.created, run_to_end(context, table.create()));
  }
  process->environment().dynamo.stop();
  return out;
}

}  // namespace crossfade::sync
