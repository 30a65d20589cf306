#include "sync/control_table_maker.h"

#include "common/control/control_table.h"
#include "sync/process.h"
#include "sync/run_to_end.h"

namespace crossfade::sync {

Result<ControlTableMade> make_control_table(const Config& config) {
  boost::asio::io_context context(1);
  const RunOptions options;
  TRY(const auto process, Process::create(config, options, context.get_executor()));
  control::ControlTable table(process->environment().dynamo, config.control.table,
                              config.dynamodb.region);
  TRY(const bool created, run_to_end(context, table.create()));
  process->environment().dynamo.stop();
  return ControlTableMade{config.control.table, created};
}

}  // namespace crossfade::sync
