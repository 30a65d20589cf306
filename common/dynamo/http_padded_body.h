#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/optional/optional.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <string>

namespace crossfade::dynamo {

/// A Beast body read straight into a string that keeps spare room behind its end, so that a parser
/// which reads past the end (simdjson) needs no copy of a page.
struct PaddedBody {
  static constexpr std::size_t kSpareBytes = 64;
  using value_type = std::string;
  class reader;  ///< the name that Beast asks for

  static std::uint64_t size(const value_type& body) { return body.size(); }
};

class PaddedBody::reader {
 public:
  template <class Header>
  reader(const Header& /*header*/, std::string& body) : body_(body) {}

  void init(const boost::optional<std::uint64_t>& length, boost::system::error_code& failure) {
    body_.reserve(length.value_or(0) + kSpareBytes);
    failure = {};
  }

  template <class Buffers>
  std::size_t put(const Buffers& buffers, boost::system::error_code& failure) {
    failure = {};
    std::size_t taken = 0;
    for (auto it = boost::asio::buffer_sequence_begin(buffers);
         it != boost::asio::buffer_sequence_end(buffers); ++it) {
      body_.append(static_cast<const char*>(it->data()), it->size());
      taken += it->size();
    }
    return taken;
  }

  void finish(boost::system::error_code& failure) {
    body_.reserve(body_.size() + kSpareBytes);
    failure = {};
  }

 private:
  std::string& body_;
};

}  // namespace crossfade::dynamo
