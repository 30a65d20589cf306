#include "sync/cli_group_arguments.h"

#include <charconv>

#include "sync/config_units.h"

namespace crossfade::sync {
namespace {

CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& help,
                   CliArguments& into, Verb value) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->callback([&into, value] { into.verb = value; });
  command->add_option("--group", into.of_group.group, "The group (else the service's only one)")
      ->type_name("G");
  return command;
}

void add_limit(CLI::App& command, int& into) {
  command.add_option("--limit", into, "At most so many (default 100)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
}

void add_list(CLI::App& command, const std::string& option, std::vector<std::string>& into,
              const std::string& help, const std::string& type) {
  command.add_option(option, into, help)->allow_extra_args(false)->type_name(type);
}

void read_budget(const std::string& text, GroupArguments& into) {
  into.budget = parse_duration(text);
  if (!into.budget) {
    throw CLI::ValidationError("--budget", "\"" + text + "\" is no duration such as 5s");
  }
}

/// What every verb takes that goes through the guards.
void add_guarded(CLI::App& command, GroupArguments& into) {
  add_dry_run(command, into);
  add_list(command, "--override", into.overrides, "Go on in spite of a guard that is judgement",
           "GUARD");
  add_statement(command, into);
}

void add_hand_off(CLI::App& command, GroupArguments& into) {
  add_guarded(command, into);
  command
      .add_option_function<std::string>(
          "--budget", [&into](const std::string& text) { read_budget(text, into); },
          "Undo it when it takes longer (default 5s)")
      ->type_name("T");
  command
      .add_option("--verify", into.verify, "recent, or cohort: every key of the moving subjects")
      ->check(CLI::IsMember({"recent", "cohort"}))
      ->type_name("SCOPE");
}

std::string percentage_fault(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, value);
  const bool good = fault == std::errc{} && stopped == end && value >= 0 && value <= 100;
  return good ? "" : text + " is no percentage from 0 to 100";
}

void add_percentage(CLI::App& command, GroupArguments& into) {
  command.add_option("--to", into.to, "So many percent of the subjects on MongoDB")
      ->check(percentage_fault)
      ->type_name("P");
}

void add_ramp(CLI::App& rollout, CliArguments& into) {
  CLI::App* ramp = add_verb(rollout, "ramp", "Move subjects to MongoDB", into, Verb::ramp);
  GroupArguments& group = into.of_group;
  add_percentage(*ramp, group);
  add_list(*ramp, "--allow", group.allow, "A subject that goes to MongoDB by name", "A");
  add_list(*ramp, "--deny", group.deny, "A subject that stays with DynamoDB by name", "D");
  add_list(*ramp, "--unlist", group.unlist, "A subject that goes by the percentage again", "U");
  ramp->add_option("--allow-file", group.allow_file, "A file with a subject on each line")
      ->type_name("F");
  add_hand_off(*ramp, group);
}

void add_rollback(CLI::App& app, CliArguments& into) {
  CLI::App* rollback = add_verb(app, "rollback", "Move all subjects back to DynamoDB, or some",
                                into, Verb::rollback);
  GroupArguments& group = into.of_group;
  add_percentage(*rollback, group);
  add_list(*rollback, "--subject", group.deny, "Only this subject", "S");
  rollback->add_flag("--unplanned", group.unplanned, "MongoDB is gone: do not wait for it");
  add_hand_off(*rollback, group);
}

void add_rollout(CLI::App& app, CliArguments& into) {
  CLI::App* rollout = app.add_subcommand("rollout", "Move subjects, and look at the rules");
  rollout->require_subcommand(1);
  add_ramp(*rollout, into);
  add_verb(*rollout, "rules", "The rules as they hold now", into, Verb::rules);
  add_limit(*add_verb(*rollout, "versions", "Every version of them", into, Verb::versions),
            into.limit);
  CLI::App* clients =
      add_verb(*rollout, "clients", "The applications that follow them", into, Verb::clients);
  clients->callback(
      [&into] { into.verb = into.of_group.client.empty() ? Verb::clients : Verb::forget_client; });
  clients->add_option("--forget", into.of_group.client, "Wait no more for this one")
      ->type_name("ID");
  add_dry_run(*clients, into.of_group);
  add_statement(*clients, into.of_group);
}

}  // namespace

void add_dry_run(CLI::App& command, GroupArguments& into) {
  command.add_flag("--dry-run", into.dry_run, "Say what would be done, and do nothing");
}

void add_statement(CLI::App& command, GroupArguments& into) {
  command.add_option("--reason", into.reason, "Why, for the audit")->type_name("R");
  command.add_option("--who", into.who, "Who wants it (default user@host)")->type_name("W");
}

void add_group_verbs(CLI::App& app, CliArguments& into) {
  add_rollout(app, into);
  add_rollback(app, into);
  const auto guarded = [&](const char* name, const char* help, Verb verb) {
    add_guarded(*add_verb(app, name, help, into, verb), into.of_group);
  };
  guarded("recover", "Bring over what an unplanned rollback left on MongoDB", Verb::recover);
  guarded("complete", "End the move: every subject is on MongoDB", Verb::complete);
  guarded("cancel", "Give the move up: every subject is on DynamoDB", Verb::cancel);
  add_verb(app, "next", "What may be done now, and what stands in the way", into, Verb::next);
  add_verb(app, "why", "Why a group is as it is, and what happened last", into, Verb::why);
  add_limit(*add_verb(app, "audit", "Every changing call", into, Verb::audit), into.limit);
}

}  // namespace crossfade::sync
