#include <mongoc/mongoc.h>

#include <algorithm>
#include <string_view>

#include "common/mongo/client.h"
#include "common/mongo/driver.h"
#include "common/mongo/uri.h"

namespace crossfade::mongo {
namespace {

void on_server_changed(const mongoc_apm_server_changed_t* event) {
  const std::string_view before =
      mongoc_server_description_type(mongoc_apm_server_changed_get_previous_description(event));
  const std::string_view after =
      mongoc_server_description_type(mongoc_apm_server_changed_get_new_description(event));
  if (before == after) return;
  auto& log = *static_cast<Log*>(mongoc_apm_server_changed_get_context(event));
  const std::string_view host = mongoc_apm_server_changed_get_host(event)->host_and_port;
  if (after == "Unknown")
    log.warning("mongodb_server_lost", {{"host", host}, {"was", before}});
  else
    log.info("mongodb_server_found", {{"host", host}, {"is", after}});
}

void watch_servers(mongoc_client_pool_t* pool, Log& log) {
  mongoc_apm_callbacks_t* callbacks = mongoc_apm_callbacks_new();
  mongoc_apm_set_server_changed_cb(callbacks, on_server_changed);
  mongoc_client_pool_set_apm_callbacks(pool, callbacks, &log);
  mongoc_apm_callbacks_destroy(callbacks);
}

}  // namespace

struct Pool::Impl {
  explicit Impl(mongoc_client_pool_t* owned) : pool(owned) {}
  ~Impl() { mongoc_client_pool_destroy(pool); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  mongoc_client_pool_t* pool;
};

Pool::Pool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pool::~Pool() = default;

Result<std::unique_ptr<Pool>> Pool::create(const PoolOptions& options, Log& log) {
  TRY(const Uri uri, parse_uri(options));
  bson_error_t error{};
  mongoc_client_pool_t* pool = mongoc_client_pool_new_with_error(uri.get(), &error);
  if (pool == nullptr) return to_error(error, {}, Activity::read);
  mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
  mongoc_client_pool_max_size(pool, std::max(options.max_clients, 1U));
  watch_servers(pool, log);
  return std::unique_ptr<Pool>(new Pool(std::make_unique<Impl>(pool)));
}

Client Pool::acquire() {
  mongoc_client_t* client = nullptr;
  while (client == nullptr) client = mongoc_client_pool_pop(impl_->pool);
  return Client(std::make_unique<Client::Impl>(impl_->pool, client));
}

}  // namespace crossfade::mongo
