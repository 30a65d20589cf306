#include "common/base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace crossfade {
namespace {

using How = SubprocessEnd::How;

/// This process's variables and, before them, the added ones.
std::vector<std::string> variables_of(const SubprocessOptions& options) {
  std::vector<std::string> out;
  for (const auto& [name, value] : options.variables) out.push_back(name + "=" + value);
  for (char** own = environ; *own != nullptr; ++own) {
    const char* equals = std::strchr(*own, '=');
    const std::string name(
        *own, equals == nullptr ? std::strlen(*own) : static_cast<std::size_t>(equals - *own));
    if (!options.variables.contains(name)) out.emplace_back(*own);
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// 0 when it cannot be started.
pid_t spawn(const SubprocessOptions& options, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (options.with_errors) ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> variables = variables_of(options);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(variables);
  pid_t pid = 0;
  if (::posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), envp.data()) != 0) pid = 0;
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return pid;
}

/// Reads to the end of the output, or to a limit.
How take_output(int input, const SubprocessOptions& options, std::string& output) {
  const auto deadline = std::chrono::steady_clock::now() + options.limit;
  std::array<char, 4096> part{};
  for (;;) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ready{input, POLLIN, 0};
    if (left.count() <= 0) return How::took_too_long;
    const int found = ::poll(&ready, 1, static_cast<int>(left.count()));
    if (found < 0 && errno == EINTR) continue;
    if (found <= 0) return How::took_too_long;
    const ssize_t got = ::read(input, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return How::exited;
    const auto room = options.most_output - output.size();
    output.append(part.data(), std::min(room, static_cast<std::size_t>(got)));
    if (static_cast<std::size_t>(got) > room) return How::wrote_too_much;
  }
}

/// How it ended; a program that has closed its output and goes on is given the same limit again.
int wait_for(pid_t pid, Milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid) return status;
    if (ended < 0 && errno != EINTR) return status;
    if (std::chrono::steady_clock::now() >= deadline) ::kill(-pid, SIGKILL);
    ::usleep(2'000);
  }
}

}  // namespace

SubprocessEnd run_subprocess(const SubprocessOptions& options) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {How::could_not_start, 0, {}};
  const pid_t pid = spawn(options, ends[1]);
  ::close(ends[1]);
  SubprocessEnd out;
  if (pid == 0) {
    ::close(ends[0]);
    out.how = How::could_not_start;
    return out;
  }
  out.how = take_output(ends[0], options, out.output);
  ::close(ends[0]);
  if (out.how != How::exited) ::kill(-pid, SIGKILL);
  const int status = wait_for(pid, options.limit);
  if (out.how != How::exited) return out;
  out.how = WIFEXITED(status) ? How::exited : How::signalled;
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  return out;
}

}  // namespace crossfade
