#pragma once

#include <string>

#include "sync/config.h"

namespace crossfade::sync {

/// What a single text must look like; each returns the rest of a sentence, or nothing when it is
/// good.
std::string link_name_fault(const std::string& name);
std::string table_name_fault(const std::string& table);
std::string database_fault(const std::string& database);
std::string collection_fault(const std::string& collection);
std::string field_name_fault(const std::string& field);
std::string mongodb_uri_fault(const std::string& uri);
std::string endpoint_fault(const std::string& endpoint);

std::string admin_tls_fault(const AdminTlsConfig& tls);

/// `127.0.0.1:8642`, `localhost:8642`, `[::1]:8642`. The error is the rest of a sentence.
Result<AdminConfig> parse_listen(const std::string& text);
std::string format_listen(const AdminConfig& admin);

/// A URI without its user, its password and the options that hold secrets.
std::string redacted_uri(const std::string& uri);

}  // namespace crossfade::sync
