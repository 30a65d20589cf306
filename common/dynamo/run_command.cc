#include "common/dynamo/run_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace crossfade::dynamo {
namespace {

constexpr std::size_t kMaxOutputBytes = 64U << 10;
constexpr std::chrono::seconds kLongest{60};

Error failed(std::string why) {
  return fail(Fault::credentials, "The credential_process of the profile " + std::move(why) + ".");
}

/// Starts the shell with `output` as its standard output, in a group of its own; 0 when it cannot.
pid_t spawn_shell(const std::string& command, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string shell = "sh";
  std::string flag = "-c";
  std::string text = command;
  const std::array<char*, 4> arguments = {shell.data(), flag.data(), text.data(), nullptr};
  pid_t pid = 0;
  if (::posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments.data(), environ) != 0)
    pid = 0;
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return pid;
}

/// Reads to the end. False when the time or the room ran out.
bool drain(int input, std::string& output) {
  const auto deadline = std::chrono::steady_clock::now() + kLongest;
  std::array<char, 4096> part{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd ready{input, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return false;
    const ssize_t got = ::read(input, part.data(), part.size());
    if (got <= 0) return got == 0;
    output.append(part.data(), static_cast<std::size_t>(got));
    if (output.size() > kMaxOutputBytes) return false;
  }
}

}  // namespace

Result<std::string> run_command(const std::string& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("cannot be started");
  const pid_t pid = spawn_shell(command, ends[1]);
  ::close(ends[1]);
  if (pid == 0) {
    ::close(ends[0]);
    return failed("cannot be started");
  }
  std::string output;
  const bool complete = drain(ends[0], output);
  ::close(ends[0]);
  if (!complete) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!complete) return failed("wrote too much or did not end within a minute");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failed("failed");
  return output;
}

}  // namespace crossfade::dynamo
