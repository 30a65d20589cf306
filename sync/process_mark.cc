#include "sync/process_mark.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace crossfade::sync {
namespace {

using nlohmann::json;

constexpr std::size_t kMost = 16;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string boot() {
  std::string id = content_of("/proc/sys/kernel/random/boot_id");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

std::string identity_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return fmt::format("{}:{}", status.st_dev, status.st_ino);
}

}  // namespace

std::vector<MarkedProcess> read_marks(const std::string& text) {
  const json whole = json::parse(text, nullptr, false);
  std::vector<MarkedProcess> out;
  if (!whole.is_object() || whole.value("v", json()) != 1) return out;
  for (const json& one : whole.value("processes", json::array())) {
    if (!one.is_object()) return {};
    MarkedProcess mark;
    for (const auto& [name, place] : {std::pair("id", &mark.id), std::pair("boot", &mark.boot),
                                      std::pair("file", &mark.file)}) {
      const json value = one.value(name, json());
      if (!value.is_string()) return {};
      *place = value.get<std::string>();
    }
    out.push_back(std::move(mark));
  }
  return out;
}

std::string write_marks(const std::vector<MarkedProcess>& marks) {
  nlohmann::ordered_json out = {{"v", 1}, {"processes", json::array()}};
  for (const MarkedProcess& one : marks)
    out["processes"].push_back({{"id", one.id}, {"boot", one.boot}, {"file", one.file}});
  return out.dump();
}

ProcessMark::ProcessMark(const std::string& data_dir, std::string process)
    : process_(std::move(process)) {
  std::error_code failed;
  std::filesystem::create_directories(data_dir, failed);
  if (!failed) take(data_dir + "/process");
}

/// Dying while it is written leaves a text that names nobody, so the next process waits.
void ProcessMark::take(const std::string& path) {
  auto lock = eventlog::posix_file_system()->lock(path);
  const MarkedProcess own{process_, boot(), identity_of(path)};
  if (!lock || own.boot.empty() || own.file.empty()) return;
  lock_ = std::move(*lock);
  std::vector<MarkedProcess> marks = read_marks(content_of(path));
  for (const MarkedProcess& one : marks)
    if (one.boot == own.boot && one.file == own.file) ended_.push_back(one.id);
  if (marks.size() >= kMost) marks.erase(marks.begin(), marks.end() - kMost + 1);
  marks.push_back(own);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << write_marks(marks);
}

}  // namespace crossfade::sync
