// What one decision of the router costs, by the shape of the rules. Exit code 1 if rules by
// percentage stay under 5 million decisions a second.
//
//   ninja -C build/release router_bench && build/release/router/router_bench

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "router/rules.h"

namespace {

using namespace crossfade;

constexpr int kSubjects = 20'000;
constexpr int kListed = 10'000;
constexpr int kPasses = 10;
constexpr int kRounds = 21;
constexpr double kTarget = 5;  // million decisions a second

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::vector<std::string> subjects() {
  std::vector<std::string> out;
  for (int i = 0; i < kSubjects; ++i) out.push_back("customer-" + std::to_string(7919 * i));
  return out;
}

AuthorityRule rule(double percent) {
  AuthorityRule out;
  out.percent = percent;
  out.salt = "shop-4f2a90c1";
  return out;
}

/// The median over the rounds, by the CPU time of the thread; in millions a second.
double report(const char* name, const RuleSet& rules, const std::vector<std::string>& asked) {
  std::array<double, kRounds> rates{};
  int moved = 0;
  int fenced = 0;
  for (double& rate : rates) {
    const double start = cpu_seconds();
    for (int pass = 0; pass < kPasses; ++pass) {
      for (const std::string& subject : asked) {
        const Decision decision = rules.decide(subject);
        moved += decision.side == Side::mongodb ? 1 : 0;
        fenced += decision.fenced ? 1 : 0;
      }
    }
    rate = kPasses * static_cast<double>(asked.size()) / (cpu_seconds() - start) / 1e6;
  }
  std::nth_element(rates.begin(), rates.begin() + kRounds / 2, rates.end());
  const double decisions = static_cast<double>(asked.size()) * kPasses * kRounds;
  std::printf("%-52s %6.1f M/s  (%.0f %% on MongoDB, %.0f %% fenced)\n", name, rates[kRounds / 2],
              100 * moved / decisions, 100 * fenced / decisions);
  return rates[kRounds / 2];
}

bool run() {
  const std::vector<std::string> asked = subjects();
  RuleSet rules;
  rules.rule = rule(10);
  const double plain = report("percentage", rules, asked);
  rules.next = rule(50);
  const double fenced = report("percentage, during a hand-off", rules, asked);
  rules.next.reset();
  rules.rule.allow.insert(asked.begin(), asked.begin() + kListed);
  report("percentage, 10,000 subjects allowed", rules, asked);
  rules.next = rules.rule;
  rules.next->deny.insert(asked.begin() + kListed, asked.end());
  report("the same and 10,000 denied, during a hand-off", rules, asked);
  return plain >= kTarget && fenced >= kTarget;
}

}  // namespace

int main() {
  return run() ? 0 : 1;
}
