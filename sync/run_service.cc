#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "sync/admin_server.h"
#include "sync/event_watch.h"
#include "sync/process.h"
#include "sync/service.h"

namespace crossfade::sync {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kStopPatience{3'500};

/// The admin endpoint lives as long as the links do: when they end, it ends.
Task<Result<void>> serve_until_ended(Service& service, AdminServer& admin, EventWatch& watch,
                                     Stop& stop) {
  TaskGroup background(stop);
  background.start(admin.serve(background.stop()));
  background.start(watch.run(background.stop()));
  auto ended = co_await service.run();
  background.stop().request();
  CO_TRY_VOID(co_await background.join());
  co_return ended;
}

/// A call that MongoDB holds up (an index build, somebody's lock) cannot be broken off. The next
/// start goes on from what is stored, as after a kill, so nothing is lost by not waiting for it.
void end_in_time(asio::steady_timer& timer, Log& log) {
  timer.expires_after(kStopPatience);
  timer.async_wait([&log](const boost::system::error_code& failed) {
    if (failed) return;
    log.warning("stopped", {{"why", "a store still holds up a call"}});
    std::_Exit(EXIT_SUCCESS);
  });
}

/// Without a group there is no control table: then the audit is kept in memory.
AdminParts parts_of(Service& service, Audit& audit, Process& process) {
  AdminParts parts(service);
  parts.groups = &service.groups();
  parts.audit = service.groups().names().empty() ? nullptr : &audit;
  parts.events = &process.events();
  parts.clock = &process.environment().clock;
  parts.random = &process.environment().random;
  parts.log = &process.log();
  return parts;
}

Result<void> run_until_signal(const Config& config, const RunOptions& options) {
  asio::io_context context(1);
  TRY(const auto process, Process::create(config, options, context.get_executor()));
  Stop stop(context.get_executor());
  Service service(process->environment(), stop);
  ControlAudit audit(service.control_table());
  const AdminParts parts = parts_of(service, audit, *process);
  TRY(const auto admin, AdminServer::listen(config.admin, parts, context.get_executor()));
  EventWatch watch(service, service.groups(), process->events(), process->environment().clock);
  asio::signal_set signals(context, SIGTERM, SIGINT);
  asio::steady_timer hurry(context);
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    if (failed) return;
    process->log().info("stopping");
    process->environment().dynamo.stop();
    stop.request();
    end_in_time(hurry, process->log());
  });
  Result<void> ended;
  asio::co_spawn(
      context, serve_until_ended(service, *admin, watch, stop),
      [&](std::exception_ptr thrown, Result<void> result) {
        ended = thrown ? Result<void>(fail(Fault::invalid, "The service met an unexpected fault."))
                       : std::move(result);
        signals.cancel();
        hurry.cancel();
        process->environment().dynamo.stop();
      });
  context.run();
  return ended;
}

}  // namespace

int run_service(const Config& config, const RunOptions& options) {
  const Result<void> ended = run_until_signal(config, options);
  if (ended) return 0;
  std::fprintf(stderr, "crossfade: %s\n", ended.error().message.c_str());
  return 1;
}

}  // namespace crossfade::sync
