#include "sync/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

namespace crossfade::sync {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSmall = R"(mongodb: {uri: "mongodb://127.0.0.1:27017/?replicaSet=rs0"}
links:
  - {name: orders, table: Orders, collection: shop.orders}
)";

Environment variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

Result<Config> parse(const std::string& text) {
  return parse_config(text, "c.yaml",
                      variables({{"SECRET", "hunter2"}, {"N", "16"}, {"BAD", "x"}}));
}

std::string fault_of(const std::string& text) {
  const auto config = parse(text);
  return config ? "accepted" : config.error().message;
}

/// `keys` of one link besides the required ones.
std::string with_link(const std::string& keys) {
  return "mongodb: {uri: mongodb://h}\nlinks:\n  - name: a\n    table: Abc\n    collection: d.c\n  "
         "  " +
         keys + "\n";
}

LinkConfig link_of(const std::string& keys) {
  const auto config = parse(with_link(keys));
  EXPECT_TRUE(config) << config.error().message;
  return config ? config->links.at(0) : LinkConfig{};
}

TEST(Config, EveryThingElseHasADefault) {
  const auto config = parse(kSmall);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->data_dir, "/var/lib/crossfade");
  EXPECT_EQ(config->admin.host, "127.0.0.1");
  EXPECT_EQ(config->admin.port, 8642);
  EXPECT_EQ(config->dynamodb.request_life, Milliseconds(60'000));
  EXPECT_EQ(config->log.max_bytes, 16LL << 30);
  ASSERT_EQ(config->links.size(), 1U);
  const LinkConfig& link = config->links[0];
  EXPECT_EQ(link.name, "orders");
  EXPECT_EQ(link.authority.percent, 0);
  EXPECT_EQ(link.authority.salt, "orders");
  EXPECT_EQ(link.reserved, "_crossfade");
  EXPECT_EQ(link.forward.poll_interval, Milliseconds(200));
  EXPECT_EQ(config->link("orders"), &link);
  EXPECT_EQ(config->link("carts"), nullptr);
}

TEST(Config, ReadsDurationsSizesAndChoices) {
  const auto config = parse(R"(
dynamodb: {region: eu-west-1, endpoint: "https://localhost:8000", attempt_timeout: 1500ms, request_life: 2m}
mongodb: {uri: mongodb://h, state_database: state}
data_dir: /data
log: {segment_bytes: 512KB, max_bytes: 2GiB, min_free_bytes: 100, retention: 7d}
admin: {listen: "[::1]:9000"}
log_level: warning
links:
  - name: a
    table: Abc
    collection: d.c.with.dots
    fractions: double
    names: raw
    dates: epoch-s
    types: {tags: SS, scores: NS}
    key: [pk, sk]
    reserved: _x
    forward_synced_field: synced
    indexes: false
    forward: {ttl_deletes: ignore}
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->dynamodb.attempt_timeout, Milliseconds(1500));
  EXPECT_EQ(config->dynamodb.request_life, Milliseconds(120'000));
  EXPECT_EQ(config->mongodb.state_database, "state");
  EXPECT_EQ(config->log.segment_bytes, 512'000);
  EXPECT_EQ(config->log.max_bytes, 2LL << 30);
  EXPECT_EQ(config->log.min_free_bytes, 100);
  EXPECT_EQ(config->log.retention, std::chrono::hours(7 * 24));
  EXPECT_EQ(config->admin.host, "::1");
  EXPECT_EQ(config->admin.port, 9000);
  const LinkConfig& link = config->links.at(0);
  EXPECT_TRUE(link.fractions_as_double);
  EXPECT_TRUE(link.raw_names);
  EXPECT_EQ(link.dates, codec::MappingOptions::Dates::epoch_s);
  EXPECT_EQ(link.types.at("scores"), "NS");
  EXPECT_EQ(link.key, (std::vector<std::string>{"pk", "sk"}));
  EXPECT_FALSE(link.indexes);
  EXPECT_EQ(link.forward.ttl_deletes, ForwardConfig::Ttl::ignore);
}

TEST(Config, LinksInheritTheDefaultsWhereverTheyStand) {
  const auto config = parse(R"(
mongodb: {uri: mongodb://h}
links:
  - {name: a, table: Aaa, collection: d.a, load: {workers: 9}}
  - {name: b, table: Bbb, collection: d.b, forward: {lanes: 7}, backward: {concurrency: 1}}
load: {segments: 32, consistent_read: false}
forward: {batch_records: 50}
backward: {heartbeat: 5s}
)");
  ASSERT_TRUE(config) << config.error().message;
  const LinkConfig& a = config->links.at(0);
  const LinkConfig& b = config->links.at(1);
  EXPECT_EQ(a.load.segments, 32);
  EXPECT_EQ(a.load.workers, 9);
  EXPECT_FALSE(a.load.consistent_read);
  EXPECT_EQ(b.load.workers, LoadConfig().workers);
  EXPECT_EQ(b.forward.lanes, 7);
  EXPECT_EQ(b.forward.batch_records, 50);
  EXPECT_EQ(b.backward.concurrency, 1);
  EXPECT_EQ(b.backward.heartbeat, Milliseconds(5000));
}

TEST(Config, ReadsThePolicyForConflicts) {
  EXPECT_EQ(link_of("authority: dynamodb").policy, ConflictPolicy::authority);
  EXPECT_EQ(link_of("policy: authority").policy, ConflictPolicy::authority);
  EXPECT_EQ(link_of("policy: merge").policy, ConflictPolicy::merge);
  EXPECT_EQ(link_of("policy: last-writer-wins").policy, ConflictPolicy::last_writer_wins);
  EXPECT_EQ(link_of("policy: merge\n    group: shop").policy, ConflictPolicy::merge);
}

TEST(Config, ReadsAuthority) {
  EXPECT_EQ(link_of("authority: dynamodb").authority.side_of("user-1"), Side::dynamodb);
  EXPECT_EQ(link_of("authority: mongodb").authority.side_of(std::nullopt), Side::mongodb);
  const LinkConfig some = link_of(
      "authority: {mongodb: {percent: 12.5, allow: [user-7, 9], deny: [user-8], salt: s}}\n"
      "    subject: {attribute: pk}");
  EXPECT_EQ(some.subject_attribute, "pk");
  EXPECT_EQ(some.authority.percent, 12.5);
  EXPECT_EQ(some.authority.side_of("user-7"), Side::mongodb);
  EXPECT_EQ(some.authority.side_of("9"), Side::mongodb);
  EXPECT_EQ(some.authority.side_of("user-8"), Side::dynamodb);
  EXPECT_EQ(some.authority.salt, "s");
  EXPECT_EQ(
      link_of("authority: {mongodb: {percent: 0}}\n    subject: {attribute: pk}").authority.salt,
      "a");
}

/// Two links of one group, `orders` and `carts`, with `more` at the top level.
std::string with_groups(const std::string& more) {
  return R"(mongodb: {uri: mongodb://h}
links:
  - {name: orders, table: Orders, collection: d.o, group: shop, key: [pk, sk]}
  - {name: carts, table: Carts, collection: d.c, group: shop, authority: dynamodb}
  - {name: logs, table: Logs, collection: d.l}
)" + more +
         "\n";
}

TEST(Config, ReadsWhoMayAskTheAdminEndpoint) {
  const auto config = parse(std::string(kSmall) + R"(
admin:
  token_file: /etc/crossfade/token
  tls: {certificate: c.pem, key: k.pem, client_ca: a.pem, ca: r.pem, client_certificate: o.pem,
        client_key: p.pem}
  listen: 0.0.0.0:9000
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->admin.host, "0.0.0.0");
  EXPECT_EQ(config->admin.token_file, "/etc/crossfade/token");
  EXPECT_EQ(config->admin.tls.certificate, "c.pem");
  EXPECT_EQ(config->admin.tls.key, "k.pem");
  EXPECT_EQ(config->admin.tls.client_ca, "a.pem");
  EXPECT_EQ(config->admin.tls.ca, "r.pem");
  EXPECT_EQ(config->admin.tls.client_certificate, "o.pem");
  EXPECT_EQ(config->admin.tls.client_key, "p.pem");
}

TEST(Config, GroupsNeedNotBeListed) {
  const auto config = parse(with_groups("control: {table: my-control}"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->control.table, "my-control");
  EXPECT_EQ(config->group_names(), std::vector<std::string>{"shop"});
  const GroupConfig shop = config->group("shop");
  EXPECT_EQ(shop.name, "shop");
  EXPECT_EQ(shop.guards.lag_ms, 2'000);
  EXPECT_EQ(shop.guards.clean_hours, 24);
  EXPECT_EQ(shop.hook_timeout, Milliseconds(30'000));
  EXPECT_EQ(config->links.at(0).authority.salt, "") << "of a group it is made up once";
  EXPECT_EQ(config->links.at(2).authority.salt, "logs");
  EXPECT_EQ(parse(kSmall)->control.table, "crossfade-control");
  EXPECT_TRUE(parse(kSmall)->group_names().empty());
}

TEST(Config, ReadsGroups) {
  const auto config = parse(with_groups(R"(
groups:
  - name: shop
    guards: {lag: 500ms, dead_letters: 1, violations: 2, irreversible: 3, stream_headroom: 12h,
             oplog_headroom: 2d, log_free: 0.5, clean: 90m, verified: 7d}
    hooks: {before_fence: /opt/tell, after_undo: "/opt/${N}", after_flip: ""}
    hook_timeout: 5s
)"));
  ASSERT_TRUE(config) << config.error().message;
  const GroupConfig shop = config->group("shop");
  EXPECT_EQ(shop.guards.lag_ms, 500);
  EXPECT_EQ(shop.guards.dead_letters, 1);
  EXPECT_EQ(shop.guards.violations, 2);
  EXPECT_EQ(shop.guards.irreversible, 3);
  EXPECT_EQ(shop.guards.stream_headroom_hours, 12);
  EXPECT_EQ(shop.guards.oplog_headroom_hours, 48);
  EXPECT_EQ(shop.guards.log_free_fraction, 0.5);
  EXPECT_EQ(shop.guards.clean_hours, 1.5);
  EXPECT_EQ(shop.guards.verified_hours, 168);
  EXPECT_EQ(shop.hooks, (std::map<std::string, std::string>{{"before_fence", "/opt/tell"},
                                                            {"after_undo", "/opt/16"}}));
  EXPECT_EQ(shop.hook_timeout, Milliseconds(5'000));
  EXPECT_EQ(describe(*parse(describe(*config))), describe(*config));
}

TEST(Config, ReadsTheSubjectsPattern) {
  const LinkConfig link = link_of("subject: {attribute: pk, pattern: \"USER#(.*)\"}");
  EXPECT_EQ(link.subject_attribute, "pk");
  EXPECT_EQ(link.subject_pattern, "USER#(.*)");
  EXPECT_EQ(link_of("subject: {attribute: pk}").subject_pattern, "");
}

TEST(Config, PutsTheEnvironmentIn) {
  const auto config = parse(R"(mongodb: {uri: "mongodb://app:${SECRET}@h/?x=$${N}"}
load: {segments: "${N}"}
links: [{name: a, table: Abc, collection: d.c}]
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->mongodb.uri, "mongodb://app:hunter2@h/?x=${N}");
  EXPECT_EQ(config->links.at(0).load.segments, 16);
}

struct Refusal {
  std::string text;
  std::string sentence;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.text;
}

class ConfigRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(ConfigRefusal, SaysWhereAndWhat) {
  EXPECT_EQ(fault_of(GetParam().text), GetParam().sentence);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, ConfigRefusal,
    testing::Values(
        Refusal{"mongodb: {uri: mongodb://h}\nlinks:\n  - name: a\n    tabel: Abc\n",
                "c.yaml:4: unknown key \"tabel\" in links[0]; did you mean \"table\"?"},
        Refusal{"mongodb: {uri: mongodb://h}\ndynamo: {}\n",
                "c.yaml:2: unknown key \"dynamo\" at the top level; did you mean \"dynamodb\"?"},
        Refusal{"mongodb: {uri: mongodb://h, zzz: 1}\n",
                "c.yaml:1: unknown key \"zzz\" in mongodb; valid keys are \"uri\", "
                "\"state_database\""},
        Refusal{with_link("load: {segmetns: 8}"),
                "c.yaml:6: unknown key \"segmetns\" in links[0].load; did you mean \"segments\"?"},
        Refusal{with_link("name: b"), "c.yaml:6: key \"name\" stands twice in links[0]"},
        Refusal{"links: [{name: a, table: Abc, collection: d.c}]\n",
                "c.yaml:1: \"mongodb\" is missing at the top level"},
        Refusal{"\n\nmongodb: {uri: mongodb://h}\n",
                "c.yaml:3: \"links\" is missing at the top level"},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks:\n  - {table: Abc, collection: d.c}\n",
                "c.yaml:3: \"name\" is missing in links[0]"},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks: []\n",
                "c.yaml:2: \"links\" must hold at least one link"},
        Refusal{"mongodb:\n  uri:\nlinks: []\n", "c.yaml:2: \"mongodb.uri\" has no value"},
        Refusal{"? [a, b]\n: 1\n", "c.yaml:1: a key at the top level is not a word"}));

INSTANTIATE_TEST_SUITE_P(
    Values, ConfigRefusal,
    testing::Values(
        Refusal{with_link("load: {segments: many}"),
                "c.yaml:6: \"links[0].load.segments\" must be a whole number from 1 to 100000, not "
                "\"many\""},
        Refusal{with_link("load: {segments: 8.5}"),
                "c.yaml:6: \"links[0].load.segments\" must be a whole number from 1 to 100000, not "
                "\"8.5\""},
        Refusal{with_link("load: {segments: 0}"),
                "c.yaml:6: \"links[0].load.segments\" must be a whole number from 1 to 100000, not "
                "\"0\""},
        Refusal{with_link("load: {segments: [1]}"),
                "c.yaml:6: \"links[0].load.segments\" must be a single value, not a list"},
        Refusal{with_link("load: {segments: \"${BAD}\"}"),
                "c.yaml:6: \"links[0].load.segments\" must be a whole number from 1 to 100000, not "
                "\"${BAD}\""},
        Refusal{with_link("load: 8"), "c.yaml:6: links[0].load must be a map of keys and values"},
        Refusal{with_link("load: {read_units_per_second: -1}"),
                "c.yaml:6: \"links[0].load.read_units_per_second\" must be a number from 0 to "
                "1000000000, not \"-1\""},
        Refusal{with_link("indexes: yes"),
                "c.yaml:6: \"links[0].indexes\" must be true or false, not \"yes\""},
        Refusal{with_link("forward: {poll_interval: 200}"),
                "c.yaml:6: \"links[0].forward.poll_interval\" must be a duration from 200ms to 1m, "
                "not \"200\""},
        Refusal{with_link("forward: {poll_interval: 100ms}"),
                "c.yaml:6: \"links[0].forward.poll_interval\" must be a duration from 200ms to 1m, "
                "not \"100ms\""},
        Refusal{with_link("forward: {poll_interval: 5s}"),
                "c.yaml:6: \"links[0].forward\" has an idle_poll_interval shorter than its "
                "poll_interval"},
        Refusal{with_link("forward: {batch_bytes: 4XB}"),
                "c.yaml:6: \"links[0].forward.batch_bytes\" must be a size from 1MiB to 64MiB, not "
                "\"4XB\""},
        Refusal{with_link("dates: julian"),
                "c.yaml:6: \"links[0].dates\" must be iso, epoch-ms or epoch-s, not \"julian\""},
        Refusal{with_link("types: {tags: XS}"),
                "c.yaml:6: \"links[0].types.tags\" must be SS, NS, BS or N, not \"XS\""},
        Refusal{with_link("key: [a, a]"),
                "c.yaml:6: \"links[0].key\" must be the hash attribute, or the hash and the sort "
                "attribute"},
        Refusal{with_link("key: pk"), "c.yaml:6: \"links[0].key\" must be a list"},
        Refusal{with_link("forward_synced_field: _crossfade"),
                "c.yaml:3: links[0] uses \"_crossfade\" both as forward_synced_field and as "
                "reserved field"},
        Refusal{with_link("forward_synced_field: a.b"),
                "c.yaml:6: \"links[0].forward_synced_field\" must be a field's name without \".\" "
                "and \"$\", and not \"_id\""}));

INSTANTIATE_TEST_SUITE_P(
    Authority, ConfigRefusal,
    testing::Values(
        Refusal{with_link("authority: mongo"),
                "c.yaml:6: \"links[0].authority\" must be dynamodb or mongodb, not \"mongo\""},
        Refusal{with_link("policy: lww"),
                "c.yaml:6: \"links[0].policy\" must be authority, merge or last-writer-wins, not "
                "\"lww\""},
        Refusal{with_link("authority: {mongodb: {allow: [user-7]}}"),
                "c.yaml:6: \"links[0].authority\" decides by subject, so the link also needs "
                "\"subject: {attribute: <key attribute>}\""},
        Refusal{
            with_link("authority: {mongodb: {}}\n    subject: {attribute: pk}"),
            "c.yaml:6: \"links[0].authority\" must say for whom: give \"percent\", \"allow\" or "
            "\"deny\" below \"mongodb\""},
        Refusal{with_link("authority: {mongodb: {percent: 101}}\n    subject: {attribute: pk}"),
                "c.yaml:6: \"links[0].authority.mongodb.percent\" must be a number from 0 to 100, "
                "not \"101\""},
        Refusal{with_link("authority: {dynamodb: {}}"),
                "c.yaml:6: unknown key \"dynamodb\" in links[0].authority; valid keys are "
                "\"mongodb\""},
        Refusal{with_link("subject: {attribute: user}\n    key: [pk]"),
                "c.yaml:3: the subject of links[0] must be one of its key attributes, not "
                "\"user\""}));

INSTANTIATE_TEST_SUITE_P(
    Names, ConfigRefusal,
    testing::Values(
        Refusal{"mongodb: {uri: mongodb://h}\nlinks:\n"
                "  - {name: a, table: Abc, collection: d.a}\n"
                "  - {name: a, table: Abd, collection: d.b}\n",
                "c.yaml:4: name \"a\" of links[1] already belongs to links[0]"},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks:\n"
                "  - {name: a, table: Abc, collection: d.a}\n"
                "  - {name: b, table: Abc, collection: d.b}\n",
                "c.yaml:4: table \"Abc\" of links[1] already belongs to links[0]"},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks:\n"
                "  - {name: a, table: Abc, collection: d.a}\n"
                "  - {name: b, table: Abd, collection: d.a}\n",
                "c.yaml:4: collection \"d.a\" of links[1] already belongs to links[0]"},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks: [{name: a/b, table: Abc, collection: d.a}]\n",
                "c.yaml:2: \"links[0].name\" must be at most 64 letters, digits, \"-\" and \"_\""},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks: [{name: a, table: A, collection: d.a}]\n",
                "c.yaml:2: \"links[0].table\" must be a table's name: 3 to 255 letters, digits, "
                "\"_\", \".\" and \"-\""},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks: [{name: a, table: Abc, collection: orders}]\n",
                "c.yaml:2: \"links[0].collection\" must be \"<database>.<collection>\", as in "
                "\"shop.orders\""},
        Refusal{"mongodb: {uri: mongodb://h}\nadmin: {listen: 8642}\n",
                "c.yaml:2: \"admin.listen\" must be an address and a port, as in "
                "\"127.0.0.1:8642\""},
        Refusal{"mongodb: {uri: mongodb://h}\nadmin: {tls: {certificate: c}}\n",
                "c.yaml:2: \"admin.tls\" needs both its certificate and its key"},
        Refusal{"mongodb: {uri: mongodb://h}\nadmin: {tls: {client_key: k}}\n",
                "c.yaml:2: \"admin.tls\" needs both its client_certificate and its client_key"},
        Refusal{"mongodb: {uri: mongodb://h}\nadmin: {tls: {client_ca: c}}\n",
                "c.yaml:2: \"admin.tls\" has a client_ca without a certificate"},
        Refusal{"mongodb: {uri: mongodb://h}\nadmin: {listen: \"a:70000\"}\n",
                "c.yaml:2: \"admin.listen\" must be an address and a port, as in "
                "\"127.0.0.1:8642\""},
        Refusal{"mongodb: {uri: mongodb://h}\nlog_level: loud\n",
                "c.yaml:2: \"log_level\" must be debug, info, warning or error, not \"loud\""},
        Refusal{"mongodb: {uri: mongodb://h}\nlog: {segment_bytes: 1GiB, max_bytes: 1MiB}\n",
                "c.yaml:2: \"log\" has a max_bytes smaller than its segment_bytes"},
        Refusal{"dynamodb: {request_life: 5s}\nmongodb: {uri: mongodb://h}\n",
                "c.yaml:1: \"dynamodb\" has a request_life shorter than its attempt_timeout"}));

INSTANTIATE_TEST_SUITE_P(
    Subjects, ConfigRefusal,
    testing::Values(
        Refusal{with_link("subject: {attribute: pk, pattern: \"USER#(\"}"),
                "c.yaml:6: \"links[0].subject.pattern\" is no regular expression (RE2): missing ): "
                "USER#("},
        Refusal{with_link("subject: {attribute: pk, pattern: \"USER#.*\"}"),
                "c.yaml:6: \"links[0].subject.pattern\" must have exactly one group, which is the "
                "subject, as in \"USER#(.*)\"; this one has 0"},
        Refusal{with_link("subject: {attribute: pk, pattern: \"(.*)#(.*)\"}"),
                "c.yaml:6: \"links[0].subject.pattern\" must have exactly one group, which is the "
                "subject, as in \"USER#(.*)\"; this one has 2"},
        Refusal{with_link("subject: {pattern: \"(.*)\"}"),
                "c.yaml:6: \"attribute\" is missing in links[0].subject"}));

INSTANTIATE_TEST_SUITE_P(
    Groups, ConfigRefusal,
    testing::Values(
        Refusal{with_link("group: a/b"),
                "c.yaml:6: \"links[0].group\" must be at most 64 letters, digits, \"-\" and \"_\""},
        Refusal{"mongodb: {uri: mongodb://h}\nlinks:\n"
                "  - {name: a, table: Abc, collection: d.a, group: g}\n"
                "  - {name: b, table: Abd, collection: d.b, group: g, authority: mongodb}\n",
                "c.yaml:4: links[1] is of group \"g\" as links[0] is, but begins with another "
                "authority: a group moves as one, so give both the same"},
        Refusal{with_groups("control: {table: a}"),
                "c.yaml:6: \"control.table\" must be a table's name: 3 to 255 letters, digits, "
                "\"_\", \".\" and \"-\""},
        Refusal{with_groups("groups: [{name: shpo}]"),
                "c.yaml:6: no link is of group \"shpo\"; did you mean \"shop\"?"},
        Refusal{std::string(kSmall) + "groups: [{name: shop}]\n",
                "c.yaml:4: no link is of group \"shop\"; give the links of it \"group: shop\""},
        Refusal{with_groups("groups: [{name: shop}, {name: shop}]"),
                "c.yaml:6: name \"shop\" of groups[1] already belongs to groups[0]"},
        Refusal{with_groups("groups: [{guards: {}}]"),
                "c.yaml:6: \"name\" is missing in groups[0]"},
        Refusal{with_groups("groups: [{name: shop, guards: {lagg: 2s}}]"),
                "c.yaml:6: unknown key \"lagg\" in groups[0].guards; did you mean \"lag\"?"},
        Refusal{with_groups("groups: [{name: shop, guards: {clean: 24}}]"),
                "c.yaml:6: \"groups[0].guards.clean\" must be a duration from 0ms to 365d, not "
                "\"24\""},
        Refusal{with_groups("groups: [{name: shop, guards: {lag: 1ms}}]"),
                "c.yaml:6: \"groups[0].guards.lag\" must be a duration from 100ms to 1h, not "
                "\"1ms\""},
        Refusal{with_groups("groups: [{name: shop, hooks: {after_flop: /x}}]"),
                "c.yaml:6: unknown key \"after_flop\" in groups[0].hooks; did you mean "
                "\"after_flip\"?"},
        Refusal{
            with_groups("groups: [{name: shop, hooks: {after_flip: tell.sh}}]"),
            "c.yaml:6: \"groups[0].hooks.after_flip\" must be the absolute path of a program"}));

INSTANTIATE_TEST_SUITE_P(
    Secrets, ConfigRefusal,
    testing::Values(
        Refusal{"mongodb: {uri: \"postgres://app:hunter2@h\"}\n",
                "c.yaml:1: \"mongodb.uri\" must begin with \"mongodb://\" or \"mongodb+srv://\""},
        Refusal{"mongodb: {uri: mongodb://h}\ndynamodb: {endpoint: \"app:hunter2@h:8000\"}\n",
                "c.yaml:2: \"dynamodb.endpoint\" must begin with \"http://\" or \"https://\""},
        Refusal{"mongodb: {uri: \"${NOT_SET}\"}\n",
                "c.yaml:1: \"mongodb.uri\" needs the environment variable NOT_SET, which is not "
                "set"},
        Refusal{"mongodb: {uri: \"mongodb://${\"}\n",
                "c.yaml:1: \"mongodb.uri\" holds \"${\" without a variable's name and \"}\" after "
                "it; write \"$${\" for the characters themselves"},
        Refusal{
            "log_level: \"${SECRET}\"\nmongodb: {uri: mongodb://h}\n",
            "c.yaml:1: \"log_level\" must be debug, info, warning or error, not \"${SECRET}\""}));

INSTANTIATE_TEST_SUITE_P(
    Yaml, ConfigRefusal,
    testing::Values(Refusal{"", "c.yaml: the configuration is empty"},
                    Refusal{"a: 1\n---\nb: 1\n",
                            "c.yaml: the configuration holds more than one document"},
                    Refusal{"- 1\n", "c.yaml:1: the top level must be a map of keys and values"},
                    Refusal{"mongodb: {uri: x\nlinks: 1\n",
                            "c.yaml:2: not valid YAML: end of map flow not found"}));

TEST(Config, DescribesItselfWithoutSecrets) {
  const auto config = parse(R"(
mongodb: {uri: "mongodb://app:p%40ss@h1,h2/db?tls=true&tlsCertificateKeyFilePassword=hunter2"}
links:
  - name: a
    table: Abc
    collection: d.c
    subject: {attribute: pk}
    authority: {mongodb: {percent: 10, allow: ["${SECRET}-x", "$${y}"]}}
    types: {tags: SS}
)");
  ASSERT_TRUE(config) << config.error().message;
  const std::string text = describe(*config);
  EXPECT_THAT(text, HasSubstr("mongodb://***@h1,h2/db?tls=true&tlsCertificateKeyFilePassword=***"));
  EXPECT_THAT(text, Not(HasSubstr("app:")));
  EXPECT_THAT(text, HasSubstr("max_bytes: 16GiB"));
  const auto again = parse(text);
  ASSERT_TRUE(again) << again.error().message << "\n" << text;
  EXPECT_EQ(describe(*again), text);
  EXPECT_TRUE(again->links.at(0).authority.allow.contains("${y}"));
}

TEST(Config, PlainLinksDescribeThemselvesToo) {
  const auto config = parse(kSmall);
  ASSERT_TRUE(config);
  const auto again = parse(describe(*config));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(describe(*again), describe(*config));
}

class ConfigFile : public testing::Test {
 protected:
  ~ConfigFile() override { std::remove(path_.c_str()); }
  void write(const std::string& text) const { std::ofstream(path_) << text; }

  std::string path_ = testing::TempDir() + "crossfade_config_test.yaml";
  Environment none_ = variables({});
};

TEST_F(ConfigFile, IsReadFromDisk) {
  write(kSmall);
  EXPECT_TRUE(load_config(path_, none_));
}

TEST_F(ConfigFile, ThatIsNotThereIsNamed) {
  EXPECT_EQ(load_config("/nowhere/c.yaml", none_).error().message,
            "cannot read the configuration /nowhere/c.yaml: No such file or directory");
  EXPECT_EQ(load_config("/", none_).error().message,
            "cannot read the configuration /: Is a directory");
}

TEST_F(ConfigFile, ThatIsHugeIsRefused) {
  write(std::string((1U << 20) + 1, '#'));
  EXPECT_THAT(load_config(path_, none_).error().message, HasSubstr("it is larger than 1 MiB"));
}

TEST_F(ConfigFile, TellsTheAdminAddressWithoutTheServicesEnvironment) {
  write("mongodb: {uri: \"${NOT_SET}\"}\nadmin: {listen: 127.0.0.1:9}\n");
  const auto admin = load_admin_config(path_, none_);
  ASSERT_TRUE(admin) << admin.error().message;
  EXPECT_EQ(admin->port, 9);
  write("mongo: {}\n");
  EXPECT_THAT(load_admin_config(path_, none_).error().message,
              HasSubstr(":1: unknown key \"mongo\" at the top level; did you mean \"mongodb\"?"));
}

}  // namespace
}  // namespace crossfade::sync
