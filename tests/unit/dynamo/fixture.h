#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "common/dynamo/client.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/run_task.h"

namespace crossfade::dynamo {

/// A folder of the test's own.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "crossfade-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& content) const {
    const std::string file = (path_ / name).string();
    std::ofstream(file) << content;
    return file;
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// For whatever shall not depend on how busy the machine is.
inline constexpr Milliseconds kPatience{30'000};

/// One thread, a silent log, an environment that holds only what the test puts there.
class DynamoTest : public ::testing::Test {
 protected:
  DynamoTest() {
    variables = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                 {"AWS_SECRET_ACCESS_KEY", "secret"},
                 {"AWS_REGION", "us-east-1"},
                 {"HOME", folder.path("")},
                 {"AWS_EC2_METADATA_DISABLED", "true"}};
    options.connect_timeout = kPatience;
    options.attempt_timeout = kPatience;
  }

  template <class T>
  T run(Task<T> task) {
    return fakes::run_task(io, std::move(task));
  }

  Environment environment() {
    Environment own = Environment::system();
    own.variable = [this](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? "" : found->second;
    };
    return own;
  }

  Parts parts() { return {io.get_executor(), pool, clock, random, log}; }

  std::unique_ptr<Client> make_client(const std::string& url) {
    options.endpoint = url;
    auto made = Client::create(options, environment(), parts());
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  Folder folder;
  boost::asio::io_context io;
  ThreadPool pool{1};
  SystemClock clock;
  Random random{42};
  Log log{LogLevel::off};
  ClientOptions options;
  std::map<std::string, std::string> variables;
};

}  // namespace crossfade::dynamo
