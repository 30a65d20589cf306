#include "sync/config_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace crossfade::sync {
namespace {

bool only(const std::string& text, std::string_view besides_letters_and_digits) {
  return std::ranges::all_of(text, [besides_letters_and_digits](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           besides_letters_and_digits.find(c) != std::string_view::npos;
  });
}

bool holds_secret(std::string option) {
  std::ranges::transform(option, option.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return option.find("password") != std::string::npos ||
         option.find("properties") != std::string::npos;
}

std::string redacted_options(std::string_view options) {
  std::string out;
  while (!options.empty()) {
    const std::string_view option = options.substr(0, options.find('&'));
    options.remove_prefix(std::min(option.size() + 1, options.size()));
    const std::string name(option.substr(0, option.find('=')));
    out.append(out.empty() ? "?" : "&");
    out.append(holds_secret(name) ? name + "=***" : std::string(option));
  }
  return out;
}

Error bad_listen() {
  return fail(Fault::invalid, "must be an address and a port, as in \"127.0.0.1:8642\"");
}

}  // namespace

std::string link_name_fault(const std::string& name) {
  if (name.size() <= 64 && only(name, "_-")) return {};
  return "must be at most 64 letters, digits, \"-\" and \"_\"";
}

std::string table_name_fault(const std::string& table) {
  if (table.size() >= 3 && table.size() <= 255 && only(table, "_.-")) return {};
  return "must be a table's name: 3 to 255 letters, digits, \"_\", \".\" and \"-\"";
}

std::string database_fault(const std::string& database) {
  const bool good = !database.empty() && database.size() <= 63 &&
                    database.find_first_of("./\\ \"$*<>:|?") == std::string::npos;
  return good ? "" : "must be a name that MongoDB accepts for a database";
}

std::string collection_fault(const std::string& collection) {
  const std::size_t dot = collection.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == collection.size()) {
    return "must be \"<database>.<collection>\", as in \"shop.orders\"";
  }
  if (!database_fault(collection.substr(0, dot)).empty()) {
    return "begins with a name that MongoDB does not accept for a database";
  }
  const std::string name = collection.substr(dot + 1);
  if (name.find('$') != std::string::npos || name.starts_with("system.")) {
    return "ends with a name that MongoDB does not accept for a collection";
  }
  return {};
}

std::string field_name_fault(const std::string& field) {
  if (field.find_first_of(std::string_view(".$\0", 3)) == std::string::npos && field != "_id") {
    return {};
  }
  return "must be a field's name without \".\" and \"$\", and not \"_id\"";
}

std::string mongodb_uri_fault(const std::string& uri) {
  if (uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://")) return {};
  return "must begin with \"mongodb://\" or \"mongodb+srv://\"";
}

std::string endpoint_fault(const std::string& endpoint) {
  if (endpoint.empty() || endpoint.starts_with("http://") || endpoint.starts_with("https://")) {
    return {};
  }
  return "must begin with \"http://\" or \"https://\"";
}

std::string admin_tls_fault(const AdminTlsConfig& tls) {
  if (tls.certificate.empty() != tls.key.empty()) return "needs both its certificate and its key";
  if (tls.client_certificate.empty() != tls.client_key.empty()) {
    return "needs both its client_certificate and its client_key";
  }
  if (!tls.client_ca.empty() && tls.certificate.empty()) {
    return "has a client_ca without a certificate";
  }
  return {};
}

Result<AdminConfig> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad_listen();
  AdminConfig admin;
  admin.host = text.substr(0, colon);
  if (admin.host.front() == '[' && admin.host.back() == ']') {
    admin.host = admin.host.substr(1, admin.host.size() - 2);
  } else if (admin.host.find(':') != std::string::npos) {
    return bad_listen();
  }
  const char* end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data() + colon + 1, end, admin.port);
  if (fault != std::errc{} || stopped != end || admin.port == 0 || admin.host.empty()) {
    return bad_listen();
  }
  return admin;
}

std::string format_listen(const AdminConfig& admin) {
  const bool v6 = admin.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", admin.host, v6 ? "]" : "", admin.port);
}

std::string redacted_uri(const std::string& uri) {
  const std::size_t scheme = uri.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t at = uri.rfind('@');
  std::string out = uri.substr(0, begin);
  std::string rest = uri.substr(begin);
  if (at != std::string::npos && at >= begin) {
    out.append("***@");
    rest = uri.substr(at + 1);
  }
  const std::size_t question = rest.find('?');
  if (question == std::string::npos) return out + rest;
  return out + rest.substr(0, question) + redacted_options(rest.substr(question + 1));
}

}  // namespace crossfade::sync
