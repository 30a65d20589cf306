#include "common/mongo/client.h"

#include <mongoc/mongoc.h>

#include <charconv>

#include "common/codec/document.h"
#include "common/mongo/driver.h"

namespace crossfade::mongo {
namespace {

constexpr std::size_t kLongestNamespace = 255;

int major_of(std::string_view version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

}  // namespace

Result<Namespace> parse_namespace(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view database = text.substr(0, dot);
  const bool named = dot != std::string_view::npos && dot > 0 && dot + 1 < text.size();
  if (!named || text.size() > kLongestNamespace || text.find('\0') != std::string_view::npos ||
      text.find('$') != std::string_view::npos ||
      database.find_first_of("/\\ \"") != std::string_view::npos)
    return fail(Fault::invalid,
                "\"" + std::string(text) +
                    "\" does not name a collection: it is written database.collection");
  return Namespace{std::string(database), std::string(text.substr(dot + 1))};
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<std::string> Client::command(const std::string& database, std::string_view command) {
  const Borrowed request(command);
  if (!request.valid()) return not_a_document("command");
  Reply reply;
  bson_error_t error{};
  if (!mongoc_client_command_simple(impl_->client, database.c_str(), request.get(), nullptr,
                                    reply.get(), &error))
    return to_error(error, reply.bytes(), Activity::write);
  return std::string(reply.bytes());
}

Result<ServerFacts> Client::server() {
  TRY(const std::string hello,
      command("admin", codec::DocumentBuilder().int32("hello", 1).finish()));
  TRY(const std::string build,
      command("admin", codec::DocumentBuilder().int32("buildInfo", 1).finish()));
  const codec::DocumentView state(hello);
  ServerFacts facts;
  facts.version = codec::DocumentView(build).text("version").value_or("");
  facts.major = major_of(facts.version);
  facts.replica_set = state.text("setName").value_or("");
  facts.sharded = state.text("msg") == "isdbgrid";
  return facts;
}

}  // namespace crossfade::mongo
