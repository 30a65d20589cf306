#include "sync/init_command.h"

#include <fmt/core.h>

#include <ostream>

#include "sync/admin_reply.h"
#include "sync/cli_context.h"

namespace crossfade::sync {

int init_command(const CliContext& context, const Config& config, bool json) {
  const auto made = context.make_control_table(config);
  if (made && json) {
    context.out << fmt::format("{{\"table\":{},\"created\":{}}}\n", json_text(made->table),
                               made->created);
  } else if (made) {
    context.out << fmt::format("The control table {} {}.\n", made->table,
                               made->created ? "is created" : "was there already");
  }
  if (made) return kOk;
  return tell_error(context, json, made.error().message);
}

}  // namespace crossfade::sync
