#pragma once

#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace crossfade::mongo {

/// A mongod that lives as long as this object; see own_mongod.sh.
class OwnMongod {
 public:
  explicit OwnMongod(const std::string& kind) {
    std::string name = (std::filesystem::temp_directory_path() / "crossfade-live-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    uri_ = output_of("start " + folder_ + " " + kind);
    if (uri_.empty()) throw std::runtime_error("mongod did not start");
  }
  ~OwnMongod() { stop(); }
  OwnMongod(const OwnMongod&) = delete;
  OwnMongod& operator=(const OwnMongod&) = delete;

  const std::string& uri() const { return uri_; }

  /// Dead, as by SIGKILL, until again().
  void kill() { output_of("kill " + folder_); }
  void again() { output_of("again " + folder_); }

  void stop() {
    if (!folder_.empty()) output_of("stop " + folder_);
    folder_.clear();
  }

 private:
  static std::string output_of(const std::string& arguments) {
    const std::string command = "bash " CROSSFADE_TEST_DATA "/own_mongod.sh " + arguments;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::string out;
    std::array<char, 256> piece{};
    while (fgets(piece.data(), piece.size(), pipe) != nullptr) out += piece.data();
    pclose(pipe);
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }

  std::string folder_;
  std::string uri_;
};

}  // namespace crossfade::mongo
