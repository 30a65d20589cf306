#include "sync/admin_reply.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace crossfade::sync {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

struct Reason {
  int status;
  std::string_view text;
};

constexpr std::array kReasons = {
    Reason{200, "OK"},
    Reason{202, "Accepted"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{422, "Unprocessable Content"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
};

int status_of(Fault fault) {
  switch (fault) {
    case Fault::not_found:
      return 404;
    case Fault::transient:
      return 408;
    case Fault::stopped:
    case Fault::conflict:
    case Fault::stale:
      return 409;
    case Fault::invalid:
      return 400;
    default:
      return 503;
  }
}

}  // namespace

std::string_view reason_of(int status) {
  const auto found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? "Internal Server Error" : found->text;
}

AdminReply problem(int status, std::string_view detail) {
  const Json body = {{"title", reason_of(status)}, {"status", status}, {"detail", detail}};
  return {.status = status, .content_type = "application/problem+json", .body = dumped(body)};
}

AdminReply problem(const Error& error) {
  return problem(status_of(error.fault), error.message);
}

std::string detail_of_problem(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return {};
  const auto detail = json.find("detail");
  return detail != json.end() && detail->is_string() ? detail->get<std::string>() : std::string();
}

std::string json_text(std::string_view text) {
  return dumped(Json(text));
}

}  // namespace crossfade::sync
