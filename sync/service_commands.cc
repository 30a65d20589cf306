#include "sync/service_commands.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/admin_client.h"
#include "sync/status_json.h"
#include "sync/status_text.h"

namespace crossfade::sync {
namespace {

constexpr Milliseconds kAnswerWithin{10'000};
constexpr Milliseconds kListWithin{60'000};
constexpr Milliseconds kBetweenLooks{1'000};
constexpr const char* kClearScreen = "\x1b[H\x1b[2J";

struct Look {
  std::string json;
  std::vector<LinkStatus> links;
};

Result<Look> look(AdminClient& client) {
  TRY(const AdminAnswer answer, client.get("/v1/links", kAnswerWithin));
  TRY(std::string json, body_of(answer));
  TRY(auto links, links_from_json(json));
  return Look{std::move(json), std::move(links)};
}

void show(const CliContext& context, const CliArguments& arguments, const Look& seen,
          const std::optional<EarlierStatus>& earlier) {
  if (arguments.json) {
    context.out << seen.json << std::endl;
    return;
  }
  if (arguments.watch && context.terminal) context.out << kClearScreen;
  context.out << to_text(seen.links, earlier);
  if (arguments.watch && !context.terminal) context.out << "\n";
  context.out.flush();
}

void show_documents(std::ostream& out, const std::string& body, const std::string& name) {
  const auto whole = nlohmann::ordered_json::parse(body, nullptr, false);
  const auto documents = whole.value(name, nlohmann::ordered_json::array());
  for (const auto& document : documents) out << document.dump() << "\n";
  out << fmt::format("{}{} shown\n", documents.size(),
                     whole.value("truncated", false) ? ", cut off at 16 MiB," : "");
}

}  // namespace

int status_command(const CliContext& context, const CliArguments& arguments,
                   const AdminConfig& admin) {
  AdminClient client(admin);
  std::optional<EarlierStatus> earlier;
  while (true) {
    auto seen = look(client);
    if (!seen) return tell_error(context, arguments.json, seen.error().message);
    show(context, arguments, *seen, earlier);
    if (!arguments.watch || !context.pause(kBetweenLooks)) return kOk;
    earlier = EarlierStatus{std::move(seen->links), kBetweenLooks};
  }
}

int wait_command(const CliContext& context, const CliArguments& arguments,
                 const AdminConfig& admin) {
  AdminClient client(admin);
  const std::string target =
      fmt::format("/v1/links/{}/wait?until={}&timeout_ms={}", url_encoded(arguments.link),
                  arguments.until, arguments.timeout.count());
  const auto answer = client.get(target, arguments.timeout + kAnswerWithin);
  if (!answer) return tell_error(context, arguments.json, answer.error().message);
  const auto body = body_of(*answer);
  if (!body) {
    const Exit code = answer->status == 408   ? kTimeRanOut
                      : answer->status == 409 ? kLinkStopped
                                              : kFailed;
    return tell_error(context, arguments.json, body.error().message, code);
  }
  if (arguments.json) {
    context.out << *body << "\n";
  } else {
    context.out << fmt::format("{} is {}.\n", arguments.link, arguments.until);
  }
  return kOk;
}

int list_command(const CliContext& context, const CliArguments& arguments,
                 const AdminConfig& admin) {
  AdminClient client(admin);
  const std::string name = arguments.verb == Verb::violations ? "violations" : "deadletters";
  const std::string target =
      fmt::format("/v1/{}?link={}&limit={}", name, url_encoded(arguments.link), arguments.limit);
  const auto answer = client.get(target, kListWithin);
  if (!answer) return tell_error(context, arguments.json, answer.error().message);
  const auto body = body_of(*answer);
  if (!body) return tell_error(context, arguments.json, body.error().message);
  if (arguments.json) {
    context.out << *body << "\n";
  } else {
    show_documents(context.out, *body, name);
  }
  return kOk;
}

}  // namespace crossfade::sync
