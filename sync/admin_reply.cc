#include "sync/admin_reply.h"

#include <nlohmann/json.hpp>

namespace crossfade::sync {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int status_of(Fault fault) {
  switch (fault) {
    case Fault::not_found:
      return 404;
    case Fault::transient:
      return 408;
    case Fault::stopped:
      return 409;
    default:
      return 503;
  }
}

}  // namespace

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

AdminReply problem(int status, std::string_view detail) {
  const Json body = {{"title", reason_of(status)}, {"status", status}, {"detail", detail}};
  return {status, "application/problem+json", dumped(body)};
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
