#pragma once

#include <optional>
#include <string>

#include "sync/admin_client.h"
#include "sync/cli_context.h"

namespace crossfade::sync {

/// A call that changes something at the service.
struct ChangingCall {
  AdminCall call;
  std::string what;  ///< "ramp"
  Milliseconds limit{60'000};
  std::optional<AdminWatch> watch;
};

/// Sends it until its outcome is known: a lost answer is asked for again under the same key, so
/// that nothing happens twice, and a person is told so. An error with `outcome_unknown` when it
/// stays lost: then the state must be looked at. Any other error: nothing was done.
Result<AdminAnswer> send_to_its_end(AdminClient& client, const ChangingCall& call,
                                    const CliContext& context);

/// Tells the answer, a problem included, and returns the exit code: that of its `outcome`, else of
/// its status. `text`: what a person reads after the sentence.
int tell_answer(const CliContext& context, bool json, const AdminAnswer& answer,
                const std::string& text = {});

}  // namespace crossfade::sync
