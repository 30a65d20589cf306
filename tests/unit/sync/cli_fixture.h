#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <fstream>
#include <future>
#include <map>
#include <sstream>
#include <thread>

#include "sync/admin_server.h"
#include "sync/cli.h"
#include "tests/unit/sync/fake_groups.h"
#include "tests/unit/sync/fake_view.h"

namespace crossfade::sync {

inline Task<std::vector<CheckLine>> found(std::vector<CheckLine> lines) {
  co_return lines;
}

/// Runs the command line in a world that the test makes up.
class CliTest : public testing::Test {
 protected:
  CliTest() { configure(1); }
  ~CliTest() override { std::remove(file_.c_str()); }

  void configure(int port) {
    std::ofstream(file_) << "mongodb: {uri: \"mongodb://app:hunter2@h\"}\n"
                         << "admin: {listen: \"127.0.0.1:" << port << "\"" << admin_ << "}\n"
                         << "links: [{name: orders, table: Orders, collection: shop.orders, "
                            "key: [pk]}]\n";
  }

  int call(const std::vector<std::string>& arguments) {
    in_.clear();
    in_.str(input_);
    out_.str("");
    err_.str("");
    CliContext context{.in = in_,
                       .out = out_,
                       .err = err_,
                       .environment = {},
                       .pause = {},
                       .run = {},
                       .check = {}};
    context.terminal = terminal_;
    context.err_terminal = terminal_;
    context.who = "anna@desk";
    context.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto set = variables_.find(name);
      return set == variables_.end() ? std::nullopt : std::optional(set->second);
    };
    context.pause = [this](Milliseconds) { return --looks_ > 0; };
    context.run = [this](const Config& config, const RunOptions& options) {
      ran_ = config.links.at(0).name;
      options_ = options;
      return 7;
    };
    context.check = [this](const Config&, Executor) { return found(checks_); };
    context.new_id = [this] { return "key-" + std::to_string(++ids_); };
    context.make_control_table = [this](const Config&, bool) { return made_; };
    return run_cli(arguments, context);
  }
  int call_with_config(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--config", file_});
    return call(arguments);
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  std::string file_ = testing::TempDir() + "crossfade_cli_test.yaml";
  std::string admin_;  ///< further keys of the configuration's admin section: `, token_file: F`
  std::map<std::string, std::string> variables_;
  std::string input_;
  bool terminal_ = false;
  int looks_ = 1;
  std::vector<CheckLine> checks_;
  std::string ran_;
  RunOptions options_;
  Result<ControlTableMade> made_ = ControlTableMade{"crossfade-control", true};

 private:
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  int ids_ = 0;
};

/// A service on a thread of its own.
class CliWithService : public CliTest {
 protected:
  explicit CliWithService(const AdminConfig& admin = {"127.0.0.1", 0}) : stop_(io_.get_executor()) {
    view_.links_told = {orders_link()};
    groups_.view_told = shop_view();
    AdminParts parts(view_);
    parts.groups = &groups_;
    server_ = AdminServer::listen(admin, parts, io_.get_executor()).value();
    configure(server_->port());
    boost::asio::co_spawn(io_, server_->serve(stop_), [](std::exception_ptr, Result<void>) {});
    thread_ = std::thread([this] { io_.run(); });
  }
  ~CliWithService() override {
    boost::asio::post(io_, [this] { stop_.request(); });
    thread_.join();
  }

  /// Changes what the service tells, between two commands, or looks at what it was told.
  template <class Change>
  void told(Change change) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
      if constexpr (std::is_invocable_v<Change, FakeView&>) {
        change(view_);
      } else {
        change(groups_);
      }
      done.set_value();
    });
    done.get_future().wait();
  }

  std::uint16_t port() const { return server_->port(); }

 private:
  boost::asio::io_context io_;
  Stop stop_;
  FakeView view_;
  FakeGroups groups_;
  std::unique_ptr<AdminServer> server_;
  std::thread thread_;
};

}  // namespace crossfade::sync
