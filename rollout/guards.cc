#include "rollout/guards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace crossfade::rollout {
namespace {

constexpr double kMsPerHour = 3'600'000;

/// What a guard is asked about.
struct Case {
  Verb verb;
  const GroupFacts& facts;
  const GuardLimits& limits;
  Moves moves;

  bool planned() const { return verb == Verb::ramp || verb == Verb::rollback; }
  bool gains() const { return planned() && moves.to_mongodb; }
  bool moves_some() const { return planned() && (moves.to_mongodb || moves.to_dynamodb); }
  bool completes() const { return verb == Verb::complete; }
};

struct Measure {
  double value = 0;
  std::string where;  ///< names of the links concerned
};

struct Row {
  std::string_view name;
  std::string_view unit;
  bool at_least;
  bool judgement;
  bool (*applies)(const Case&);
  Measure (*measure)(const Case&);
  double (*limit)(const Case&);
  std::string_view what;    ///< {measured}, {limit} and {where} are filled in
  std::string_view remedy;  ///< said when it is unmet
};

void name_link(Measure& out, const LinkFacts& link) {
  out.where += out.where.empty() ? link.name : ", " + link.name;
}

template <class Number>
Measure sum(const Case& c, Number number) {
  Measure out;
  for (const LinkFacts& link : c.facts.links) {
    const auto value = static_cast<double>(number(link));
    out.value += value;
    if (value > 0) name_link(out, link);
  }
  return out;
}

/// The extreme value among the links, by `worse`, and the link that has it.
template <class Number, class Worse>
Measure extreme(const Case& c, Number number, Worse worse) {
  Measure out;
  for (const LinkFacts& link : c.facts.links) {
    const auto value = static_cast<double>(number(link));
    if (out.where.empty() || worse(value, out.value)) out = {value, link.name};
  }
  return out;
}

template <class Number>
Measure most(const Case& c, Number number) {
  return extreme(c, number, std::greater<>());
}

template <class Number>
Measure least(const Case& c, Number number) {
  return extreme(c, number, std::less<>());
}

double none(const Case&) {
  return 0;
}

double lag_limit(const Case& c, bool retires) {
  const std::int64_t budget = c.facts.budget_ms;
  if (c.completes()) return static_cast<double>(c.limits.lag_ms);
  return static_cast<double>(retires ? std::min(c.limits.lag_ms, budget) : budget);
}

double hours_since(const Case& c, std::int64_t since_ms) {
  return static_cast<double>(c.facts.now_ms - since_ms) / kMsPerHour;
}

/// Until the oldest change that waits to be compared; a mismatch begins it anew.
Measure clean_hours(const Case& c) {
  const std::int64_t group = c.facts.state.clean_since_ms;
  return least(c, [&](const LinkFacts& link) {
    if (group == 0 || !link.proving || link.mismatches > 0) return 0.0;
    const std::int64_t until = link.unproven_ms == 0 ? c.facts.now_ms : link.unproven_ms;
    const std::int64_t since = std::max(group, link.mismatch_ms);
    return static_cast<double>(std::max<std::int64_t>(0, until - since)) / kMsPerHour;
  });
}

Measure mismatches(const Case& c) {
  Measure out;
  for (const LinkFacts& link : c.facts.links) {
    out.value += static_cast<double>(link.mismatches);
    if (link.mismatches == 0) continue;
    name_link(out, link);
    if (!link.mismatch.empty()) out.where += ", the oldest: " + link.mismatch;
  }
  return out;
}

Measure violations_since(const Case& c) {
  Measure out = sum(c, [](const LinkFacts& link) { return link.violations; });
  out.value -= static_cast<double>(c.facts.state.violations_at_last_step);
  return out;
}

Measure unsettled(const Case& c) {
  return most(c, [&](const LinkFacts& link) {
    return std::max<std::int64_t>(0, link.unsettled_until_ms - c.facts.now_ms);
  });
}

Measure verified_age(const Case& c) {
  Measure out = most(c, [&](const LinkFacts& link) { return hours_since(c, link.verified_ms); });
  const bool never = std::ranges::any_of(
      c.facts.links, [](const LinkFacts& link) { return link.verified_ms == 0; });
  if (never) out.where += ", never verified";
  return out;
}

bool has_canary(const Case& c) {
  return std::ranges::any_of(c.facts.links, [](const LinkFacts& l) { return l.canary_ms >= 0; });
}

bool move_or_complete(const Case& c) {
  return c.planned() || c.completes();
}
bool gain_or_complete(const Case& c) {
  return c.gains() || c.completes();
}
bool gain(const Case& c) {
  return c.gains();
}
bool move(const Case& c) {
  return c.planned();
}

const Row kRows[] = {
    {"links_synced", "", false, false, move_or_complete,
     [](const Case& c) { return sum(c, [](const LinkFacts& l) { return l.synced ? 0 : 1; }); },
     none, "links that are not synced: {measured}{where}",
     "wait until `crossfade status` shows each of them as synced"},
    {"links_in_trouble", "", false, false,
     [](const Case& c) { return move_or_complete(c) || c.verb == Verb::recover; },
     [](const Case& c) {
       return sum(c, [](const LinkFacts& l) { return l.trouble.empty() ? 0 : 1; });
     },
     none, "links in trouble: {measured}{where}",
     "`crossfade status` says what troubles them; only `crossfade rollback --unplanned` does "
     "without "
     "MongoDB"},
    {"mongodb_gone", "", true, true,
     [](const Case& c) { return c.verb == Verb::rollback_unplanned; },
     [](const Case& c) {
       return sum(c, [](const LinkFacts& l) { return l.trouble.empty() ? 0 : 1; });
     },
     [](const Case&) { return 1.0; }, "links in trouble: {measured}{where}",
     "while MongoDB answers, `crossfade rollback` without --unplanned loses nothing"},
    {"forward_lag", "ms", false, false, move_or_complete,
     [](const Case& c) { return most(c, [](const LinkFacts& l) { return l.forward_lag_ms; }); },
     [](const Case& c) { return lag_limit(c, c.moves.to_mongodb); },
     "MongoDB is {measured} ms behind DynamoDB{where}, at most {limit} ms are allowed",
     "wait until it has caught up, or slow the writes down"},
    {"backward_lag", "ms", false, false, move_or_complete,
     [](const Case& c) { return most(c, [](const LinkFacts& l) { return l.backward_lag_ms; }); },
     [](const Case& c) { return lag_limit(c, c.moves.to_dynamodb); },
     "DynamoDB is {measured} ms behind MongoDB{where}, at most {limit} ms are allowed",
     "wait until it has caught up, or slow the writes down"},
    {"canary", "ms", false, false, [](const Case& c) { return c.gains() && has_canary(c); },
     [](const Case& c) { return most(c, [](const LinkFacts& l) { return l.canary_ms; }); },
     [](const Case& c) { return static_cast<double>(c.facts.budget_ms); },
     "the slowest way of the canary key took {measured} ms{where}, at most {limit} ms are allowed",
     "see the lag of the link in `crossfade status`"},
    {"unsettled_writes", "ms", false, false,
     [](const Case& c) { return c.planned() || c.verb == Verb::rollback_unplanned; }, unsettled,
     [](const Case& c) { return static_cast<double>(c.facts.budget_ms); },
     "a write whose reply was lost, or one of the process that drove the group before, may still "
     "land for {measured} ms{where}, the budget is {limit} ms",
     "wait that long, or give a larger budget"},
    {"clients", "", false, true, move,
     [](const Case& c) {
       return Measure{static_cast<double>(c.facts.clients.silent_continuing), {}};
     },
     none, "silent clients that go on writing without a lease: {measured}",
     "bring them back or stop them, then forget them; overriding this makes their writes "
     "violations"},
    {"silent_leases", "ms", false, true, move,
     [](const Case& c) {
       const ClientFacts& clients = c.facts.clients;
       return Measure{static_cast<double>(clients.silent_lease_ms), clients.silent_client};
     },
     [](const Case& c) { return static_cast<double>(c.facts.budget_ms); },
     "the lease of a silent client counts for another {measured} ms{where}, the budget is {limit} "
     "ms",
     "give a larger budget, or forget the client if its process has ended; one that is silent for "
     "its lease and a minute more is forgotten by itself"},
    {"irreversible", "", false, false, [](const Case& c) { return c.moves_some(); },
     [](const Case& c) { return sum(c, [](const LinkFacts& l) { return l.irreversible; }); },
     [](const Case& c) { return static_cast<double>(c.limits.irreversible); },
     "documents that DynamoDB cannot hold: {measured}{where}, at most {limit} allowed",
     "`crossfade deadletters list` names them; change or remove each on MongoDB, so that the way "
     "back loses nothing"},
    {"dead_letters", "", false, false, gain_or_complete,
     [](const Case& c) { return sum(c, [](const LinkFacts& l) { return l.dead_letters; }); },
     [](const Case& c) { return static_cast<double>(c.limits.dead_letters); },
     "records that MongoDB could not take: {measured}{where}, at most {limit} allowed",
     "`crossfade deadletters list` names them; write each item again in a form that MongoDB takes"},
    {"mismatches", "", false, false, gain_or_complete, mismatches, none,
     "keys that differ between the sides: {measured}{where}",
     "find the cause and write the value that you want on the side that owns the key"},
    {"violations", "", false, true, gain_or_complete, violations_since,
     [](const Case& c) { return static_cast<double>(c.limits.violations); },
     "writes to the wrong side since the last step: {measured}{where}, at most {limit} allowed",
     "find their writer with `crossfade violations list` and resolve them, then override this"},
    {"stream_headroom", "hours", true, false, gain,
     [](const Case& c) {
       return least(c, [](const LinkFacts& l) { return l.stream_headroom_hours; });
     },
     [](const Case& c) { return c.limits.stream_headroom_hours; },
     "the stream keeps the oldest unread record for another {measured} hours{where}, at least "
     "{limit} are asked for",
     "wait until the forward direction has read on"},
    {"oplog_headroom", "hours", true, false, gain,
     [](const Case& c) {
       return least(c, [](const LinkFacts& l) { return l.oplog_headroom_hours; });
     },
     [](const Case& c) { return c.limits.oplog_headroom_hours; },
     "the oplog keeps the present position for another {measured} hours{where}, at least {limit} "
     "are asked for",
     "make the oplog larger, or wait until the backward direction has read on"},
    {"log_free", "", true, false, gain,
     [](const Case& c) { return least(c, [](const LinkFacts& l) { return l.log_free_fraction; }); },
     [](const Case& c) { return c.limits.log_free_fraction; },
     "the share of the event log that is free is {measured}{where}, at least {limit} is asked for",
     "give it more bytes, or wait until more of it is applied"},
    {"clients_behind", "", false, true, gain,
     [](const Case& c) { return Measure{static_cast<double>(c.facts.clients.behind), {}}; }, none,
     "living clients that have not acknowledged the present rules: {measured}",
     "look at them with `crossfade rollout clients`; they would use up the budget of the next "
     "step"},
    {"clean_hours", "hours", true, true, gain, clean_hours,
     [](const Case& c) { return c.limits.clean_hours; },
     "both sides were found equal for {measured} hours{where}, {limit} are asked for",
     "wait, or override this if you have seen enough"},
    {"verified_age", "hours", false, true,
     [](const Case& c) { return c.gains() && c.limits.verified_hours > 0; }, verified_age,
     [](const Case& c) { return c.limits.verified_hours; },
     "the last verification without a difference is {measured} hours old{where}, at most {limit} "
     "are allowed",
     "compare the sides again, or override this if you know better"},
};

/// Two decimals, four beside a limit below one; never towards the limit.
double rounded(double value, double limit, bool at_least) {
  constexpr double kNoise = 1e-7;
  const double scale = limit < 1 ? 10'000 : 100;
  const double parts = value * scale;
  const double whole = at_least ? std::floor(parts + kNoise) : std::ceil(parts - kNoise);
  return whole / scale + 0.0;  // no minus zero
}

std::string sentence(const Row& row, const Guard& guard, const std::string& where) {
  std::string out = fmt::format(fmt::runtime(row.what), fmt::arg("measured", guard.measured),
                                fmt::arg("limit", guard.limit),
                                fmt::arg("where", where.empty() ? "" : " (" + where + ")"));
  if (!guard.met) out.append(": ").append(row.remedy);
  out.push_back('.');
  out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

Guard guard_of(const Row& row, const Case& c) {
  const Measure measure = row.measure(c);
  Guard guard;
  guard.name = row.name;
  guard.unit = row.unit;
  guard.at_least = row.at_least;
  guard.judgement = row.judgement;
  guard.limit = row.limit(c);
  guard.measured = rounded(measure.value, guard.limit, row.at_least);
  guard.met = row.at_least ? guard.measured >= guard.limit : guard.measured <= guard.limit;
  guard.sentence = sentence(row, guard, measure.where);
  return guard;
}

bool named(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::vector<Guard> guards_of(const Wish& wish, const GroupFacts& facts, const GuardLimits& limits) {
  const Case c{wish.verb, facts, limits, moves_between(facts.state.rules.rule, wish.to)};
  std::vector<Guard> out;
  for (const Row& row : kRows)
    if (row.applies(c)) out.push_back(guard_of(row, c));
  return out;
}

std::vector<std::string> not_overridable(const std::vector<Guard>& guards,
                                         const std::vector<std::string>& overrides) {
  std::vector<std::string> out;
  for (const std::string& name : overrides) {
    const bool judgement = std::ranges::any_of(
        guards, [&](const Guard& guard) { return guard.judgement && guard.name == name; });
    if (!judgement) out.push_back(name);
  }
  return out;
}

std::vector<Guard> unmet(const std::vector<Guard>& guards,
                         const std::vector<std::string>& overrides) {
  std::vector<Guard> out;
  for (const Guard& guard : guards) {
    const bool overridden = guard.judgement && named(overrides, guard.name);
    if (!guard.met && !overridden) out.push_back(guard);
  }
  return out;
}

}  // namespace crossfade::rollout
