#include "sync/cli.h"

#include <fmt/core.h>

#include <algorithm>
#include <ostream>

#include "sync/admin_reply.h"
#include "sync/cli_arguments.h"
#include "sync/groups_commands.h"
#include "sync/map_command.h"
#include "sync/service_commands.h"
#include "sync/version.h"
#include "sync/violation_commands.h"

namespace crossfade::sync {
namespace {

using ServiceCommand = int (*)(const CliContext&, const CliArguments&, const AdminConfig&);

std::string config_file(const CliContext& context, const CliArguments& arguments) {
  if (!arguments.config.empty()) return arguments.config;
  return context.environment("CROSSFADE_CONFIG").value_or("");
}

Result<Config> config_of(const CliContext& context, const CliArguments& arguments) {
  const std::string file = config_file(context, arguments);
  if (file.empty()) {
    return fail(Fault::invalid, "no configuration: give --config F or set CROSSFADE_CONFIG");
  }
  return load_config(file, context.environment);
}

int ask_service(const CliContext& context, const CliArguments& arguments, ServiceCommand command) {
  const std::string file = config_file(context, arguments);
  AdminConfig admin;
  if (!file.empty()) {
    const auto configured = load_admin_config(file, context.environment);
    if (!configured) return tell_error(context, arguments.json, configured.error().message);
    admin = *configured;
  }
  return command(context, arguments, admin);
}

int check(const CliContext& context, const CliArguments& arguments, const Config& config) {
  if (!arguments.config_only) return check_command(context, config, arguments.json);
  if (arguments.json) {
    context.out << fmt::format("{{\"ok\":true,\"config\":{}}}\n", json_text(describe(config)));
  } else {
    context.out << describe(config);
  }
  return kOk;
}

int map(const CliContext& context, const CliArguments& arguments, const Config& config) {
  const LinkConfig* link = config.link(arguments.link);
  if (link == nullptr) {
    return tell_error(context, arguments.json,
                      fmt::format("there is no link \"{}\" in the configuration", arguments.link));
  }
  auto options = map_options(*link, arguments.key);
  if (!options) return tell_error(context, arguments.json, options.error().message);
  const codec::Mapper mapper(std::move(*options));
  const Side to = arguments.to == "mongodb" ? Side::mongodb : Side::dynamodb;
  return map_lines(mapper, to, context.in, context.out) == 0 ? kOk : kFailed;
}

int with_config(const CliContext& context, const CliArguments& arguments) {
  const auto config = config_of(context, arguments);
  if (!config) return tell_error(context, arguments.json, config.error().message);
  if (arguments.verb == Verb::check) return check(context, arguments, *config);
  if (arguments.verb == Verb::init) return init_command(context, *config, arguments);
  if (arguments.verb == Verb::map) return map(context, arguments, *config);
  return context.run(*config, arguments.run);
}

int print_version(const CliContext& context, bool json) {
  context.out << (json ? fmt::format("{{\"version\":\"{}\"}}\n", version())
                       : fmt::format("crossfade {}\n", version()));
  return kOk;
}

/// The command that asks the running service; null when the verb needs none.
ServiceCommand command_of(Verb verb) {
  switch (verb) {
    case Verb::status:
      return status_command;
    case Verb::wait:
      return wait_command;
    case Verb::violations:
    case Verb::deadletters:
      return list_command;
    case Verb::show_violation:
      return show_violation_command;
    case Verb::resolve_violation:
      return resolve_violation_command;
    case Verb::ramp:
    case Verb::rollback:
    case Verb::recover:
    case Verb::complete:
    case Verb::cancel:
      return move_command;
    case Verb::next:
    case Verb::why:
    case Verb::rules:
    case Verb::versions:
    case Verb::clients:
    case Verb::audit:
      return group_command;
    case Verb::forget_client:
      return forget_client_command;
    default:
      return nullptr;
  }
}

int dispatch(const CliContext& context, const CliArguments& arguments) {
  const ServiceCommand command = command_of(arguments.verb);
  if (command != nullptr) return ask_service(context, arguments, command);
  switch (arguments.verb) {
    case Verb::version:
      return print_version(context, arguments.json);
    case Verb::help:
      context.out << arguments.help;
      return kOk;
    default:
      return with_config(context, arguments);
  }
}

}  // namespace

int tell_error(const CliContext& context, bool json, std::string_view sentence, Exit code) {
  if (json) {
    context.out << fmt::format("{{\"error\":{}}}\n", json_text(sentence));
  } else {
    context.err << "crossfade: " << sentence << "\n";
  }
  return code;
}

int run_cli(const std::vector<std::string>& arguments, const CliContext& context) {
  const auto parsed = parse_arguments(arguments);
  const bool json = std::ranges::find(arguments, "--json") != arguments.end();
  if (!parsed) return tell_error(context, json, parsed.error().message);
  try {
    return dispatch(context, *parsed);
  } catch (const std::exception& exception) {
    return tell_error(context, json, exception.what());
  }
}

}  // namespace crossfade::sync
