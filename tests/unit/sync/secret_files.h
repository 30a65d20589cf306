#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace crossfade::sync {

/// Files that only their owner can read; they end with the test.
class SecretFiles {
 public:
  ~SecretFiles() {
    for (const std::string& file : all_) std::remove(file.c_str());
  }
  std::string write(const std::string& name, const std::string& text) {
    all_.push_back(testing::TempDir() + "crossfade_access_" + name);
    std::ofstream(all_.back()) << text;
    ::chmod(all_.back().c_str(), 0600);
    return all_.back();
  }

 private:
  std::vector<std::string> all_;
};

}  // namespace crossfade::sync
