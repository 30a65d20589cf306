#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "sync/check_command.h"
#include "sync/config.h"
#include "sync/exit_codes.h"
#include "sync/init_command.h"
#include "sync/run_options.h"

namespace crossfade::sync {

/// The world of a command, handed in so that a test can be it.
struct CliContext {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  ///< `out` is one: colours and movement may be used
  Environment environment;
  /// Waits between two looks; false ends the command.
  std::function<bool(Milliseconds)> pause;
  std::function<int(const Config&, const RunOptions&)> run;
  Checker check;
  bool err_terminal = false;  ///< `err` is one: the progress of a verb is shown there
  std::string who;            ///< user@host
  /// Makes what nobody else makes: the key of a changing request.
  std::function<std::string()> new_id;
  ControlTableMaker make_control_table;
};

/// Tells an error the way it was asked for: one sentence on `err`, or {"error": ...} on `out`.
int tell_error(const CliContext& context, bool json, std::string_view sentence,
               Exit code = kFailed);

}  // namespace crossfade::sync
