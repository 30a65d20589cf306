#include "sync/cli_arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "sync/cli_group_arguments.h"
#include "sync/config_units.h"
#include "sync/exit_codes.h"

namespace crossfade::sync {
namespace {

constexpr const char* kFooter =
    "With --json an error is {\"error\": \"...\"} on standard output.\n"
    "Every configuration key: deploy/crossfade.example.yaml";

constexpr const char* kNoVerb =
    "say what to do: run, check, init, status, wait, map, rollout, rollback, recover, complete, "
    "cancel, next, why, audit, violations, deadletters or version";

/// The command line as CLI11 sees it, writing into `into`.
class Grammar {
 public:
  explicit Grammar(CliArguments& arguments) : into(arguments) {
    app.require_subcommand(1);
    app.fallthrough();
    app.get_formatter()->column_width(34);
    app.add_option("--config", into.config, "The configuration (else CROSSFADE_CONFIG)")
        ->type_name("F");
    app.add_flag("--json", into.json, "Print JSON");
    add_service_verbs();
    add_question_verbs();
    add_map();
    add_group_verbs(app, into);
    add_violation_verbs(add_listing("violations", "Changes on the side that does not own the key",
                                    Verb::violations));
    add_listing("deadletters", "Records that could not be applied", Verb::deadletters);
    verb("version", "Print the version", Verb::version);
    app.footer(exit_codes_text() + kFooter);
  }

  CLI::App app{"Crossfade keeps a DynamoDB table and a MongoDB collection in step, both ways.",
               "crossfade"};

 private:
  CLI::App* verb(const std::string& name, const std::string& help, Verb value) {
    CLI::App* command = app.add_subcommand(name, help);
    command->callback([this, value] { into.verb = value; });
    return command;
  }

  void add_link(CLI::App* command, bool required) {
    command->add_option("--link", into.link, "Name of the link")
        ->type_name("L")
        ->required(required);
  }

  void add_service_verbs() {
    CLI::App* run = verb("run", "Run the links until SIGTERM", Verb::run);
    run->add_flag("--resume", into.run.resume,
                  "Load into a collection with documents that an earlier load left there");
    run->add_flag("--into-existing", into.run.into_existing,
                  "Load into a collection with documents of its own");
    verb("check", "Check the configuration and both stores", Verb::check)
        ->add_flag("--config-only", into.config_only,
                   "Only read the configuration and print it with every default");
    add_dry_run(*verb("init", "Create the control table that groups need", Verb::init),
                into.of_group);
  }

  void add_question_verbs() {
    verb("status", "Show the links of the running service", Verb::status)
        ->add_flag("--watch", into.watch, "Again each second");
    CLI::App* wait = verb("wait", "Wait until a link has come so far", Verb::wait);
    add_link(wait, true);
    wait->add_option("--until", into.until, "copied, synced or drained")
        ->required()
        ->check(CLI::IsMember({"copied", "synced", "drained"}))
        ->type_name("S");
    wait->add_option_function<std::string>(
            "--timeout", [this](const std::string& text) { read_timeout(text); },
            "Give up after this time, as in 200ms, 60s, 5m (default 60s)")
        ->type_name("T");
  }

  void add_map() {
    CLI::App* map = verb("map", "Map lines of standard input to the other notation", Verb::map);
    add_link(map, true);
    map->add_option("--to", into.to, "mongodb: from DynamoDB JSON; dynamodb: from Extended JSON")
        ->required()
        ->check(CLI::IsMember({"mongodb", "dynamodb"}))
        ->type_name("S");
    map->add_option("--key", into.key, "Key attributes, pk or pk,sk (else those of the link)")
        ->type_name("K");
  }

  CLI::App* add_listing(const std::string& name, const std::string& help, Verb value) {
    CLI::App* group = app.add_subcommand(name, help);
    group->require_subcommand(1);
    CLI::App* list = group->add_subcommand("list", "The newest of them");
    list->callback([this, value] { into.verb = value; });
    add_link(list, false);
    list->add_option("--limit", into.limit, "At most so many (default 100)")
        ->check(CLI::Range(1, 1000))
        ->type_name("N");
    return group;
  }

  void add_violation_verbs(CLI::App* violations) {
    CLI::App* show = violations->add_subcommand("show", "One of them, with both images");
    show->callback([this] { into.verb = Verb::show_violation; });
    CLI::App* resolve = violations->add_subcommand("resolve", "End it by the image of one side");
    resolve->callback([this] { into.verb = Verb::resolve_violation; });
    for (CLI::App* command : {show, resolve}) {
      command->add_option("id", into.id, "As the list shows it")->required()->type_name("ID");
    }
    resolve->add_option("--take", into.take, "The side whose image holds: dynamodb or mongodb")
        ->required()
        ->check(CLI::IsMember({"dynamodb", "mongodb"}))
        ->type_name("S");
    add_statement(*resolve, into.of_group);
    add_dry_run(*resolve, into.of_group);
  }

  void read_timeout(const std::string& text) {
    const auto timeout = parse_duration(text);
    if (!timeout || *timeout > std::chrono::hours(24)) {
      throw CLI::ValidationError("--timeout", "\"" + text + "\" is no duration such as 60s");
    }
    into.timeout = *timeout;
  }

  CliArguments& into;
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<CliArguments> parse_arguments(std::vector<std::string> arguments) {
  CliArguments out;
  Grammar grammar(out);
  std::ranges::reverse(arguments);
  try {
    grammar.app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    out.verb = Verb::help;
    out.help = grammar.app.help();
  } catch (const CLI::RequiredError& error) {
    const bool no_verb = grammar.app.get_subcommands().empty();
    const std::string what = no_verb ? std::string(kNoVerb) : first_line(error.what());
    return fail(Fault::invalid, what + "; see crossfade --help");
  } catch (const CLI::ParseError& error) {
    return fail(Fault::invalid, first_line(error.what()) + "; see crossfade --help");
  }
  return out;
}

}  // namespace crossfade::sync
