#include "rollout/client_registry.h"

#include <algorithm>

namespace crossfade::rollout {

using control::ClientRecord;

void ClientRegistry::merge(const std::vector<ClientRecord>& stored, std::int64_t now_ms) {
  for (const ClientRecord& record : stored) {
    const auto [found, fresh] = clients_.try_emplace(record.id, Seen{record, now_ms, {}});
    Seen& client = found->second;
    if (client.stored_ms != record.seen_ms) client.renewed_ms = now_ms;
    client.stored_ms = record.seen_ms;
    if (fresh) continue;
    ClientRecord& known = client.record;
    known.acknowledged = std::max(known.acknowledged, record.acknowledged);
    known.continues = known.continues || record.continues;
    known.lease_ms = std::max(known.lease_ms, record.lease_ms);
    known.seen_ms = std::max(known.seen_ms, record.seen_ms);
  }
}

bool ClientRegistry::renewed(const ClientRecord& client, std::int64_t now_ms) {
  const auto [found, fresh] = clients_.try_emplace(client.id, Seen{client, now_ms, {}});
  if (fresh) return true;
  ClientRecord& known = found->second.record;
  const bool changed = known.continues != client.continues || known.lease_ms != client.lease_ms;
  const std::int64_t acknowledged = std::max(known.acknowledged, client.acknowledged);
  known = client;
  known.acknowledged = acknowledged;
  found->second.renewed_ms = now_ms;
  return changed;
}

void ClientRegistry::stored(const std::string& id, std::int64_t seen_ms) {
  const auto found = clients_.find(id);
  if (found != clients_.end()) found->second.stored_ms = seen_ms;
}

void ClientRegistry::forget(const std::string& id) {
  clients_.erase(id);
}

bool ClientRegistry::has_room_for(const std::string& id) const {
  return clients_.size() < control::ControlTable::kMostClients || clients_.contains(id);
}

bool ClientRegistry::settled(std::int64_t version, std::int64_t fenced_ms,
                             std::int64_t now_ms) const {
  return awaited(version, fenced_ms, now_ms).empty();
}

std::vector<std::string> ClientRegistry::awaited(std::int64_t version, std::int64_t fenced_ms,
                                                 std::int64_t now_ms) const {
  std::vector<std::string> ids;
  for (const auto& [id, client] : clients_) {
    if (client.record.acknowledged >= version) continue;
    const std::int64_t begun_ms = std::max(client.renewed_ms, fenced_ms);
    if (client.record.continues || now_ms < client.end_ms(begun_ms)) ids.push_back(id);
  }
  return ids;
}

ClientFacts ClientRegistry::facts(std::int64_t version, std::int64_t now_ms) const {
  ClientFacts facts;
  for (const auto& [id, client] : clients_) {
    const bool silent = now_ms >= client.end_ms(client.renewed_ms);
    ++facts.registered;
    if (silent && client.record.continues) ++facts.silent_continuing;
    const bool quiet = now_ms - client.renewed_ms > client.record.lease_ms / 2;
    const std::int64_t lease_ms = client.end_ms(now_ms) - now_ms;
    if (quiet && !client.record.continues && lease_ms > facts.silent_lease_ms) {
      facts.silent_lease_ms = lease_ms;
      facts.silent_client = id;
    }
    const bool may_write = !silent || client.record.continues;
    if (may_write && client.record.acknowledged < version) ++facts.behind;
  }
  return facts;
}

std::vector<ClientRecord> ClientRegistry::records() const {
  std::vector<ClientRecord> records;
  records.reserve(clients_.size());
  for (const auto& [id, client] : clients_) records.push_back(client.record);
  return records;
}

std::vector<std::string> ClientRegistry::expired(std::int64_t now_ms) const {
  std::vector<std::string> ids;
  for (const auto& [id, client] : clients_) {
    const bool gone = now_ms >= client.end_ms(client.renewed_ms) + kKeptMs;
    if (gone && !client.record.continues) ids.push_back(id);
  }
  return ids;
}

}  // namespace crossfade::rollout
