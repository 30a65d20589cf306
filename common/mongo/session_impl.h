#pragma once

#include <string>
#include <utility>

#include "common/mongo/driver.h"
#include "common/mongo/session.h"

struct _mongoc_client_session_t;  // NOLINT(bugprone-reserved-identifier)

namespace crossfade::mongo {

struct Session::Impl {
  explicit Impl(Client owner) : client(std::move(owner)) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Client client;
  _mongoc_client_session_t* session = nullptr;
  std::string id;
};

}  // namespace crossfade::mongo
