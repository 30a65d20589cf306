#include "common/dynamo/http.h"

#include <fmt/core.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>

#include "common/dynamo/http_connection.h"
#include "common/dynamo/http_message.h"
#include "common/dynamo/tls_context.h"

namespace crossfade::dynamo {
namespace asio = boost::asio;
namespace {

using SteadyClock = std::chrono::steady_clock;
using ConnectionPointer = std::unique_ptr<HttpConnection>;

/// The connections to one target: how many are in use, those at rest, and who waits for one.
class Slots {
 public:
  /// Waits for its turn, first come, first served.
  Task<void> take(Executor executor, std::size_t limit) {
    if (in_use_ < limit) {
      ++in_use_;
      co_return;
    }
    asio::steady_timer turn(executor, SteadyClock::time_point::max());
    waiting_.push_back(&turn);
    co_await turn.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  /// Hands the turn to the first who waits.
  void give_back() {
    if (waiting_.empty()) {
      --in_use_;
      return;
    }
    waiting_.front()->cancel();
    waiting_.pop_front();
  }

  /// The connection used last, so that the others grow old and are dropped; null when none is left.
  ConnectionPointer reuse(Milliseconds idle_timeout) {
    drop_old(idle_timeout);
    while (!idle_.empty()) {
      ConnectionPointer connection = std::move(idle_.back().connection);
      idle_.pop_back();
      if (connection->usable()) return connection;
    }
    return nullptr;
  }

  void keep(ConnectionPointer connection, Milliseconds idle_timeout) {
    idle_.push_back({std::move(connection), SteadyClock::now()});
    drop_old(idle_timeout);
  }

 private:
  struct Idle {
    ConnectionPointer connection;
    SteadyClock::time_point since;
  };

  void drop_old(Milliseconds idle_timeout) {
    const auto oldest = SteadyClock::now() - idle_timeout;
    while (!idle_.empty() && idle_.front().since < oldest) idle_.pop_front();
  }

  std::size_t in_use_ = 0;
  std::deque<Idle> idle_;
  std::deque<asio::steady_timer*> waiting_;
};

class Turn {
 public:
  explicit Turn(Slots& slots) : slots_(slots) {}
  ~Turn() { slots_.give_back(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Slots& slots_;
};

Result<void> allowed(const HttpRequest& request) {
  return request.may_send ? request.may_send() : Result<void>();
}

Error broken(const HttpTarget& target, const Exchange& exchange) {
  Error error = fail(Fault::transient,
                     fmt::format("The request to {} broke: {}.", to_url(target), exchange.failure));
  error.outcome_unknown = exchange.fully_sent;
  return error;
}

}  // namespace

struct HttpPool::Impl {
  HttpOptions options;
  Executor executor;
  std::map<HttpTarget, Slots> targets;
  std::unique_ptr<asio::ssl::context> tls;
  std::int64_t opened = 0;

  Result<asio::ssl::context*> tls_for(const HttpTarget& target) {
    if (!target.tls) return nullptr;
    if (!tls) {
      TRY(tls, make_tls_context(options));
    }
    return tls.get();
  }

  Task<Result<ConnectionPointer>> open(const HttpTarget& target) {
    CO_TRY(asio::ssl::context * context, tls_for(target));
    CO_TRY(ConnectionPointer connection,
           co_await open_connection(target, context, options.connect_timeout));
    ++opened;
    co_return connection;
  }
};

HttpPool::HttpPool(HttpOptions options, const Executor& executor)
    : impl_(new Impl{
          .options = std::move(options), .executor = executor, .targets = {}, .tls = nullptr}) {}
HttpPool::~HttpPool() = default;

Task<Result<HttpResponse>> HttpPool::send(const HttpTarget& target, const HttpRequest& request,
                                          Milliseconds timeout, bool idempotent) {
  CO_TRY(const std::string head, request_head(target, request));
  const HttpOptions& options = impl_->options;
  Slots& slots = impl_->targets[target];
  co_await slots.take(impl_->executor, options.max_connections);
  const Turn turn(slots);
  for (bool first_try = true;; first_try = false) {
    ConnectionPointer connection = first_try ? slots.reuse(options.idle_timeout) : nullptr;
    const bool reused = connection != nullptr;
    if (!reused) {
      CO_TRY(connection, co_await impl_->open(target));
    }
    if (const auto may = allowed(request); !may) {
      slots.keep(std::move(connection), options.idle_timeout);
      co_return may.error();
    }
    Exchange exchange =
        co_await connection->exchange(head, request.body, timeout, options.max_body_bytes);
    if (exchange.response) {
      if (exchange.keep_alive) slots.keep(std::move(connection), options.idle_timeout);
      co_return std::move(*exchange.response);
    }
    const bool stale = reused && !exchange.reply_begun && !exchange.timed_out;
    if (!stale || (exchange.fully_sent && !idempotent)) co_return broken(target, exchange);
  }
}

std::int64_t HttpPool::connections_opened() const {
  return impl_->opened;
}

}  // namespace crossfade::dynamo
