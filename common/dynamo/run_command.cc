#include "common/dynamo/run_command.h"

#include "common/base/subprocess.h"

namespace crossfade::dynamo {
namespace {

Error failed(std::string why) {
  return fail(Fault::credentials, "The credential_process of the profile " + std::move(why) + ".");
}

}  // namespace

Result<std::string> run_command(const std::string& command) {
  SubprocessOptions options;
  options.arguments = {"/bin/sh", "-c", command};
  SubprocessEnd end = run_subprocess(options);
  using How = SubprocessEnd::How;
  if (end.how == How::could_not_start) return failed("cannot be started");
  if (end.how == How::took_too_long || end.how == How::wrote_too_much)
    return failed("wrote too much or did not end within a minute");
  if (!end.good()) return failed("failed");
  return std::move(end.output);
}

}  // namespace crossfade::dynamo
